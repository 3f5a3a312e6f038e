/** `fwtest run` and `fwtest watch`: the firmware tests, by vitest underneath. */

import { resolve } from 'node:path';
import type { startVitest, Vitest } from 'vitest/node';
import { UsageError } from '../../emu/errors.js';
import { closest } from '../../emu/spelling.js';
import { COMMAND_LINE_KEY } from '../engine-settings.js';
import { type ExitCode, exitCodeOf, exitCodeOfTasks, type ReportedTask, worst } from '../exit-code.js';
import { firmwareProject, PROJECT_NAME } from '../firmware-project.js';
import type { RunSettings } from '../firmware-test.js';
import { checkMergeFolder } from '../merge-folder.js';
import { checkShard } from '../shard.js';
import { findVitestConfig } from '../vitest-config.js';
import { unknownFlag, VITEST_FLAGS } from '../vitest-flags.js';

type Options = NonNullable<Parameters<typeof startVitest>[2]>;
type Plugins = NonNullable<NonNullable<Parameters<typeof startVitest>[3]>['plugins']>;

interface Request {
  readonly filters: string[];
  /** fwtest's commands. */
  readonly commands: readonly string[];
  readonly options: Options;
}

async function loadVitest() {
  try {
    return await import('vitest/node');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!missing) throw error;
    throw new UsageError({ what: 'vitest is not installed', remedy: 'npm i -D vitest' }, { cause: error });
  }
}

/** vitest's own flags are parsed by vitest, so that each of them passes through with its meaning there. */
async function parse(args: readonly string[], commands: readonly string[]): Promise<Request> {
  const unknown = unknownFlag(args);
  if (unknown !== undefined) {
    throw new UsageError({ what: `unknown option ${unknown}`, where: 'the command line', remedy: suggestion(unknown) });
  }
  const { parseCLI } = await loadVitest();
  try {
    const { filter, options } = parseCLI(['vitest', 'run', ...args]);
    return { filters: filter, commands, options: options as Options };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const remedy = suggestion(/`?(--?[A-Za-z][\w.-]*)/.exec(what)?.[1]);
    throw new UsageError({ what, where: 'the command line', remedy }, { cause: error });
  }
}

function suggestion(flag: string | undefined): string {
  const names = [...VITEST_FLAGS, 'engine', 'stats', 'misuse'].map((name) => `--${name}`);
  const near = flag === undefined ? undefined : closest(flag, names)[0];
  return near
    ? `did you mean ${near}? \`fwtest run --help\` lists the options`
    : '`fwtest run --help` lists the options';
}

/**
 * How vitest is to be configured. With a configuration file of the user the plugin joins it and only the firmware
 * project runs; without one the firmware project is the whole configuration and no file is looked for.
 */
async function configure(options: Options): Promise<{ options: Options; plugins: Plugins }> {
  const root = resolve(options.root ?? '.');
  const config = options.config ?? findVitestConfig(root) ?? false;
  const { firmwareOnly, firmwareSession, fwtest } = await import('../vitest.js');
  if (config === false) {
    const { include, exclude, testTimeout, ...fixed } = firmwareProject();
    return {
      options: { include, testTimeout, ...fixed, ...options, config: false },
      plugins: [firmwareSession()],
    };
  }
  // Whoever names projects has reasons.
  if (options.project !== undefined) return { options: { ...options, config }, plugins: [fwtest()] };
  return { options: { ...options, project: [PROJECT_NAME], config }, plugins: [firmwareOnly()] };
}

/** What the run ended with, from the errors of all tests and from those outside of tests. */
function outcome(vitest: Vitest): ExitCode {
  const tasks = exitCodeOfTasks(vitest.state.getFiles() as readonly ReportedTask[]);
  const unhandled = vitest.state.getUnhandledErrors().map((error) => exitCodeOf(error));
  return worst(process.exitCode ? 1 : 0, tasks, ...unhandled);
}

/** Refuses a run that had nothing to run; where only this shard has nothing, it says so. */
async function refuseEmptyRun(vitest: Vitest, request: Request): Promise<void> {
  if (vitest.state.getFiles().length > 0 || vitest.config.mergeReports) return;
  const { filters, options } = request;
  const { shard } = options;
  const all = shard !== undefined ? await vitest.getRelevantTestSpecifications(filters) : [];
  if (all.length > 0) return console.log(`shard ${shard} has no test files: there are ${all.length} in all`);
  if (shard === undefined ? vitest.config.passWithNoTests : options.passWithNoTests) return;
  const near = filters.map((filter) => closest(filter, request.commands)[0]).find((name) => name !== undefined);
  const hint = near ? `did you mean \`fwtest ${near}\`? Otherwise ` : '';
  const what =
    filters.length > 0 ? `no firmware test file matches ${filters.join(' ')}` : 'there are no firmware tests';
  const remedy = `${hint}name a file *.fw.test.ts, or make one with \`fwtest init\``;
  throw new UsageError({ what, where: vitest.config.root, remedy });
}

/**
 * Runs the firmware tests.
 * @param args everything after `run` or `watch`: filters and vitest's own flags
 * @param commands the names of fwtest's commands, for a filter that was meant to be one
 * @param settings fwtest's own options
 */
export async function run(
  args: readonly string[],
  watch: boolean,
  commands: readonly string[],
  settings: RunSettings = {},
): Promise<ExitCode> {
  const request = await parse(args, commands);
  const watching = watch || request.options.watch === true;
  const { shard, mergeReports } = request.options;
  if (shard !== undefined) checkShard(String(shard), watching);
  if (mergeReports !== undefined) checkMergeFolder(mergeReports);
  // vitest refuses more shards than test files unless runs without tests pass.
  const surplus = shard === undefined ? {} : { passWithNoTests: true };
  const provide = { [COMMAND_LINE_KEY]: settings } as Options['provide'];
  const wanted = { ...request.options, ...surplus, provide, run: !watching, watch: watching };
  const { options, plugins } = await configure(wanted);
  const { startVitest } = await loadVitest();
  const vitest = await startVitest('test', request.filters, options, { plugins });
  if (vitest.shouldKeepServer()) return new Promise(() => {});
  const code = outcome(vitest);
  process.exitCode = code;
  if (code < 2) await refuseEmptyRun(vitest, request);
  await vitest.exit();
  return code;
}
