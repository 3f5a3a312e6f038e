import { describe, expect, test } from 'vitest';
import { encode, mnemonicOf, randomFields } from '../../../../test/differential/riscv-encode.js';
import { Random } from '../../../../test/differential/riscv-random.js';
import { flatMachine } from '../../isa/engine-harness.js';
import type { EngineMode } from '../../isa/engine-mode.js';
import { type Environment, evaluate } from '../../isa/evaluate.js';
import { type Fields, type Isa, isLong, type Row } from '../../isa/instruction.js';
import type { Scalar } from '../../isa/semantics.js';
import { emit } from '../../isa/variant.js';
import { rv32imac, rv64gc } from './isa.js';

const BASE = 0x8000_0000;
const SIZE = 0x2000;
/** Code, among breakpoints, begins here; before it lies data. */
const CODE = BASE + 0x1000;
const C_EBREAK = 0x9002;
const RUNS = 60;
/** Any function of its arguments will do for the CSR helper, as long as both sides use the same. */
const csr = (...args: readonly number[]) => args.reduce((hash, arg) => Math.imul(hash, 31) + arg, 7) | 0;

/** What an instruction leaves behind. */
interface Result {
  readonly ended: string;
  readonly cycles: number;
  readonly registers: readonly string[];
  readonly scalars: readonly string[];
  /** As one string, which compares quickly. */
  readonly memory: string;
}

/** One engine of an ISA, and the reference evaluator, over the same state. */
class Bench {
  readonly isa: Isa;
  readonly #long: boolean;
  readonly #mode: EngineMode;
  readonly #machine: ReturnType<typeof flatMachine>;
  readonly #view: DataView;

  constructor(isa: Isa, mode: EngineMode) {
    this.isa = isa;
    this.#long = isLong(isa);
    this.#mode = mode;
    const helpers = { csr, fencei: () => undefined, waits: () => 1 };
    this.#machine = flatMachine(isa, SIZE, { base: BASE, helpers, mode });
    this.#view = new DataView(this.#machine.memory.buffer);
  }

