import { Emitter, type Int } from './emitter.js';
import type { Fields, Isa, Row } from './instruction.js';
import type { Program } from './ir.js';
import { extract } from './pattern.js';
import { CYCLES_WIDTH, NEIGHBOURS } from './pipeline.js';

/** One way a row is executed: fixed values for its static letters, inside or outside an IT block. */
export interface Variant {
  readonly row: Row;
  readonly statics: Fields;
  readonly inItBlock: boolean;
}

const isStatic = (letter: string) => letter.charCodeAt(0) < 0x61;

/** The static letters of an encoding with their values, as a key. */
export function staticsOf(row: Row, fields: Fields): Fields {
  const statics: Record<string, number> = {};
  for (const { letter } of row.pattern.fields) if (isStatic(letter)) statics[letter] = fields[letter]!;
  return statics;
}

export function fieldsOf(row: Row, word: number): Fields {
  const fields: Record<string, number> = {};
  for (const field of row.pattern.fields) fields[field.letter] = extract(field, word);
  return fields;
}

/** Every combination of values of a row's static letters. */
export function staticCombinations(row: Row): Fields[] {
  let combinations: Record<string, number>[] = [{}];
  for (const { letter, width } of row.pattern.fields) {
    if (!isStatic(letter)) continue;
    combinations = combinations.flatMap((base) =>
      Array.from({ length: 1 << width }, (_, value) => ({ ...base, [letter]: value })),
    );
  }
  return combinations;
}

/** How many combinations there are. */
export function combinationCount(row: Row): number {
  return 1 << row.pattern.staticBits;
}

/** Which of them has these values. */
export function combinationIndex(row: Row, statics: Fields): number {
  const { pattern } = row;
  if (pattern.staticBits === 0) return 0;
  let index = 0;
  for (const { letter, width } of pattern.fields) {
    if (isStatic(letter)) index = (index << width) | statics[letter]!;
  }
  return index;
}

/** Runs a row's timing and body against an emitter. With `literals` and `pc` nothing stays symbolic. */
export function emit(isa: Isa, variant: Variant, literal?: { fields: Fields; pc: number; pcHigh?: bigint }): Program {
  const { row } = variant;
  const emitter = new Emitter({
    length: row.pattern.length / 8,
    takenCycles: isa.pipeline ? 'decoded' : isa.takenCycles,
    inItBlock: variant.inItBlock,
    registers: isa.state.registers.type,
    scalars: isa.state.scalars,
    ...(literal && { literals: { ...isa.pipeline?.alone, ...literal.fields }, pc: literal.pc, pcHigh: literal.pcHigh }),
  });
  const operands: Record<string, Int | number> = {};
  for (const { letter, width } of row.pattern.fields) {
    operands[letter] = isStatic(letter) ? variant.statics[letter]! : emitter.operand(letter, width);
  }
  const typed = operands as Record<string, Int & number>;
  if (row.guard) emitter.guard(row.guard.scalar, row.guard.trap);
  const cycles = isa.timing(emitter, row, typed);
  emitter.charge(isa.pipeline ? besideNeighbours(emitter, cycles) : cycles);
  row.body(emitter, typed);
  return emitter.program;
}

/** `#` is 1 where the neighbours make no difference. */
function besideNeighbours(o: Emitter, cycles: Int | number): Int {
  return o.add(o.sub(cycles, 1), o.operand(NEIGHBOURS, CYCLES_WIDTH));
}
