import { describe, expect, test } from 'vitest';
import { encode, mnemonicOf, randomFields } from '../../../../test/differential/riscv-encode.js';
import { Random } from '../../../../test/differential/riscv-random.js';
import { rv32gc, rv64gc } from '../../cpu/riscv/isa.js';
import { flatMachine } from '../engine-harness.js';
import type { EngineMode } from '../engine-mode.js';

const BASE = 0x8000_0000;
const SIZE = 0x2000;
/** Code begins here; before it lies data. */
const CODE = BASE + 0x1000;
/** Points to data; the other one is set from it now and then. The counter counts the rounds of the inner loop, the other those of the outer one. */
const [POINTER, OTHER_POINTER, COUNTER, OUTER] = [8, 18, 17, 19];
const SLICES = 60;
/** Programs of each kind. */
const [RUNS_64, RUNS_32] = process.env['FWTEST_LONG'] ? [100, 40] : [8, 3];

const XLEN = { 32: rv32gc, 64: rv64gc };
const COMMON = ['addi', 'add', 'sub', 'slli', 'srli', 'srai', 'mul', 'and', 'or', 'xor', 'andi', 'ori', 'slt', 'sltu'];
const WORDS = ['addiw', 'addw', 'subw', 'slliw', 'srliw', 'sraiw', 'mulw', 'sllw', 'srlw'];
const LOADS = { 32: ['lw', 'lb', 'lbu', 'lhu'], 64: ['lw', 'lwu', 'lb', 'lbu', 'lhu', 'ld'] };
const STORES = { 32: ['sw', 'sb', 'sh'], 64: ['sw', 'sb', 'sh', 'sd'] };

/** Random loops in a loop, most of whose values are words with the sign extended. */
class RandomLoops {
  readonly #xlen: 32 | 64;
  readonly #random: Random;
  readonly #code: number[] = [];

  constructor(xlen: 32 | 64, random: Random) {
    this.#xlen = xlen;
    this.#random = random;
  }

  make(): Uint8Array {
    const random = this.#random;
    this.#straight(4);
    this.#put('addi', { d: OUTER, s: 0, i: 3 });
    const outer = this.#code.length;
    for (let loop = 0; loop < 2; loop++) {
      this.#straight(random.below(6));
      this.#put('addi', { d: COUNTER, s: 0, i: 1 + random.below(6) });
      const inner = this.#code.length;
      this.#straight(2 + random.below(14));
      if (random.chance(40)) this.#skip();
      this.#put('addi', { d: COUNTER, s: COUNTER, i: 0xfff });
      this.#back(COUNTER, inner);
    }
    this.#put('addi', { d: OUTER, s: OUTER, i: 0xfff });
    this.#back(OUTER, outer);
    for (let n = 0; n < 8; n++) this.#put('c.ebreak', {});
    return Uint8Array.from(this.#code);
  }

  #straight(length: number): void {
    for (let n = 0; n < length; n++) this.#one();
  }
  /** A branch over some instructions, which may be such branches. */
  #skip(depth = 0): void {
    const at = this.#code.length;
    const [s, t] = [this.#register(), this.#register()];
    this.#put('bne', { ...this.#offset(0), s, t });
    this.#straight(this.#random.below(3));
    if (depth < 2 && this.#random.chance(50)) this.#skip(depth + 1);
    this.#one();
    const { word } = encode(this.#row('bne'), { ...this.#offset(this.#code.length - at), s, t });
    for (let byte = 0; byte < 4; byte++) this.#code[at + byte] = (word >>> (8 * byte)) & 0xff;
    this.#one();
  }
  #back(counter: number, to: number): void {
    this.#put('bne', { ...this.#offset(to - this.#code.length), s: counter, t: 0 });
  }
  #offset(by: number): Record<'i' | 'j' | 'k' | 'l', number> {
    return { i: (by >>> 12) & 1, l: (by >>> 11) & 1, j: (by >>> 5) & 63, k: (by >>> 1) & 15 };
  }

  #one(): void {
    const random = this.#random;
    const kind = random.below(100);
    const [d, s, t] = [this.#register(), this.#register(), this.#register()];
    const at = { s: random.chance(60) ? POINTER : OTHER_POINTER, i: 8 * random.below(4) + Number(random.chance(3)) };
    if (kind < 20) this.#put(random.pick(LOADS[this.#xlen]), { d, ...at });
    else if (kind < 35) this.#put(random.pick(STORES[this.#xlen]), { t, ...at });
    else if (kind < 38) this.#put('addi', { d: OTHER_POINTER, s: POINTER, i: 8 * random.below(32) });
    else if (kind < 48 && this.#xlen === 64) this.#put('addiw', { d, s, i: 0 });
    else this.#compute(random.pick(this.#xlen === 64 && random.chance(65) ? WORDS : COMMON), { d, s, t });
  }
  #compute(mnemonic: string, registers: Readonly<Record<string, number>>): void {
    const row = this.#row(mnemonic);
    const named = Object.entries(registers).filter(([letter]) => letter in randomFields(row, new Random(1)));
    this.#put(mnemonic, randomFields(row, this.#random, Object.fromEntries(named)));
  }
  #register(): number {
    return 9 + this.#random.below(7);
  }
  #row(mnemonic: string) {
    return XLEN[this.#xlen].rows.find((row) => mnemonicOf(row) === mnemonic)!;
  }
  #put(mnemonic: string, fields: Readonly<Record<string, number>>): void {
    const { word, length } = encode(this.#row(mnemonic), fields);
    for (let byte = 0; byte < length; byte++) this.#code.push((word >>> (8 * byte)) & 0xff);
  }
}

