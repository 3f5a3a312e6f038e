import { describe, expect, test } from 'vitest';
import { riscvVirt } from '../../src/boards/index.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { ProgramWriter } from '../differential/thumb-program.js';
import { rig } from '../exceptions/rig.js';
import { program, START } from '../riscv/guest.js';

// Code that changes, and stops in it, whatever engine knows the code.

const MODES = ['cold', 'hot', 'auto'] as const;
const NOP = '.word 0x00000013';
/** `addi s1, s1, 2`. */
const ADD_TWO = 0x0024_8493;

function machineOf(engine: EngineMode, source: string) {
  const image = program(source);
  const machine = riscvVirt.createMachine({ image: [{ physicalAddress: START, data: image }], engine });
  return { machine, end: START + image.length };
}

/**
 * 1,000 turns with `inside` in each, then `there`, once, which adds 1 to s1. Nothing ever executes `there` before that, so that
 * the cold engine has no record of it, but a region of the loop holds it.
 */
const leadingFar = (inside: string) => `
  li s0, 1000
  li s1, 0
  la s2, there
  li s3, ${ADD_TWO}
  la s4, pad
  sub s5, s2, s4
turn:
  ${inside}
  addi s0, s0, -1
  bne s0, zero, turn
  beq zero, zero, there
${`${NOP}\n`.repeat(900)}
pad:
  ${NOP}
there:
  addi s1, s1, 1
stay:
  jal zero, stay
`;

describe.each(MODES)('%s engine: code that was never executed', (engine) => {
  const started = () => {
    const { machine, end } = machineOf(engine, leadingFar(NOP));
    machine.runCycles(1000);
    return { machine, there: end - 8 };
  };

  test('a breakpoint set there is met', () => {
    const { machine, there } = started();
    machine.cpu.breakpoints.add(there);
    expect(machine.runCycles(10_000)).toBe('breakpoint');
    expect(machine.cpu.pc).toBe(there);
  });

  test('code poked there by the host is executed', () => {
    const { machine, there } = started();
    machine.bus.poke(there, 4, ADD_TWO);
    machine.runCycles(10_000);
    expect(machine.cpu.register('s1')).toBe(2);
  });

  test('code brought back there by a restore is executed', () => {
    const { machine, there } = started();
    machine.bus.poke(there, 4, ADD_TWO);
    const before = machine.snapshot();
    machine.bus.poke(there, 4, 0x13);
    machine.runCycles(1000);
    machine.restore(before);
    machine.runCycles(10_000);
    expect(machine.cpu.register('s1')).toBe(2);
  });

  test('code stored there by the guest is executed', () => {
    // at first the stores go to `pad`, so that those to `there` find a page that is known to be written
    const store = ['sltiu t0, s0, 500', 'mul t0, t0, s5', 'add t0, t0, s4', 'sw s3, 0(t0)'].join('\n');
    const { machine } = machineOf(engine, leadingFar(store));
    machine.runCycles(20_000);
    expect(machine.cpu.register('s1')).toBe(2);
  });
});

describe.each(MODES)('%s engine: a loop that rewrites its next instruction', (engine) => {
  test('executes what was written, though stores beside the code had become its usual case', () => {
    // a7 turns with stores to `pad`, then to `next`
    const { machine } = machineOf(
      engine,
      `
  li s0, 200000
  li s1, 0
  la s4, pad
  la s2, next
  sub s5, s2, s4
  li s3, ${ADD_TWO}
turn:
  sltiu t0, s0, 2
  mul t0, t0, s5
  add t0, t0, s4
  addi s0, s0, -1
  sw s3, 0(t0)
next:
  addi s1, s1, 1
  bne s0, zero, turn
stay:
  jal zero, stay
pad:
  ${NOP}
`,
    );
    for (let i = 0; i < 500; i++) machine.runCycles(4_000);
    expect(machine.cpu.register('s0')).toBe(0);
    expect(machine.cpu.register('s1')).toBe(200_001);
  });
});

describe.each(MODES)('%s engine: more chunks of code than there is room for', (engine) => {
  test('code changed after the others were executed is executed as it is', () => {
    const hop = 0x1_0000;
    const image = new Uint8Array(hop * 32);
    const view = new DataView(image.buffer);
    for (let i = 0; i < 31; i++) view.setUint32(i * hop + 8, 0x0001_006f, true); // jal zero, .+0x10000
    // addi s1, s1, 1; addi s2, s2, 1; then over all chunks and back by way of t1
    image.set(program('addi s1, s1, 1\naddi s2, s2, 1\n'), 0);
    image.set(program(`li t1, ${START}\njalr zero, 0(t1)\n`), 31 * hop + 8);
    const machine = riscvVirt.createMachine({ image: [{ physicalAddress: START, data: image }], engine });
    // a turn is 36 cycles
    for (let i = 0; i < 4; i++) machine.runCycles(36);
    const [first, second] = ['s1', 's2'].map((name) => machine.cpu.register(name)) as [number, number];
    machine.bus.poke(START, 4, ADD_TWO);
    machine.runCycles(36 * 4);
    expect(machine.cpu.register('s2')).toBe(second + 4);
    expect(machine.cpu.register('s1')).toBe(first + 8);
  });
});

describe.each(MODES)('%s engine: a breakpoint inside an IT block', (engine) => {
  const code = (() => {
    const bytes = new Uint8Array(32);
    const out = new ProgramWriter(bytes, 0x1000, 0x1000);
    for (const line of ['movs r0, #0', 'adds r0, r0, #1', 'cmp r0, r0', 'itt eq']) out.line(line);
    out.put('add{s} {d}, {imm}', { d: 1, i: 1 });
    out.put('add{s} {d}, {imm}', { d: 2, i: 1 });
    out.line('b 0x1002');
    return Array.from(new Uint16Array(bytes.buffer));
  })();
  const inBlock = 0x100a;

  test('is met, though the loop was compiled before, by this machine and by another', () => {
    const before = rig(code, {}, { engine }).machine;
    const { machine } = rig(code, {}, { engine });
    machine.cpu.breakpoints.add(inBlock);
    for (const one of [before, machine, before]) {
      one.cpu.breakpoints.delete(inBlock);
      for (let i = 0; i < 40; i++) expect(one.runCycles(500)).toBe('limit');
      one.cpu.breakpoints.add(inBlock);
      expect(one.runCycles(500)).toBe('breakpoint');
      expect(one.cpu.pc).toBe(inBlock);
    }
  });

  test('is met in a machine that finds the loop compiled', () => {
    const before = rig(code, {}, { engine }).machine;
    for (let i = 0; i < 40; i++) before.runCycles(500);
    const { machine } = rig(code, {}, { engine });
    machine.cpu.breakpoints.add(inBlock);
    expect(machine.runCycles(500)).toBe('breakpoint');
    expect(machine.cpu.pc).toBe(inBlock);
  });
});
