import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { type Context, emit, prepareTrap, setRegister } from './thumb-context.js';
import { rowOf } from './thumb-encodings.js';
import {
  CODE,
  CODE_END,
  LOG,
  LOG_NEXT,
  OUTPUT,
  OUTPUT_END,
  POOL,
  POOL_SIZE,
  RAM,
  RAM_SIZE,
  SCRATCH,
  SCRATCH_SIZE,
} from './thumb-map.js';
import { ProgramWriter, Random } from './thumb-program.js';

/** Random floating-point programs: sequences that begin with random registers and a random FPSCR, and end by storing them. */

export interface FloatSequence {
  readonly start: number;
  readonly end: number;
}
export interface FloatImage {
  readonly ram: Uint8Array;
  readonly sequences: readonly FloatSequence[];
  readonly counts: ReadonlyMap<Row, number>;
}

/** S0–S31, FPSCR, APSR, R0–R12 and LR but the reserved one. */
export const FLOAT_ENTRY = 192;
const PER_SEQUENCE = 10;
const SYS_EXIT = 0x18;
const APPLICATION_EXIT = 0x2_0026;
/** Words of the pool that are good for FPSCR come first. */
const STATUS_WORDS = 1024;

export const FLOAT_ROWS: readonly Row[] = armv7em.rows.filter(({ guard }) => guard !== undefined);

export function randomFloatImage(seed: number, instructions: number): FloatImage {
  const random = new Random(seed);
  const ram = new Uint8Array(RAM_SIZE);
  fillPool(ram, random);
  const out = new ProgramWriter(ram, RAM, CODE);
  const sequences: FloatSequence[] = [];
  const counts = new Map<Row, number>();
  for (let made = 0; made < instructions; ) {
    const start = out.address;
    const reserved = random.below(13);
    const context: Context = { out, random, reserved, unalignedTraps: false };
    begin(context);
    for (let i = 0; i < PER_SEQUENCE && made < instructions; i++, made++) {
      const row = FLOAT_ROWS[made % FLOAT_ROWS.length]!;
      floatInstruction(context, row);
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    end(context, OUTPUT + sequences.length * FLOAT_ENTRY);
    sequences.push({ start, end: out.address });
    if (out.address > CODE_END || OUTPUT + sequences.length * FLOAT_ENTRY > OUTPUT_END)
      throw new Error('image is full');
  }
  out.setWord(0, SYS_EXIT);
  out.setWord(1, APPLICATION_EXIT);
  out.put('bkpt {imm}', { i: 0xab });
  return { ram, sequences, counts };
}

const others = (reserved: number): number => 0x1fff & ~(1 << reserved);
const another = ({ random, reserved }: Context): number => (reserved + 1 + random.below(12)) % 13;

function begin(context: Context): void {
  const { out, random, reserved } = context;
  const by = another(context);
  out.setWord(reserved, POOL + 4 * random.below(STATUS_WORDS));
  out.put('ldr.w {t}, [{n}, {imm}]', { t: by, n: reserved, i: 0 });
  out.put('vmsr fpscr, {t}', { t: by });
  out.put('msr {special}, {n}', { n: by, k: 3, y: 0 });
  out.setWord(reserved, POOL + 4 * (STATUS_WORDS + random.below(POOL_SIZE / 4 - STATUS_WORDS - 64)));
  out.put('vldmia {n}!, {slist}', { n: reserved, d: 0, i: 32 });
  out.put('ldm.w {n}, {list}', { n: reserved, P: 0, m: 1, r: others(reserved) });
}

function end(context: Context, entry: number): void {
  const { out, reserved } = context;
  const by = another(context);
  out.setWord(reserved, entry);
  out.put('vstmia {n}!, {slist}', { n: reserved, d: 0, i: 32 });
  out.put('stm.w {n}, {list}', { n: reserved, m: 1, r: others(reserved) });
  out.put('vmrs {t}, fpscr', { t: by });
  out.put('str.w {t}, [{n}, {imm}]', { t: by, n: reserved, i: 52 });
  out.put('mrs {d}, {special}', { d: by, y: 0 });
  out.put('str.w {t}, [{n}, {imm}]', { t: by, n: reserved, i: 56 });
}

/** Random operands; the reserved register is none of the core's registers in them. */
function operandsOf({ random, reserved }: Context, row: Row): Fields {
  const core = ['t', 'u', ...(row.text.includes('{n}') ? ['n'] : [])];
  for (;;) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
    if (row.text.includes('list}')) fields['i'] = 1 + random.below(32);
    if (core.some((letter) => fields[letter] === reserved)) continue;
    if (rowOf(row.pattern.length, encode(row, fields)!) === row) return fields;
  }
}

/** Loads and stores get a base in the scratch data, misaligned now and then, which is a fault. */
function floatInstruction(context: Context, row: Row): void {
  const { out, random } = context;
  const fields = operandsOf(context, row);
  const based = row.text.includes('{n}') || /^v(pop|push)/.test(row.text);
  if (!based) {
    emit(context, row, fields);
    return;
  }
  const faults = fields['n'] !== undefined && fields['n'] !== 13 && random.chance(0.05);
  const patch = faults ? prepareTrap(context) : undefined;
  const address = (SCRATCH + 0x2000 + random.below(SCRATCH_SIZE - 0x4000)) & ~3;
  setRegister(context, fields['n'] ?? 13, address + (faults ? 1 + random.below(3) : 0));
  emit(context, row, fields);
  patch?.(out.address);
}

/** Singles of every kind, small whole numbers, halves side by side. */
function operand(random: Random): number {
  const sign = random.word() & 0x8000_0000;
  return random.weighted<() => number>([
    [5, () => sign | (((100 + random.below(56)) << 23) | (random.word() & 0x7f_ffff))],
    [3, () => random.word()],
    [2, () => sign | random.pick([0, 1, 0x7f_ffff, 0x80_0000, 0x80_0001, 0x7f7f_ffff, 0x7f80_0000])],
    [1, () => sign | (random.word() & 0x7f_ffff)],
    [1, () => sign | 0x7f80_0000 | (random.word() & 0x7f_ffff)],
    [2, () => random.pick([1, 2, 3, 4, 7, 10, 16, 255]) * (sign === 0 ? 1 : -1)],
    [2, () => sign | (((120 + random.below(40)) << 23) | ((random.word() & 0xff) << 15))],
    [1, () => sign | ((random.below(24) + 103) << 23) | (random.word() & 0x7f_e000)],
    [1, () => sign | random.below(0x8000) | (random.below(0x8000) << 16)],
  ])();
}

function fillPool(ram: Uint8Array, random: Random): void {
  const view = new DataView(ram.buffer);
  const word = (at: number, value: number): void => view.setUint32(at - RAM, value >>> 0, true);
  for (let i = 0; i < STATUS_WORDS; i++) {
    word(POOL + 4 * i, random.chance(0.3) ? 0x10 : random.word() & 0xf7c0_009f);
  }
  for (let at = POOL + 4 * STATUS_WORDS; at < POOL + POOL_SIZE; at += 4) word(at, operand(random));
  for (let at = SCRATCH; at < SCRATCH + SCRATCH_SIZE; at += 4) word(at, operand(random));
  word(LOG_NEXT, LOG);
}
