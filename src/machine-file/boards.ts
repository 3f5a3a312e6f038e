import { riscvVirt } from '../boards/riscv-virt.js';
import { stm32f4Discovery } from '../boards/stm32f4-discovery.js';
import { UsageError } from '../emu/errors.js';
import { closest } from '../emu/spelling.js';
import type { AnyBoard } from './from-board.js';

/** Boards by name, with the spellings of QEMU. */

export interface BoardKind {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Makes it with options of its own, such as `harts`. */
  make(options: Readonly<Record<string, unknown>>): AnyBoard;
}

function fixed(board: AnyBoard, ...aliases: readonly string[]): BoardKind {
  return {
    name: board.name,
    aliases,
    make: (options) => {
      const [option] = Object.keys(options);
      if (option === undefined) return board;
      throw new UsageError({ what: `board '${board.name}' has no option '${option}'`, remedy: 'leave it out' });
    },
  };
}

export const BOARDS: readonly BoardKind[] = [
  fixed(stm32f4Discovery, 'stm32f4discovery', 'stm32f4_disco', 'stm32f407g_disc', 'stm32f4-disco'),
  fixed(riscvVirt, 'virt', 'virt32', 'riscv32-virt'),
];

export function boardKind(name: string): BoardKind | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '-');
  return (
    BOARDS.find((one) => one.name === name || one.aliases.includes(name)) ??
    BOARDS.find((one) => [one.name, ...one.aliases].some((other) => plain(other) === plain(name)))
  );
}

/** @throws UsageError when there is no such board */
export function boardNamed(name: string, options: Readonly<Record<string, unknown>> = {}): AnyBoard {
  const found = boardKind(name);
  if (found) return found.make(options);
  const near = closest(
    name,
    BOARDS.flatMap((one) => [one.name, ...one.aliases]),
  )[0];
  const remedy = near
    ? `did you mean '${near}'? \`fwtest boards\` lists them`
    : `there are ${BOARDS.map((one) => one.name).join(', ')}`;
  throw new UsageError({ what: `there is no board '${name}'`, remedy });
}
