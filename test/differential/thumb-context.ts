import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { rowOf } from './thumb-encodings.js';
import { CONTINUE, STACK_TOP } from './thumb-map.js';
import type { ProgramWriter, Random } from './thumb-program.js';

/** What all random instructions are made with: operands, registers with a value, a place to go on after an exception. */

export interface Context {
  readonly out: ProgramWriter;
  readonly random: Random;
  /** The register that the frame of the sequence keeps for itself. */
  readonly reserved: number;
  /** CCR.UNALIGN_TRP is set. */
  readonly unalignedTraps: boolean;
}

const REGISTER_LETTERS = [...'dnmatuhl'];

/** Whether a field names a register; `m` of a register list is a bit, and coprocessor rows have numbers. */
function registersOf(row: Row, fields: Fields): number[] {
  const list = 'r' in fields && !row.text.includes('{rotation}');
  const letters = REGISTER_LETTERS.filter((letter) => !(list && letter === 'm'));
  const single = letters.flatMap((letter) => (fields[letter] === undefined ? [] : [fields[letter]!]));
  if (!list) return single;
  const listed = Array.from({ length: 13 }, (_, i) => i).filter((i) => (fields['r']! >>> i) & 1);
  return [...single, ...listed];
}

/** Random operands of a row that leave the reserved register alone and that `accept` takes. */
export function randomFields(
  { random, reserved }: Context,
  row: Row,
  accept: (fields: Fields) => boolean = () => true,
  adjust: (fields: Record<string, number>) => void = () => undefined,
): Fields | undefined {
  for (let attempt = 0; attempt < 200; attempt++) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
    adjust(fields);
    if (registersOf(row, fields).includes(reserved) || !accept(fields)) continue;
    if (rowOf(row.pattern.length, encode(row, fields)!) === row) return fields;
  }
  return undefined;
}

export const emit = ({ out }: Context, row: Row, fields: Fields): void => out.emit(row, encode(row, fields)!);

/** A register other than the reserved one and those given. */
export function freeRegister({ random, reserved }: Context, ...taken: readonly number[]): number {
  for (;;) {
    const register = random.below(13);
    if (register !== reserved && !taken.includes(register)) return register;
  }
}

/** Puts a word into a register, SP by way of another one. */
export function setRegister(context: Context, register: number, value: number, ...taken: readonly number[]): void {
  if (register !== 13) {
    context.out.setWord(register, value);
    return;
  }
  const by = freeRegister(context, ...taken);
  context.out.setWord(by, value);
  context.out.put('mov sp, {m}', { m: by });
}

/** Rows that need nothing around them. */
export const PLAIN = new Set(['alu', 'mul', 'nop', 'preload', 'barrier', 'clearExclusive']);

const FILLERS = armv7em.rows.filter(
  (row) => row.pattern.length === 16 && row.timing === 'alu' && !/sp|pc/.test(row.text),
);

/** `count` random 16-bit ALU instructions. */
export function filler(context: Context, count: number): void {
  for (let i = 0; i < count; i++) {
    const row = context.random.pick(FILLERS);
    emit(context, row, randomFields(context, row)!);
  }
}

/** Puts the place where a landing stub or an exception handler goes on into memory; the caller fills in the word. */
export function prepareContinuation(context: Context): (target: number) => void {
  const value = freeRegister(context);
  const pointer = freeRegister(context, value);
  const { out } = context;
  const at = out.address;
  out.setWord(value, 0);
  out.setWord(pointer, CONTINUE);
  out.put('str.w {t}, [{n}, {imm}]', { t: value, n: pointer, i: 0 });
  return (target) => out.at(at, () => out.setWord(value, target | 1));
}

/** What comes before an instruction that raises an exception: its stack, and where the handler goes on. */
export function prepareTrap(context: Context): (target: number) => void {
  const patch = prepareContinuation(context);
  setRegister(context, 13, STACK_TOP - 4 * context.random.below(2));
  return patch;
}
