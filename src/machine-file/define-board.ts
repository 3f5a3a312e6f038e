import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Board, type Chip, type DeviceRows, defineBoard as defineTyped, type PartRows } from '../boards/define.js';
import type { DeviceRow } from '../emu/device-row.js';
import type { PartType } from '../emu/part.js';
import type { Button } from '../emu/parts/button.js';
import type { Led } from '../emu/parts/led.js';
import type { SerialHandle } from '../emu/parts/terminal.js';
import { blame } from './blame.js';
import { fromDevicetree } from './imported.js';
import { machineFrom } from './index.js';
import { loadYaml } from './load-yaml.js';
import { KINDS, type Kinds } from './make-things.js';
import type { RawMachine } from './schema.js';
import { withExports } from './user-kinds.js';

/** Boards from TypeScript, from a description in plain data, and from files. */

/**
 * What a test sees of a device or part of a board whose names only the file knows: nothing is checked before it runs. What is not of the
 * device is undefined.
 */
export type FileHandle = SerialHandle & Button & Led & { readonly name: string };
/** A board from a file or from plain data. */
export type FileBoard = Board<
  Readonly<Record<string, DeviceRow<FileHandle>>>,
  Readonly<Record<string, PartType<FileHandle>>>
>;

/** Describes a board: a chip and what is soldered around it. Overlaps and wrong wires fail here. */
export function defineBoard<
  D extends DeviceRows,
  const P extends PartRows = Record<never, never>,
  H extends object = object,
>(board: {
  readonly name: string;
  readonly chip: Chip<D, H>;
  readonly parts?: P;
  /** @internal */
  readonly checked?: boolean;
}): Board<D, P, H>;
/**
 * Describes a machine in the words of a machine file (docs/machine-file.md): the same object as in YAML, on the command line and here.
 * Relative paths in it begin at the working directory.
 * @throws MachineMistakes with all that is wrong
 */
export function defineBoard(description: RawMachine): FileBoard;
export function defineBoard(board: RawMachine | Parameters<typeof defineTyped>[0]): unknown {
  if ('chip' in board) return defineTyped(board);
  const where = (...path: readonly (string | number)[]) => (path.length === 0 ? 'defineBoard' : path.join('.'));
  try {
    return machineFrom([{ raw: board, where, folder: '.' }]).board;
  } catch (error) {
    blame(error, defineBoard);
    throw error;
  }
}

/**
 * The board that a machine file describes, YAML or JSON, or a devicetree (.dts, .dtb).
 * @param path relative to the working directory, or `new URL('./machine.yaml', import.meta.url)`
 * @param modules what modules with devices export, where the test imports them itself; `loadBoardAsync` loads its `deviceFiles`
 * @throws MachineMistakes, with line and column of each
 */
export function loadBoard(path: string | URL, modules: readonly object[] = []): FileBoard {
  const file = typeof path === 'string' ? resolve(path) : fileURLToPath(path);
  try {
    const kinds = modules.reduce<Kinds>(
      (all, one) => withExports(all, one as Record<string, unknown>, 'loadBoard'),
      KINDS,
    );
    const source = /\.(dts|dtb)$/i.test(file) ? fromDevicetree(file, kinds) : loadYaml(file);
    return machineFrom([source], { kinds }).board as unknown as FileBoard;
  } catch (error) {
    blame(error, loadBoard, file);
    throw error;
  }
}
