import { describe, expect, it } from 'vitest';
import { assemble } from '../../../isa/disassembler.js';
import { evaluate } from '../../../isa/evaluate.js';
import { emit, fieldsOf, staticsOf } from '../../../isa/variant.js';
import { armv7em } from '../isa.js';

/** Cycles by Arm DDI 0439D tables 3-1 and 3-2; divisions by measurement on the part. */

const PC = 0x0800_0000;

function cyclesOf(line: string, registers: Readonly<Record<number, number>> = {}): number {
  const { row, word } = assemble(armv7em, line, PC)[0]!;
  const fields = fieldsOf(row, word);
  const program = emit(armv7em, { row, statics: staticsOf(row, fields), inItBlock: false }, { fields, pc: PC });
  return evaluate(program, {
    register: (index) => registers[index] ?? 0,
    setRegister: () => undefined,
    // floating point is ready
    scalar: (name) => (name === 'fpready' ? 1 : 0),
    setScalar: () => undefined,
    load: () => 1n,
    store: () => undefined,
    helper: () => 0,
  }).cycles;
}

describe('cycles', () => {
  it.each([
    ['adds r0, r1, r2', 1],
    ['umlal r0, r1, r2, r3', 1],
    ['smlad r0, r1, r2, r3', 1],
    ['ldr r0, [r1, #4]', 2],
    ['str r0, [r1, #4]', 1],
    ['str r0, [r1, r2]', 2],
    ['ldrd r0, r1, [r2, #8]', 3],
    ['push {r0-r3, lr}', 6],
    ['ldm r0!, {r1-r4}', 5],
    // 1 + N + P, N with the PC
    ['pop {r0-r3, pc}', 8],
    ['b 0x08000100', 3],
    ['bl 0x08000100', 3],
    ['tbb [pc, r0]', 4],
    ['ldr.w pc, [r0, #0]', 4],
    ['nop', 1],
    ['mrs r0, apsr', 2],
    ['vadd.f32 s0, s1, s2', 1],
    ['vcvt.s32.f32 s0, s1', 1],
    ['vmov s0, r0', 1],
    ['vmov r0, r1, s0, s1', 2],
    ['vmrs r0, fpscr', 1],
    ['vmla.f32 s0, s1, s2', 3],
    ['vfma.f32 s0, s1, s2', 3],
    ['vdiv.f32 s0, s1, s2', 14],
    ['vsqrt.f32 s0, s1', 14],
    ['vldr s0, [r0, #4]', 2],
    ['vldr d0, [r0, #8]', 3],
    ['vstr s0, [r0, #4]', 2],
    ['vpush {s16-s31}', 17],
    ['vldmia r0!, {d0-d7}', 17],
  ])('%s: %i', (line, cycles) => {
    expect(cyclesOf(line)).toBe(cycles);
  });

  it('an untaken branch costs one cycle', () => {
    // Z is set where z is 0
    expect([cyclesOf('beq 0x08000100'), cyclesOf('bne 0x08000100')]).toEqual([3, 1]);
  });

  it.each([
    [0, 5, 2],
    [5, 0, 2],
    [3, 4, 3],
    [7, 4, 5],
    [0x0f, 1, 5],
    [0x1f, 1, 6],
    [-1, 1, 12],
  ])('udiv %i, %i: %i', (n, d, cycles) => {
    expect(cyclesOf('udiv r0, r1, r2', { 1: n, 2: d })).toBe(cycles);
  });
  it('sdiv goes by magnitudes', () => {
    expect(cyclesOf('sdiv r0, r1, r2', { 1: -0x1f, 2: -1 })).toBe(6);
  });
});
