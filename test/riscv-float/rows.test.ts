import { describe, expect, test } from 'vitest';
import { BIT_EXTENSIONS } from '../../src/emu/cpu/riscv/bit-row.js';
import { FIRST_F } from '../../src/emu/cpu/riscv/float-registers.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { type Environment, evaluate } from '../../src/emu/isa/evaluate.js';
import { type Fields, type Isa, isLong, type Row } from '../../src/emu/isa/instruction.js';
import { emit } from '../../src/emu/isa/variant.js';
import { encode, mnemonicOf, randomFields } from '../differential/riscv-encode.js';
import { FloatRandom } from './random.js';

/** Every row of F, D and bit manipulation does the same in the reference evaluator and in both engines. */

const BASE = 0x8000_0000;
const SIZE = 0x2000;
/** Code, among breakpoints, begins here; before it lies data. */
const CODE = BASE + 0x1000;
const C_EBREAK = 0x9002;
const RUNS = process.env['FWTEST_LONG'] ? 3000 : 120;

interface Result {
  readonly ended: string;
  readonly cycles: number;
  readonly registers: readonly (number | bigint)[];
  readonly scalars: Readonly<Record<string, number | bigint>>;
  readonly memory: string;
}

class ReservedRounding extends Error {}
const helpers = {
  reservedRounding: (): undefined => {
    throw new ReservedRounding();
  },
};
function abandons(error: unknown): string {
  if (error instanceof ReservedRounding) return 'illegal';
  if (error instanceof RangeError) return 'fault';
  throw error;
}

class Rig {
  readonly isa: Isa;
  readonly machine;
  readonly registers;
  readonly #long: boolean;
  readonly #mode: EngineMode;

  constructor(isa: Isa, mode: EngineMode) {
    this.isa = isa;
    this.#long = isLong(isa);
    this.#mode = mode;
    this.machine = flatMachine(isa, SIZE, { base: BASE, helpers, mode });
    const { words, engine } = this.machine;
    const { registers, registerCount } = engine.layout;
    this.registers = this.#long
      ? new BigInt64Array(words.buffer, registers, registerCount)
      : new Int32Array(words.buffer, registers, registerCount);
  }

  scalars(): Record<string, number | bigint> {
    const { words, engine } = this.machine;
    const entries = Object.entries(engine.layout.scalars).map(([name, { offset, type }]) => [
      name,
      type === 'i64' ? new BigInt64Array(words.buffer, offset, 1)[0]! : words[offset >> 2]!,
    ]);
    return Object.fromEntries(entries);
  }

  setScalar(name: string, value: number): void {
    const { words, engine } = this.machine;
    words[engine.layout.scalars[name]!.offset >> 2] = value;
  }

  #f(number: number, bits: bigint): void {
    if (this.#long) (this.registers as BigInt64Array)[FIRST_F + number] = bits;
    else {
      const file = this.registers as Int32Array;
      file[FIRST_F + 2 * number] = Number(BigInt.asIntN(32, bits));
      file[FIRST_F + 1 + 2 * number] = Number(BigInt.asIntN(32, bits >> 32n));
    }
  }

  prepare(random: FloatRandom, word: number, length: number, pc: number): void {
    const { registers } = this;
    const { engine, ram } = this.machine;
    engine.invalidate(BASE, SIZE);
    const code = new DataView(ram.buffer, ram.byteOffset);
    for (let at = CODE - BASE; at < SIZE; at += 2) code.setUint16(at, C_EBREAK, true);
    ram.set(Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24).subarray(0, length), pc - BASE);
    for (let i = 1; i < 33; i++) {
      const value = random.chance(60) ? BigInt(BASE + 8 * random.below(0x202) - 8) : random.integer();
      if (this.#long) (registers as BigInt64Array)[i] = i === 32 ? 0n : value;
      else (registers as Int32Array)[i] = i === 32 ? 0 : Number(BigInt.asIntN(32, value));
    }
    for (let i = 0; i < 32; i++) {
      const boxed = random.chance(90) ? 0xffff_ffff_0000_0000n : BigInt(random.word()) << 32n;
      this.#f(i, random.chance(50) ? random.single() | boxed : random.double());
    }
    this.setScalar('frm', random.chance(60) ? 0 : random.below(8));
    this.setScalar('fflags', random.chance(50) ? 1 : random.below(32));
    this.setScalar('fpDirty', random.below(2));
    this.setScalar('fpOn', random.chance(95) ? 3 : 0);
    this.setScalar('fpdOn', random.chance(95) ? 1 : 0);
    for (const name of BIT_EXTENSIONS) this.setScalar(name, random.chance(95) ? 1 : 0);
  }

