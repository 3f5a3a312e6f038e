import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blame } from '../machine-file/blame.js';
import type { FileBoard } from '../machine-file/define-board.js';
import { machineFrom } from '../machine-file/index.js';
import { loadYaml, type Source } from '../machine-file/load-yaml.js';
import { KINDS } from '../machine-file/make-things.js';
import type { RawMachine } from '../machine-file/schema.js';
import { deviceFilesOf, kindsOfModules } from './user-modules.js';

/**
 * The board that a machine file or a description describes, with the TypeScript modules that its `deviceFiles` name:
 * `board: await loadBoardAsync(new URL('./machine.yaml', import.meta.url))`. `board: ./board.dts` in it starts from a devicetree.
 * @param machine a path relative to the working directory, a URL, or the description itself
 * @throws MachineMistakes, with the place of each; UsageError when a module cannot be loaded
 */
export async function loadBoardAsync(machine: string | URL | RawMachine): Promise<FileBoard> {
  const file = fileOf(machine);
  try {
    const source = file === undefined ? sourceOf(machine) : loadYaml(file);
    const kinds = await kindsOfModules(deviceFilesOf([source]), KINDS);
    return machineFrom([source], { kinds }).board as unknown as FileBoard;
  } catch (error) {
    blame(error, loadBoardAsync, file);
    throw error;
  }
}

function fileOf(machine: string | URL | RawMachine): string | undefined {
  if (machine instanceof URL) return fileURLToPath(machine);
  return typeof machine === 'string' ? resolve(machine) : undefined;
}

function sourceOf(machine: unknown): Source {
  return { raw: machine, where: (...path) => (path.length === 0 ? 'loadBoardAsync' : path.join('.')), folder: '.' };
}
