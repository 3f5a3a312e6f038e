import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { bx, type Code, mov32, movs, stay, strb, subs } from '../exceptions/thumb.js';

/** The smallest programs in which compiled code could be stale. */

const RAM = 0x2000_0000;
/** A7.7.3 T1, A7.7.27 T1, A7.7.12 T1 and (within a page or two ahead) T3. */
const addsR1R3: Code = [0x18c9];
const cmp = (rn: number, imm: number): Code => [0x2800 | (rn << 8) | imm];
const bne = (from: number, to: number): Code => [0xd100 | (((to - from - 4) >> 1) & 0xff)];
const beqWide = (from: number, to: number): Code => [
  0xf000 | (((to - from - 4) >> 12) & 0x3f),
  0x8000 | (((to - from - 4) >> 1) & 0x7ff),
];

/** Runs code in RAM (by offset) until it stays at an offset: what r1 is then. */
function run(engine: EngineMode, slice: number, end: number, parts: Readonly<Record<number, Code>>): number {
  const vectors = new Uint8Array(new Uint32Array([RAM + 0x1_0000, RAM | 1]).buffer);
  const segments = Object.entries(parts).map(([offset, code]) => ({
    physicalAddress: RAM + Number(offset),
    data: new Uint8Array(new Uint16Array(code).buffer),
  }));
  const image = [{ physicalAddress: 0x0800_0000, data: vectors }, ...segments];
  const machine = stm32f4Discovery.createMachine({ image, engine });
  for (let i = 0; i < 100_000 && machine.cpu.pc !== RAM + end; i++) machine.runCycles(slice);
  expect(machine.cpu.pc).toBe(RAM + end);
  return machine.cpu.register('r1');
}

const ENGINES = ['cold', 'hot', 'auto'] as const;
/** What is hot is looked for at the ends of slices. */
const SLICES = [31, 997, 20_000];

describe.each(ENGINES.flatMap((engine) => SLICES.map((slice) => [engine, slice] as const)))(
  '%s engine, slices of %d',
  (engine, slice) => {
    it('executes what a loop stores into itself', () => {
      const count = engine === 'hot' ? 0x200 : 0x6000;
      const [loop, constant, end] = [0x10, 0x12, 0x1a];
      const main = [
        ...[...mov32(2, RAM + constant), ...mov32(0, count)],
        ...[...strb(0, 2), ...movs(3, 0), ...addsR1R3, ...subs(0, 1), ...bne(0x18, loop), ...stay],
      ];
      let sum = 0;
      for (let i = count; i > 0; i--) sum += i & 0xff;
      expect(run(engine, slice, end, { 0: main })).toBe(sum);
    });

    it('executes what was stored over a branch never taken before, in a page of its own', () => {
      const [loop, back, end, far, patch] = [0x18, 0x24, 0x2a, 0x2000, 0x3000];
      const main = [
        ...[...mov32(6, (RAM + back) | 1), ...mov32(5, RAM + far), ...mov32(0, 0x6000)],
        ...[...cmp(0, 50), ...beqWide(0x1a, patch), ...cmp(0, 5), ...beqWide(0x20, far)],
        ...[...addsR1R3, ...subs(0, 1), ...bne(0x28, loop), ...stay],
      ];
      const farCode = [...movs(3, 1), ...bx(6)];
      const patchCode = [...movs(4, 7), ...strb(4, 5), ...bx(6)];
      // r3 is 0 until the patched branch makes it 7, for the last five turns.
      expect(run(engine, slice, end, { 0: main, [far]: farCode, [patch]: patchCode })).toBe(35);
    });
  },
);
