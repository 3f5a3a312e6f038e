import type { Row } from '../../src/emu/isa/instruction.js';
import {
  BYTE_TABLE,
  CODE,
  CODE_END,
  CONTINUE,
  HALF_TABLE,
  LOG,
  LOG_NEXT,
  OUTPUT,
  OUTPUT_END,
  OUTPUT_ENTRY,
  POINTERS,
  POINTERS_SIZE,
  POOL,
  POOL_SIZE,
  RAM,
  RAM_SIZE,
  SCRATCH,
  SCRATCH_SIZE,
  STACK_TOP,
  STUB_COUNT,
  STUBS,
  TABLE_SIZE,
} from './thumb-map.js';
import { ProgramWriter, Random } from './thumb-program.js';
import { randomInstruction } from './thumb-random.js';

/** One sequence: registers from the pool, some random instructions, registers to the output. */
export interface Sequence {
  readonly start: number;
  readonly end: number;
}
export interface Image {
  readonly ram: Uint8Array;
  readonly sequences: readonly Sequence[];
  /** Random instructions by row. */
  readonly counts: ReadonlyMap<Row, number>;
}

const PER_SEQUENCE = 5;
const SYS_EXIT = 0x18;
const APPLICATION_EXIT = 0x2_0026;

/** A program of random sequences over the rows, in turn; `instructions` are counted without what prepares them. */
export function randomImage(seed: number, instructions: number, rows: readonly Row[], flavour: Flavour): Image {
  const { unalignedTraps } = flavour;
  const random = new Random(seed);
  const ram = new Uint8Array(RAM_SIZE);
  fillData(ram, random);
  const out = new ProgramWriter(ram, RAM, CODE);
  const sequences: Sequence[] = [];
  const counts = new Map<Row, number>();
  const order = Array.from({ length: instructions }, (_, i) => rows[i % rows.length]!);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  for (let next = 0; next < order.length; ) {
    const start = out.address;
    const reserved = random.below(13);
    beginSequence(out, random, reserved);
    for (let i = 0; i < PER_SEQUENCE && next < order.length; i++, next++) {
      const row = order[next]!;
      if (randomInstruction({ out, random, reserved, unalignedTraps }, row))
        counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    endSequence(out, random, reserved, OUTPUT + sequences.length * OUTPUT_ENTRY);
    sequences.push({ start, end: out.address });
    if (out.address > CODE_END || OUTPUT + sequences.length * OUTPUT_ENTRY > OUTPUT_END)
      throw new Error('image is full');
  }
  out.setWord(0, SYS_EXIT);
  out.setWord(1, APPLICATION_EXIT);
  out.put('bkpt {imm}', { i: 0xab });
  return { ram, sequences, counts };
}

const others = (reserved: number): number => 0x1fff & ~(1 << reserved);
const another = (random: Random, reserved: number): number => (reserved + 1 + random.below(12)) % 13;

/** Flags, SP, then all registers but the reserved one from a window of the pool. */
function beginSequence(out: ProgramWriter, random: Random, reserved: number): void {
  const by = another(random, reserved);
  out.setWord(reserved, POOL + 4 * random.below(POOL_SIZE / 4 - 32));
  out.put('ldr {t}, [{n}], {signed}', { t: by, n: reserved, u: 1, i: 4 });
  out.put('msr {special}, {n}', { n: by, k: 3, y: 0 });
  out.put('ldr {t}, [{n}], {signed}', { t: by, n: reserved, u: 1, i: 4 });
  out.put('mov sp, {m}', { m: by });
  out.put('ldm.w {n}, {list}', { n: reserved, P: 0, m: 1, r: others(reserved) });
}

/** R0–R12 without the reserved one, LR, APSR, SP: 14 words and the reserved one's place stay as they are. */
function endSequence(out: ProgramWriter, random: Random, reserved: number, entry: number): void {
  const by = another(random, reserved);
  out.setWord(reserved, entry);
  out.put('stm.w {n}, {list}', { n: reserved, m: 1, r: others(reserved) });
  out.put('mrs {d}, {special}', { d: by, y: 0 });
  out.put('str.w {t}, [{n}, {imm}]', { t: by, n: reserved, i: 52 });
  out.put('mov {d}, {m}', { d: by, m: 13 });
  out.put('str.w {t}, [{n}, {imm}]', { t: by, n: reserved, i: 56 });
}

const EDGES = [
  0, 1, -1, 0x8000_0000, 0x7fff_ffff, 0xffff, 0x1_0000, 0x8000, 0x7fff, 0x80, 0x7f, 0xff, 31, 32, 33, 0x8000_8000,
  0x7fff_7fff,
];

function fillData(ram: Uint8Array, random: Random): void {
  const view = new DataView(ram.buffer);
  const words = (from: number, size: number, value: () => number): void => {
    for (let at = from; at < from + size; at += 4) view.setUint32(at - RAM, value() >>> 0, true);
  };
  const operand = () =>
    random.chance(0.3) ? random.pick(EDGES) : random.chance(0.2) ? random.below(300) : random.word();
  words(POOL, POOL_SIZE, operand);
  words(SCRATCH, SCRATCH_SIZE, operand);
  words(POINTERS, POINTERS_SIZE, () => (STUBS + 4 * random.below(STUB_COUNT)) | 1);
  for (let i = 0; i < TABLE_SIZE; i++) ram[BYTE_TABLE - RAM + i] = random.below(4);
  words(HALF_TABLE, TABLE_SIZE, () => random.below(4) | (random.below(4) << 16));
  view.setUint32(LOG_NEXT - RAM, LOG, true);
  const stubs = new ProgramWriter(ram, RAM, STUBS);
  for (let i = 0; i < STUB_COUNT; i++) {
    stubs.put('ldr.w pc, [pc, {signed}]', { u: 1, i: CONTINUE - ((stubs.address + 4) & ~3) });
  }
}

/** What each flavour of the machine starts with. */
export interface Flavour {
  /** CCR.DIV_0_TRP. */
  readonly divideTraps: boolean;
  /** CCR.UNALIGN_TRP. */
  readonly unalignedTraps: boolean;
  /** CPACR lets floating-point instructions execute. */
  readonly float?: boolean;
  /** How the exception handler returns. */
  readonly exceptionReturn: readonly string[];
}

/** The flavours of the images, in turn. */
export const FLAVOURS: readonly Flavour[] = [
  { divideTraps: false, unalignedTraps: false, exceptionReturn: ['bx lr'] },
  { divideTraps: true, unalignedTraps: false, exceptionReturn: ['push {r4, lr}', 'pop {r4, pc}'] },
  { divideTraps: true, unalignedTraps: true, exceptionReturn: ['str lr, [sp, #-8]!', 'ldr pc, [sp], #8'] },
  { divideTraps: false, unalignedTraps: false, exceptionReturn: ['push.w {r4-r5, lr}', 'pop.w {r4-r5, pc}'] },
];

const HANDLER = 0x100;

/** Vectors, reset code and the exception handler, at address 0. The handler logs, and goes on at `CONTINUE`. */
export function bootCode({ divideTraps, unalignedTraps, float, exceptionReturn }: Flavour): Uint8Array {
  const boot = new Uint8Array(0x200);
  const vectors = new ProgramWriter(boot, 0, 0);
  vectors.word(STACK_TOP);
  vectors.word(0x41);
  while (vectors.address < 0x40) vectors.word(HANDLER | 1);
  const reset = new ProgramWriter(boot, 0, 0x40);
  const store = (address: number, value: number) => {
    reset.setWord(0, address);
    reset.setWord(1, value);
    reset.line('str.w r1, [r0, #0]');
  };
  // SHCSR: UsageFault, BusFault and MemManage on their own; CCR: STKALIGN stays.
  store(0xe000_ed24, 0x7_0000);
  store(0xe000_ed14, 0x200 | (divideTraps ? 0x10 : 0) | (unalignedTraps ? 8 : 0));
  if (float) store(0xe000_ed88, 0xf << 20);
  reset.put('dsb {option}', { o: 15 });
  reset.put('isb {option}', { o: 15 });
  reset.setWord(0, CODE | 1);
  reset.line('bx r0');
  const handler = new ProgramWriter(boot, 0, HANDLER);
  handler.setWord(1, LOG_NEXT);
  for (const line of [
    'ldr r2, [r1, #0]',
    'mrs r3, ipsr',
    'str r3, [r2, #0]',
    'ldr r3, [sp, #24]',
    'str r3, [r2, #4]',
  ]) {
    handler.line(line);
  }
  handler.setWord(0, 0xe000_ed28);
  for (const line of [
    'ldr r3, [r0, #0]',
    'str r3, [r2, #8]',
    'str r3, [r0, #0]',
    'ldr r3, [sp, #28]',
    'str r3, [r2, #12]',
  ]) {
    handler.line(line);
  }
  // ITSTATE out of the stacked xPSR, T into it.
  for (const line of ['add.w r2, r2, #16', 'str r2, [r1, #0]', 'bic.w r3, r3, #0x6000000', 'bic.w r3, r3, #0xfc00']) {
    handler.line(line);
  }
  for (const line of ['orr.w r3, r3, #0x1000000', 'str r3, [sp, #28]']) handler.line(line);
  handler.setWord(1, CONTINUE);
  for (const line of ['ldr r3, [r1, #0]', 'bic.w r3, r3, #1', 'str r3, [sp, #24]', ...exceptionReturn])
    handler.line(line);
  return boot;
}
