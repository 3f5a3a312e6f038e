import { describe, expect, test } from 'vitest';
import { FIRST_F } from '../../src/emu/cpu/riscv/float-registers.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import { type Environment, evaluate } from '../../src/emu/isa/evaluate.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { emit } from '../../src/emu/isa/variant.js';
import { encode, mnemonicOf, randomFields } from '../differential/rv32-encode.js';
import { floatIsa } from './isa.js';
import { FloatRandom } from './random.js';

/** Every row of F, D and bit manipulation does the same in the reference evaluator and in the engine. */

const BASE = 0x8000_0000;
const SIZE = 0x1000;
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
  readonly isa;
  readonly machine;
  readonly registers;
  readonly #xlen: Xlen;

  constructor(xlen: Xlen) {
    this.#xlen = xlen;
    this.isa = floatIsa(xlen);
    this.machine = flatMachine(this.isa, SIZE, { base: BASE, helpers });
    const { words, engine } = this.machine;
    const { registers, registerCount } = engine.layout;
    this.registers =
      xlen === 64
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
    if (this.#xlen === 64) (this.registers as BigInt64Array)[FIRST_F + number] = bits;
    else {
      const file = this.registers as Int32Array;
      file[FIRST_F + 2 * number] = Number(BigInt.asIntN(32, bits));
      file[FIRST_F + 1 + 2 * number] = Number(BigInt.asIntN(32, bits >> 32n));
    }
  }

  prepare(random: FloatRandom): void {
    const { registers } = this;
    for (let i = 1; i < 33; i++) {
      const value = random.chance(60) ? BigInt(BASE + 8 * random.below(SIZE / 8 + 2)) : random.integer();
      if (this.#xlen === 64) (registers as BigInt64Array)[i] = i === 32 ? 0n : value;
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
    this.setScalar('zb', random.chance(95) ? 1 : 0);
  }

  inEvaluator(row: Row, fields: Fields, pc: number): Result {
    const file: (number | bigint)[] = [...this.registers];
    const memory = Buffer.from(this.machine.ram);
    const scalars = this.scalars();
    const offset = (address: number, size: number) => {
      if (address < BASE || address + size > BASE + SIZE) throw new RangeError('no memory');
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
      load: (address, size) =>
        size === 8
          ? memory.readBigUInt64LE(offset(address, 8))
          : BigInt(memory.readUIntLE(offset(address, size), size)),
      store: (address, size, value) => {
        if (size === 8) memory.writeBigUInt64LE(BigInt.asUintN(64, value), offset(address, 8));
        else memory.writeUIntLE(Number(value), offset(address, size), size);
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

  inEngine(pc: number): Result {
    const { engine, ram } = this.machine;
    engine.pc = pc;
    engine.budget = 1;
    let ended = '';
    let cycles = 0;
    try {
      const exit = engine.run();
      cycles = 1 - engine.budget;
      ended = exit.kind === 'trap' ? `${exit.trap} ${exit.argument} ${engine.pc}` : `${engine.pc}`;
    } catch (error) {
      ended = abandons(error);
    }
    const memory = Buffer.from(ram).toString('latin1');
    return { ended, cycles, registers: [...this.registers], scalars: this.scalars(), memory };
  }
}

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const rig = new Rig(xlen);
  const { engine, ram } = rig.machine;
  test.each(rig.isa.rows.map((row) => [row.text, row] as const))('%s', (_, row) => {
    const random = new FloatRandom(mnemonicOf(row).length + row.pattern.match);
    for (let i = 0; i < RUNS; i++) {
      const fields = randomFields(row, random);
      const { word, length } = encode(row, fields);
      const pc = BASE + 0x800 + 2 * random.below(16);
      rig.prepare(random);
      engine.invalidate(BASE, SIZE);
      ram.set(Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24).subarray(0, length), pc - BASE);
      const expected = rig.inEvaluator(row, fields, pc);
      expect(rig.inEngine(pc), `0x${word.toString(16)} run ${i}`).toEqual(expected);
    }
  });
});
