/** Which engine firmware runs on and whether it counts, as a person asks for it: by command line, plugin or test file. */

import { UsageError } from '../emu/errors.js';
import { type EngineMode, setDefaultEngine, type TimingModel } from '../emu/isa/engine-mode.js';

export const ENGINES: readonly EngineMode[] = ['auto', 'cold', 'hot'];
export const TIMINGS: readonly TimingModel[] = ['part', 'ideal'];

export interface EngineSettings {
  /** `auto` compiles what proves hot, `hot` everything, `cold` nothing; results are the same. */
  readonly engine?: EngineMode | undefined;
  /** Counts what runs, which costs speed. */
  readonly stats?: boolean | undefined;
}

/** What vitest's `provide` and `inject` carry the settings of the command line and of the plugin under. */
export const COMMAND_LINE_KEY = 'fwtestCommandLine';
export const PLUGIN_KEY = 'fwtestPlugin';

/** @throws UsageError when it is the name of no engine */
export function checkEngine(engine: unknown, where: string): void {
  if (engine === undefined || ENGINES.includes(engine as EngineMode)) return;
  const remedy = `give ${ENGINES.map((one) => `'${one}'`).join(', ')}, or leave it out`;
  throw new UsageError({ what: `\`engine\` is ${JSON.stringify(engine)}`, where, remedy });
}

/** @throws UsageError when it is the name of no model of time */
export function checkTiming(timing: unknown, where: string): void {
  if (timing === undefined || TIMINGS.includes(timing as TimingModel)) return;
  const remedy = `give ${TIMINGS.map((one) => `'${one}'`).join(' or ')}, or leave it out`;
  throw new UsageError({ what: `\`timing\` is ${JSON.stringify(timing)}`, where, remedy });
}

/** The command line before the test file before the plugin. */
export function chosen(
  commandLine: EngineSettings = {},
  testFile: EngineSettings = {},
  plugin: EngineSettings = {},
): EngineSettings {
  return {
    engine: commandLine.engine ?? testFile.engine ?? plugin.engine,
    stats: commandLine.stats ?? plugin.stats ?? false,
  };
}

/** What the command line gave a vitest run, which passes it on to every project. */
export function commandLineOf({ provide }: { readonly provide?: object | undefined }): EngineSettings {
  return (provide as { [COMMAND_LINE_KEY]?: EngineSettings } | undefined)?.[COMMAND_LINE_KEY] ?? {};
}

/** What whoever looks for a bug asked for on the command line also counts for machines that a test makes itself. */
export function applyToAll({ engine }: EngineSettings = {}): void {
  if (engine !== undefined) setDefaultEngine(engine);
}
