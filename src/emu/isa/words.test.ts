import { describe, expect, test } from 'vitest';
import { encode, mnemonicOf, randomFields } from '../../../test/differential/riscv-encode.js';
import { Random } from '../../../test/differential/riscv-random.js';
import { rv64gc } from '../cpu/riscv/isa.js';
import { flatMachine } from './engine-harness.js';
import type { EngineMode } from './engine-mode.js';

const BASE = 0x8000_0000;
const SIZE = 0x2000;
/** Code begins here; before it lies data. */
const CODE = BASE + 0x1000;
const LENGTH = 60;
/** Points to data, and is not written. */
const POINTER = 8;
/** A branch over one instruction or two: blocks begin with what is known at the end of another, or are led to by two. */
const FORWARD = { i: 0, j: 0, l: 0 };

const ARITHMETIC = [
  ...['addiw', 'addw', 'subw', 'slliw', 'srliw', 'sraiw', 'mulw', 'addi', 'add', 'sub', 'slli', 'srli', 'srai'],
  ...['and', 'or', 'xor', 'andi', 'ori', 'xori', 'slt', 'sltu', 'lui'],
];
const LOADS = ['lw', 'lwu', 'lb', 'lbu', 'lhu', 'ld'];
const rows = (names: readonly string[]) => names.map((name) => rv64gc.rows.find((row) => mnemonicOf(row) === name)!);
const [ARITHMETIC_ROWS, LOAD_ROWS] = [rows(ARITHMETIC), rows(LOADS)];
const [SEXT, BRANCH, EBREAK] = rows(['addiw', 'bne', 'c.ebreak']) as [never, never, never];

/** Random instructions on few registers, most of them with values of 32 bits, and at the end a breakpoint. */
function randomCode(random: Random): Uint8Array {
  const code: number[] = [];
  const register = () => 9 + random.below(7);
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  for (let n = 0; n < LENGTH; n++) {
    const kind = random.below(100);
    const [d, s, t] = [register(), random.chance(10) ? 0 : register(), register()];
    const encoded =
      kind < 15
        ? encode(SEXT, { d, s, i: 0 })
        : kind < 25
          ? encode(BRANCH, { ...FORWARD, k: 4 + 2 * random.below(2), s, t })
          : kind < 35
            ? encodeLoad(random, pick(LOAD_ROWS), d)
            : encodeOn(random, pick(ARITHMETIC_ROWS), d, s, t);
    for (let at = 0; at < encoded.length; at++) code.push((encoded.word >>> (8 * at)) & 0xff);
  }
  const { word } = encode(EBREAK, {});
  for (let n = 0; n < 8; n++) code.push(word & 0xff, word >>> 8);
  return Uint8Array.from(code);
}

const encodeLoad = (random: Random, row: (typeof LOAD_ROWS)[number], d: number) =>
  encode(row, { d, s: POINTER, i: 8 * random.below(64) });

function encodeOn(random: Random, row: (typeof LOAD_ROWS)[number], d: number, s: number, t: number) {
  const named = Object.entries({ d, s, t }).filter(([letter]) => letter in randomFields(row, new Random(1)));
  return encode(row, randomFields(row, random, Object.fromEntries(named)));
}

/** The registers, and the cycles, after some rounds: the first with registers as they come, the others with what it left. */
function run(mode: EngineMode, seed: number): string[] {
  const random = new Random(seed);
  const { engine, memory, ram } = flatMachine(rv64gc, SIZE, { base: BASE, helpers: { waits: () => 1 }, mode });
  const view = new DataView(memory.buffer);
  for (let at = 0; at < CODE - BASE; at += 4)
    new DataView(ram.buffer, ram.byteOffset).setUint32(at, random.word(), true);
  ram.set(randomCode(random), CODE - BASE);
  const { registers } = engine.layout;
  for (let x = 1; x < 32; x++) {
    const high = random.chance(50) ? random.word() : 0;
    view.setBigInt64(registers + 8 * x, (BigInt(high) << 32n) | BigInt(random.value() >>> 0), true);
  }
  view.setBigInt64(registers + 8 * POINTER, BigInt(BASE), true);
  const results: string[] = [];
  for (let round = 0; round < 3; round++) {
    engine.pc = CODE;
    engine.budget = 10_000;
    engine.run();
    results.push(`${engine.pc} ${engine.budget}`);
  }
  for (let x = 0; x < 32; x++) results.push(`x${x} ${view.getBigInt64(registers + 8 * x, true)}`);
  return results;
}

describe('values of 32 bits in registers of 64', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed + 1))('random code, seed %i', (seed) => {
    expect(run('hot', seed)).toEqual(run('cold', seed));
  });
});
