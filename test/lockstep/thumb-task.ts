import { FIRST_SINGLE } from '../../src/emu/cpu/armv7m/float-emit.js';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { rowOf } from '../differential/thumb-encodings.js';
import type { ProgramWriter, Random } from '../differential/thumb-program.js';
import { writtenRegisters } from './written-registers.js';

/** A place that is not known yet: called with its address once it is. */
export type Fixup = (target: number) => void;

/** What random instructions of one task are made with. */
export interface Task {
  readonly out: ProgramWriter;
  readonly random: Random;
  /** Registers that count what is left of loops: nothing else writes them. */
  readonly fuel: number;
  readonly counter: number;
  /** Registers that random instructions may write. */
  readonly free: ReadonlySet<number>;
  /** Where the code lies in RAM, so that it can be rewritten. */
  readonly writable: boolean;
  /** Subroutines that are there already. */
  readonly leaves: readonly number[];
  /** Branches to be led to the start of some block. */
  readonly toBlocks: Fixup[];
  /** Branches to the end of the task. */
  readonly toEnd: Fixup[];
  /** Halfwords of this task that may be rewritten. */
  readonly slots: number[];
}

/** Random operands of a row that write free registers only, any of S0–S31 among them, and that `accept` takes. */
export function fieldsFor(
  task: Task,
  row: Row,
  accept: (fields: Fields) => boolean = () => true,
  adjust: (fields: Record<string, number>) => void = () => undefined,
): Fields | undefined {
  const { random, out, free } = task;
  for (let attempt = 0; attempt < 30; attempt++) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
    adjust(fields);
    if (!accept(fields) || rowOf(row.pattern.length, encode(row, fields)!) !== row) continue;
    if (
      writtenRegisters(armv7em, row, fields, out.address).every(
        (register) => register >= FIRST_SINGLE || free.has(register),
      )
    )
      return fields;
  }
  return undefined;
}

export const emitRow = ({ out }: Pick<Task, 'out'>, row: Row, fields: Fields): void =>
  out.emit(row, encode(row, fields)!);

/** A free register other than those given, one of r0–r7 if `low`. */
export function freeRegister({ random, free }: Task, taken: readonly number[] = [], low = false): number {
  const choice = [...free].filter((register) => register < (low ? 8 : 13) && !taken.includes(register));
  return random.pick(choice);
}

/** Puts a branch to a place given later: with `fix` called, or the room left for it filled. */
export function branchLater(task: Task, text: string, fields: Fields = {}): Fixup {
  const { out } = task;
  const at = out.address;
  const row = armv7em.rows.find((candidate) => candidate.text === text)!;
  out.address += row.pattern.length / 8;
  return (target) => out.at(at, () => emitBranch(task, row, target, fields));
}

/** False, and nothing emitted, where the branch does not reach so far. */
export function emitBranch(task: Pick<Task, 'out'>, row: Row, target: number, fields: Fields): boolean {
  const { out } = task;
  const [, token] = /\{(target\d+|forward)\}/.exec(row.text)!;
  const context = { pc: out.address, inItBlock: false, row };
  const parsed = armv7em.formats[token!]!.parse(`0x${target.toString(16)}`, token!, context);
  if (!parsed) return false;
  emitRow(task, row, { ...fields, ...parsed });
  return true;
}
