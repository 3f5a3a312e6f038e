import { describe, expect, test } from 'vitest';
import { encode, mnemonicOf, randomFields } from '../../../../test/differential/rv32-encode.js';
import { Random } from '../../../../test/differential/rv32-random.js';
import { flatMachine } from '../../isa/engine-harness.js';
import { type Environment, evaluate } from '../../isa/evaluate.js';
import type { Fields, Row } from '../../isa/instruction.js';
import { emit } from '../../isa/variant.js';
import { rv32imac } from './isa.js';

const BASE = 0x8000_0000;
const SIZE = 0x1000;
const RUNS = 60;
/** Any function of its arguments will do for the CSR helper, as long as both sides use the same. */
const csr = (...args: readonly number[]) => args.reduce((hash, arg) => Math.imul(hash, 31) + arg, 7) | 0;

const machine = flatMachine(rv32imac, SIZE, { base: BASE, helpers: { csr, fencei: () => undefined } });
const { engine, words, ram } = machine;
const { layout } = engine;
const registers = new Int32Array(words.buffer, layout.registers, layout.registerCount);
const offsetOf = (name: string) => layout.scalars[name]!.offset;
const stalls = new BigInt64Array(words.buffer, offsetOf('stalls'), 1);

/** What an instruction leaves behind. */
interface Result {
  readonly ended: string;
  readonly cycles: number;
  readonly registers: readonly number[];
  readonly scalars: readonly (number | bigint)[];
  /** As one string, which compares quickly. */
  readonly memory: string;
}

function scalars(): (number | bigint)[] {
  return [words[offsetOf('reservation') >> 2]!, words[offsetOf('reserved') >> 2]!, stalls[0]!];
}

/** Addresses about memory's range and its ends, so that faults come up too, and other words. */
function randomState(random: Random): void {
  for (let i = 1; i < 32; i++) registers[i] = random.chance(50) ? random.value() : BASE + random.below(SIZE + 8) - 4;
  registers[32] = 0;
  const reserved = random.chance(50) ? registers[1 + random.below(31)]! : 0;
  words[offsetOf('reservation') >> 2] = reserved;
  words[offsetOf('reserved') >> 2] = random.below(2);
  for (let at = 0; at < SIZE; at += 4) words[(ram.byteOffset + at) >> 2] = random.word();
}

function inEvaluator(row: Row, fields: Fields, pc: number): Result {
  const x = Int32Array.from(registers);
  const memory = Buffer.from(ram);
  const values = new Map<string, number | bigint>(
    ['reservation', 'reserved', 'stalls'].map((name, i) => [name, scalars()[i]!]),
  );
  const offset = (address: number, size: number) => {
    if (address < BASE || address + size > BASE + SIZE) throw new RangeError('no memory');
    return address - BASE;
  };
  const environment: Environment = {
    register: (index) => x[index]!,
    setRegister: (index, value) => x.fill(Number(value), index, index + 1),
    scalar: (name) => values.get(name)!,
    setScalar: (name, value) => void values.set(name, value),
    load: (address, size) => BigInt(memory.readUIntLE(offset(address, size), size)),
    store: (address, size, value) => void memory.writeUIntLE(Number(value), offset(address, size), size),
    helper: (name, args) => (name === 'csr' ? csr(...args.map(Number)) : undefined),
  };
  let [ended, cycles] = ['fault', 1];
  try {
    const outcome = evaluate(emit(rv32imac, { row, statics: {}, inItBlock: false }, { fields, pc }), environment);
    cycles = outcome.cycles;
    const next = pc + row.pattern.length / 8;
    if (outcome.kind === 'trap') ended = `${outcome.trap} ${outcome.argument} ${outcome.resume === 'next' ? next : pc}`;
    else ended = `${outcome.kind === 'branch' ? outcome.target : next}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { ended, cycles, registers: [...x], scalars: [...values.values()], memory: memory.toString('latin1') };
}

function inEngine(pc: number): Result {
  engine.pc = pc;
  engine.budget = 1;
  let ended = 'fault';
  try {
    const exit = engine.run();
    ended = exit.kind === 'trap' ? `${exit.trap} ${exit.argument} ${engine.pc}` : `${engine.pc}`;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return {
    ended,
    cycles: 1 - engine.budget,
    registers: [...registers],
    scalars: scalars(),
    memory: Buffer.from(ram).toString('latin1'),
  };
}

describe('every row does the same in the reference evaluator and in the engine', () => {
  test.each(rv32imac.rows.map((row) => [row.text, row] as const))('%s', (_, row) => {
    const random = new Random(mnemonicOf(row).length + row.pattern.match);
    for (let i = 0; i < RUNS; i++) {
      const fields = randomFields(row, random);
      const { word, length } = encode(row, fields);
      const pc = BASE + 0x800 + 2 * random.below(16);
      randomState(random);
      engine.invalidate(BASE, SIZE);
      ram.set(Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24).subarray(0, length), pc - BASE);
      const expected = inEvaluator(row, fields, pc);
      // the sink holds whatever was written to x0 last
      expect(inEngine(pc), `0x${word.toString(16)} run ${i}`).toEqual(expected);
      expect(registers[0]).toBe(0);
    }
  });
});