  get #layout() {
    return this.#machine.engine.layout;
  }
  register(index: number): Scalar {
    const at = this.#layout.registers + index * this.#layout.registerSize;
    return this.#long ? this.#view.getBigInt64(at, true) : this.#view.getInt32(at, true);
  }
  setRegister(index: number, value: Scalar): void {
    const at = this.#layout.registers + index * this.#layout.registerSize;
    if (this.#long) this.#view.setBigInt64(at, BigInt(value), true);
    else this.#view.setInt32(at, Number(value), true);
  }
  scalar(name: string): Scalar {
    const { offset, type } = this.#layout.scalars[name]!;
    return type === 'i64' ? this.#view.getBigInt64(offset, true) : this.#view.getInt32(offset, true);
  }
  setScalar(name: string, value: Scalar): void {
    const { offset, type } = this.#layout.scalars[name]!;
    if (type === 'i64') this.#view.setBigInt64(offset, BigInt(value), true);
    else this.#view.setInt32(offset, Number(value), true);
  }
  get #registers(): Scalar[] {
    return Array.from({ length: this.#layout.registerCount }, (_, i) => this.register(i));
  }
  get #scalars(): Scalar[] {
    return Object.keys(this.#layout.scalars).map((name) => this.scalar(name));
  }

  /** Addresses about memory's range and its ends, so that faults come up too, and other words. */
  prepare(random: Random, word: number, length: number, pc: number): void {
    const { engine, ram } = this.#machine;
    const address = () => this.#address(random, BASE + random.below(0x1008) - 4);
    for (let i = 1; i < 33; i++) this.setRegister(i, random.chance(50) ? this.#value(random) : address());
    this.setRegister(32, 0);
    this.setScalar('reservation', random.chance(50) ? this.register(1 + random.below(31)) : 0);
    this.setScalar('reserved', random.below(2));
    engine.invalidate(BASE, SIZE);
    const view = new DataView(ram.buffer, ram.byteOffset);
    for (let at = 0; at < CODE - BASE; at += 4) view.setUint32(at, random.word(), true);
    for (let at = CODE - BASE; at < SIZE; at += 2) view.setUint16(at, C_EBREAK, true);
    ram.set(Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24).subarray(0, length), pc - BASE);
  }
  /** Now and then with a high word that memory has not. */
  #address(random: Random, low: number): Scalar {
    if (!this.#long) return low | 0;
    return BigInt(low) + (random.chance(5) ? BigInt(random.word()) << 32n : 0n);
  }
  #value(random: Random): Scalar {
    const low = random.value();
    if (!this.#long) return low | 0;
    const high = random.chance(40) ? (random.chance(50) ? 0 : -1) : random.value();
    return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  }

  inEvaluator(row: Row, fields: Fields, pc: number): Result {
    const registers = this.#registers;
    const memory = Buffer.from(this.#machine.ram);
    const values = new Map(Object.keys(this.#layout.scalars).map((name) => [name, this.scalar(name)]));
    const offset = (address: number, size: number, high: number) => {
      if (high !== 0 || address < BASE || address + size > BASE + SIZE) throw new RangeError('no memory');
      return address - BASE;
    };
    const environment: Environment = {
      register: (index) => registers[index]!,
      setRegister: (index, value) => void registers.splice(index, 1, value),
      scalar: (name) => values.get(name)!,
      setScalar: (name, value) => void values.set(name, value),
      load: (address, size, _, high) => {
        const at = offset(address, size, high);
        return size === 8 ? memory.readBigUInt64LE(at) : BigInt(memory.readUIntLE(at, size));
      },
      store: (address, size, value, _, high) => {
        const at = offset(address, size, high);
        if (size === 8) memory.writeBigUInt64LE(value, at);
        else memory.writeUIntLE(Number(value), at, size);
      },
      helper: (name, args) => (name === 'csr' ? csr(...args.map(Number)) : name === 'waits' ? 1 : undefined),
    };
    let [ended, cycles] = ['fault', 1];
    try {
      const outcome = evaluate(emit(this.isa, { row, statics: {}, inItBlock: false }, { fields, pc }), environment);
      cycles = outcome.cycles;
      const next = pc + row.pattern.length / 8;
      if (outcome.kind !== 'trap') ended = `${outcome.kind === 'branch' ? outcome.target : next}`;
      else if (outcome.trap === 'far') ended = `${BigInt.asUintN(64, BigInt(values.get('farTarget')!))}`;
      else ended = `${outcome.trap} ${outcome.argument} ${outcome.resume === 'next' ? next : pc}`;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return resultOf(ended, cycles, registers, [...values.values()], memory);
  }

  /** In compiled code the instruction after it, a breakpoint, is executed too: it ends the run. */
  inEngine(pc: number): Result {
    const { engine, ram } = this.#machine;
    const hot = this.#mode === 'hot';
    engine.pc = pc;
    engine.pcHigh = 0;
    engine.budget = hot ? 1000 : 1;
    const before = engine.budget;
    let ended = 'fault';
    let more = 0;
    try {
      const exit = engine.run();
      const at = (BigInt(engine.pcHigh >>> 0) << 32n) + BigInt(engine.pc);
      const itself = exit.kind === 'trap' && (!hot || engine.pc === pc || exit.trap !== 'ebreak');
      if (hot && !itself) more = 1;
      ended = itself ? `${exit.trap} ${exit.argument} ${engine.pc}` : `${at}`;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (engine.pc !== pc || engine.pcHigh !== 0)
        ended = `${(BigInt(engine.pcHigh >>> 0) << 32n) + BigInt(engine.pc)}`;
    }
    return resultOf(ended, before - engine.budget - more, this.#registers, this.#scalars, Buffer.from(ram));
  }

  /** Whether what comes next is known: a breakpoint, or no memory. */
  endsThere({ ended }: Result): boolean {
    const next = Number(ended);
    return Number.isNaN(next) || next < BASE || (next >= CODE && next < BASE + SIZE);
  }
}

const resultOf = (
  ended: string,
  cycles: number,
  registers: readonly Scalar[],
  scalars: readonly Scalar[],
  memory: Buffer,
): Result => ({
  ended,
  cycles,
  registers: registers.map(String),
  scalars: scalars.map(String),
  memory: memory.toString('latin1'),
});

const ENGINES: readonly (readonly [string, Isa, EngineMode, number])[] = [
  ['RV32IMAC, cold', rv32imac, 'cold', RUNS],
  ['RV64, cold', rv64gc, 'cold', RUNS],
  ['RV32IMAC, hot', rv32imac, 'hot', RUNS / 10],
  ['RV64, hot', rv64gc, 'hot', RUNS / 10],
];

describe.each(ENGINES)(
  'every row does the same in the reference evaluator and in the engine: %s',
  (_, isa, mode, runs) => {
    const bench = new Bench(isa, mode);
    test.each(isa.rows.map((row) => [row.text, row] as const))('%s', (_, row) => {
      const random = new Random(mnemonicOf(row).length + row.pattern.match);
      for (let i = 0; i < runs; i++) {
        const fields = randomFields(row, random);
        const { word, length } = encode(row, fields);
        const pc = CODE + 0x800 + 2 * random.below(16);
        bench.prepare(random, word, length, pc);
        const expected = bench.inEvaluator(row, fields, pc);
        if (mode === 'hot' && !bench.endsThere(expected)) continue;
        // the sink holds whatever was written to x0 last
        expect(bench.inEngine(pc), `0x${word.toString(16)} run ${i}`).toEqual(expected);
        expect(Number(bench.register(0))).toBe(0);
      }
    });
  },
);
