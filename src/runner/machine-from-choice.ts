/** Machines from files and flags; loaded only when one is asked for, with the libraries that takes. */

import { resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';
import { yamlOf } from '../machine-file/dump.js';
import { fromFlags } from '../machine-file/flags.js';
import { modelOf } from '../machine-file/from-board.js';
import { machineFrom } from '../machine-file/index.js';
import { loadYaml, type Source } from '../machine-file/load-yaml.js';
import { KINDS } from '../machine-file/make-things.js';
import type { Model } from '../machine-file/model.js';
import { rawOf } from '../machine-file/to-raw.js';
import type { ChosenMachine } from './machine-choice.js';
import type { MachineChoice } from './machine-flags.js';
import type { AnyBoard } from './station.js';
import { boardOfModule, kindsOfModules } from './user-modules.js';

const MODULE = /\.[cm]?[jt]sx?$/i;

export async function machineFromChoice(choice: MachineChoice, firmware?: string): Promise<ChosenMachine> {
  const { config = [], deviceFile = [], ...flags } = choice;
  const files = config.map((path) => loadYaml(resolve(path)));
  const own = deviceFilesOf(files);
  const kinds = await kindsOfModules([...own, ...deviceFile.map((path) => resolve(path))], KINDS);
  const name = flags.board ?? flags.machine;
  const base = name !== undefined && MODULE.test(name) ? await boardOfModule(resolve(name)) : undefined;
  const { board: _board, machine: _machine, ...rest } = flags;
  const said = fromFlags(base ? rest : flags, process.cwd());
  const { board, model } = machineFrom([...files, said], { kinds, base: base && modelOf(base), firmware });
  return { board, model };
}

/** Modules that files name, relative to each. */
function deviceFilesOf(files: readonly Source[]): string[] {
  return files.flatMap(({ raw, folder, where }) => {
    const named = typeof raw === 'object' && raw !== null && 'deviceFiles' in raw ? raw.deviceFiles : [];
    if (!Array.isArray(named)) return [];
    return named.map((path, i) => {
      if (typeof path === 'string') return resolve(folder, path);
      throw new UsageError({
        what: 'a device file is no path',
        where: where('deviceFiles', i),
        remedy: 'give ./my-device.ts',
      });
    });
  });
}

/** The whole machine as YAML, whatever it was made of. */
export function descriptionText(board: AnyBoard, model: Model | undefined): string {
  return yamlOf(rawOf(model ?? modelOf(board)));
}