/** What is seen after each of many short slices, between which registers are changed by somebody else. */
function run(xlen: 32 | 64, mode: EngineMode, seed: number): string[] {
  const random = new Random(seed);
  const { engine, memory, ram } = flatMachine(XLEN[xlen], SIZE, { base: BASE, helpers: { waits: () => 1 }, mode });
  const [view, data] = [new DataView(memory.buffer), new DataView(ram.buffer, ram.byteOffset)];
  for (let at = 0; at < CODE - BASE; at += 4) data.setUint32(at, random.word(), true);
  ram.set(new RandomLoops(xlen, random).make(), CODE - BASE);
  const { registers } = engine.layout;
  const write = (x: number, value: bigint) => {
    if (xlen === 64) view.setBigInt64(registers + 8 * x, value, true);
    else view.setInt32(registers + 4 * x, Number(BigInt.asIntN(32, value)), true);
  };
  const read = (x: number) =>
    xlen === 64 ? view.getBigInt64(registers + 8 * x, true) : view.getInt32(registers + 4 * x, true);
  const disturb = () => write(9 + random.below(7), (BigInt(random.word()) << 32n) | BigInt(random.word()));
  for (let x = 9; x < 16; x++) disturb();
  write(POINTER, BigInt(BASE));
  write(OTHER_POINTER, BigInt(BASE + 256));
  const seen: string[] = [];
  engine.pc = CODE;
  for (let slice = 0; slice < SLICES; slice++) {
    engine.budget = random.chance(50) ? 1 + random.below(40) : 100 + random.below(1000);
    const { kind } = engine.run();
    seen.push(`${slice}: ${kind} at ${engine.pc.toString(16)}, ${engine.budget}`);
    for (let x = 1; x < 32; x++) seen.push(`x${x} ${read(x)}`);
    if (kind !== 'budget') engine.pc = CODE;
    if (random.chance(30)) disturb();
  }
  for (let at = 0; at < 512; at += 4) seen.push(`${at}: ${data.getUint32(at, true)}`);
  return seen;
}

describe('loops that are entered and left in the middle', () => {
  const seeds = (count: number) => Array.from({ length: count }, (_, n) => n + 16);
  test.each(seeds(RUNS_64))('RV64, seed %i', (seed) => expect(run(64, 'hot', seed)).toEqual(run(64, 'cold', seed)));
  test.each(seeds(RUNS_32))('RV32, seed %i', (seed) => expect(run(32, 'hot', seed)).toEqual(run(32, 'cold', seed)));
});

describe('a register that holds words round a loop', () => {
  /** a0 counts in words; a1 is its low word with the sign extended, a3 what is common to it and a word. */
  const LOOP = [
    ['addi', { d: 10, s: 0, i: 1 }],
    ['addi', { d: 13, s: 0, i: 7 }],
    ['addiw', { d: 11, s: 10, i: 0 }],
    ['addiw', { d: 10, s: 10, i: 3 }],
    ['xor', { d: 13, s: 13, t: 11 }],
    ['add', { d: 12, s: 12, t: 11 }],
    ['bne', { i: 1, l: 1, j: 63, k: 8, s: 14, t: 0 }],
  ] as const;

  const states = (mode: EngineMode): string[] => {
    const { engine, memory, ram } = flatMachine(rv64gc, SIZE, { base: BASE, helpers: { waits: () => 1 }, mode });
    const view = new DataView(memory.buffer);
    for (const [n, [mnemonic, fields]] of LOOP.entries()) {
      const { word } = encode(rv64gc.rows.find((row) => mnemonicOf(row) === mnemonic)!, fields);
      new DataView(ram.buffer, ram.byteOffset).setUint32(CODE - BASE + 4 * n, word, true);
    }
    const register = (x: number) => engine.layout.registers + 8 * x;
    view.setBigInt64(register(14), 1n, true);
    engine.pc = CODE;
    return Array.from({ length: 40 }, (_, slice) => {
      engine.budget = 2000 + slice;
      engine.run();
      // somebody looks at the machine and changes it
      view.setBigInt64(register(10), 0x1_8000_0000n * BigInt(slice + 1), true);
      return [10, 11, 12, 13].map((x) => view.getBigInt64(register(x), true)).join() + engine.pc.toString(16);
    });
  };

  test('is looked at where the loop is entered', () => expect(states('hot')).toEqual(states('cold')));
});