  inEvaluator(row: Row, fields: Fields, pc: number): Result {
    const file: (number | bigint)[] = [...this.registers];
    const memory = Buffer.from(this.machine.ram);
    const scalars = this.scalars();
    const offset = (address: number, size: number, high: number) => {
      if (high !== 0 || address < BASE || address + size > BASE + SIZE) throw new RangeError('no memory');
      return address - BASE;
    };
    const environment: Environment = {
      register: (index) => file[index]!,
      setRegister: (index, value) => {
        file[index] = value;
      },
      scalar: (name) => scalars[name]!,
      setScalar: (name, value) => {
        scalars[name] = value;
      },
      load: (address, size, _, high) => {
        const at = offset(address, size, high);
        return size === 8 ? memory.readBigUInt64LE(at) : BigInt(memory.readUIntLE(at, size));
      },
      store: (address, size, value, _, high) => {
        const at = offset(address, size, high);
        if (size === 8) memory.writeBigUInt64LE(BigInt.asUintN(64, value), at);
        else memory.writeUIntLE(Number(value), at, size);
      },
      helper: (name) => helpers[name as 'reservedRounding'](),
    };
    let [ended, cycles] = ['', 0];
    try {
      const program = emit(this.isa, { row, statics: {}, inItBlock: false }, { fields, pc });
      const outcome = evaluate(program, environment);
      cycles = outcome.cycles;
      ended = outcome.kind === 'trap' ? `${outcome.trap} ${outcome.argument} ${pc}` : `${pc + row.pattern.length / 8}`;
    } catch (error) {
      ended = abandons(error);
    }
    return { ended, cycles, registers: file, scalars, memory: memory.toString('latin1') };
  }

  /** In compiled code the instruction after it, a breakpoint, is executed too: it ends the run. */
  inEngine(pc: number): Result {
    const { engine, ram } = this.machine;
    const hot = this.#mode === 'hot';
    engine.pc = pc;
    const before = hot ? 1000 : 1;
    engine.budget = before;
    let ended = '';
    let cycles = 0;
    try {
      const exit = engine.run();
      const itself = exit.kind === 'trap' && exit.trap !== 'ebreak';
      cycles = before - engine.budget - (hot && !itself ? 1 : 0);
      ended = itself ? `${exit.trap} ${exit.argument} ${engine.pc}` : `${engine.pc}`;
    } catch (error) {
      ended = abandons(error);
    }
    const memory = Buffer.from(ram).toString('latin1');
    return { ended, cycles, registers: [...this.registers], scalars: this.scalars(), memory };
  }
}

describe.each([
  ['RV32, cold', rv32gc, 'cold', RUNS],
  ['RV64, cold', rv64gc, 'cold', RUNS],
  ['RV32, hot', rv32gc, 'hot', RUNS / 12],
  ['RV64, hot', rv64gc, 'hot', RUNS / 12],
] as const)('%s', (_, isa, mode, runs) => {
  const rig = new Rig(isa, mode);
  test.each(isa.rows.filter(({ guard }) => guard).map((row) => [row.text, row] as const))('%s', (_, row) => {
    const random = new FloatRandom(mnemonicOf(row).length + row.pattern.match);
    for (let i = 0; i < runs; i++) {
      const fields = randomFields(row, random);
      const { word, length } = encode(row, fields);
      const pc = CODE + 0x800 + 2 * random.below(16);
      rig.prepare(random, word, length, pc);
      const expected = rig.inEvaluator(row, fields, pc);
      expect(rig.inEngine(pc), `0x${word.toString(16)} run ${i}`).toEqual(expected);
    }
  });
});
