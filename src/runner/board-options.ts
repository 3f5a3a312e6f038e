/** `--board riscv-virt,harts=4`: options behind the board's name, in QEMU's manner. */

import { UsageError } from '../emu/errors.js';
import type { MachineChoice } from './machine-flags.js';

/** The same with the options as those of `--option`. @throws UsageError for those that have no meaning here */
export function withBoardOptions(choice: MachineChoice): MachineChoice {
  const flag = choice.board === undefined ? 'machine' : 'board';
  const [name, ...pieces] = (choice[flag] ?? '').split(',');
  if (name === undefined || name === '' || pieces.length === 0) return choice;
  const where = `--${flag}`;
  const given = pieces.filter((piece) => piece !== '').map((piece) => checked(piece, where));
  if (name === 'none' && given.length > 0) {
    const what = `board 'none' has no option '${given[0]!.split('=')[0]}'`;
    throw new UsageError({ what, where, remedy: 'leave it out: an empty machine has none' });
  }
  return { ...choice, [flag]: name, ...(given.length > 0 && { option: [...given, ...(choice.option ?? [])] }) };
}

/** A word alone switches something on, as in QEMU. */
function checked(piece: string, where: string): string {
  const [key, value] = piece.split(/=(.*)/s);
  if (key !== 'dumpdtb') return value === undefined ? `${piece}=on` : piece;
  const what = "dumpdtb is QEMU's; the device tree of a board is not written to a file here";
  const remedy =
    'leave it out: --dump-config machine.yaml writes the machine, and firmware finds the tree where a1 points at its start';
  throw new UsageError({ what, where, remedy });
}
