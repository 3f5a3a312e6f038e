/** Machines from files and flags; loaded only when one is asked for, with the libraries that takes. */

import { resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';
import { yamlOf } from '../machine-file/dump.js';
import { fromFlags } from '../machine-file/flags.js';
import { modelOf } from '../machine-file/from-board.js';
import type { Imported } from '../machine-file/imported.js';
import { machineFrom } from '../machine-file/index.js';
import { loadYaml, type Source } from '../machine-file/load-yaml.js';
import { KINDS, type Kinds } from '../machine-file/make-things.js';
import { rawOf } from '../machine-file/to-raw.js';
import type { ChosenMachine } from './machine-choice.js';
import type { MachineChoice } from './machine-flags.js';
import { boardOfModule, deviceFilesOf, kindsOfModules } from './user-modules.js';

const MODULE = /\.[cm]?[jt]sx?$/i;

export async function machineFromChoice(choice: MachineChoice, firmware?: string): Promise<ChosenMachine> {
  const { config = [], deviceFile = [], dtb, svd, ...flags } = choice;
  const files = config.map((path) => loadYaml(resolve(path)));
  const own = deviceFilesOf(files);
  const kinds = await kindsOfModules([...own, ...deviceFile.map((path) => resolve(path))], KINDS);
  const name = flags.board ?? flags.machine;
  const base = name !== undefined && MODULE.test(name) ? await boardOfModule(resolve(name)) : undefined;
  const { board: _board, machine: _machine, ...rest } = flags;
  const said = fromFlags(base ? rest : flags, process.cwd());
  const imported = await importedBy({ dtb, svd }, [...files, said], base !== undefined, kinds);
  const sources = [...imported, ...files, said];
  const { board, model } = machineFrom(sources, { kinds, base: base && modelOf(base), firmware });
  model.deviceFiles.push(...deviceFile.map((path) => resolve(path)));
  return { board, model, kinds, notes: imported.flatMap(({ notes }) => notes), stubs: svd !== undefined };
}

/** What a devicetree or an SVD file says, under all else that is said. */
async function importedBy(
  { dtb, svd }: Pick<MachineChoice, 'dtb' | 'svd'>,
  others: readonly Source[],
  hasBase: boolean,
  kinds: Kinds,
): Promise<Imported[]> {
  if (dtb === undefined && svd === undefined) return [];
  const says = (key: string) => others.some(({ raw }) => typeof raw === 'object' && raw !== null && key in raw);
  const flag = dtb === undefined ? '--svd' : '--dtb';
  if (
    hasBase ||
    says('board') ||
    (says('machine') && !others.some(({ raw }) => (raw as { machine?: string }).machine === 'none'))
  ) {
    const remedy = 'leave the board out: the file describes the machine; boards make their device trees themselves';
    throw new UsageError({ what: `${flag} and a board are two machines`, where: flag, remedy });
  }
  if (dtb !== undefined && svd !== undefined) {
    throw new UsageError({ what: '--dtb and --svd are two machines', where: '--dtb', remedy: 'give one of them' });
  }
  const { fromDevicetree, fromSvd } = await import('../machine-file/imported.js');
  if (dtb !== undefined) return [fromDevicetree(resolve(dtb), kinds)];
  const memory = Object.assign({}, ...others.map(({ raw }) => (raw as { memory?: object } | undefined)?.memory));
  return [fromSvd(resolve(svd!), { hasCpu: says('cpus'), memory })];
}

/** The whole machine as YAML, whatever it was made of. */
export function descriptionText({ board, model, kinds }: ChosenMachine): string {
  return yamlOf(rawOf(model ?? modelOf(board), kinds));
}
