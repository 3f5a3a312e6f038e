import { expect, test } from 'vitest';
import { riscvVirt } from '../../src/boards/index.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { program, START } from '../riscv/guest.js';

// A region covers code that was never executed, of which the cold engine has no record. What stops at such code or changes it
// must be noticed all the same.

/** A page of nothing between the loop and what it leads to. */
const FAR = '.word 0x00000013\n'.repeat(900);
/** Whole of `addi s1, s1, 2`. */
const ADD_TWO = 0x0024_8493;

/** 1,000 turns with `inside` in each, then `there` once, which adds 1 to s1 and stays. */
const source = (inside: string) => `
  li s0, 1000
  li s1, 0
  la s2, there
  li s3, ${ADD_TWO}
turn:
  ${inside}
  addi s0, s0, -1
  bne s0, zero, turn
  beq zero, zero, there
${FAR}
there:
  addi s1, s1, 1
stay:
  jal zero, stay
`;

function machineOf(engine: EngineMode, inside = '.word 0x00000013') {
  const image = program(source(inside));
  const machine = riscvVirt.createMachine({ image: [{ physicalAddress: START, data: image }], engine });
  // the reset code, and some turns
  machine.runCycles(100);
  return { machine, there: (START + image.length - 8) >>> 0 };
}

test.each(['cold', 'hot'] as const)('%s: a breakpoint set there is met', (engine) => {
  const { machine, there } = machineOf(engine);
  machine.cpu.breakpoints.add(there);
  expect(machine.runCycles(10_000)).toBe('breakpoint');
  expect(machine.cpu.pc).toBe(there);
});

test.each(['cold', 'hot'] as const)('%s: code poked there by the host is executed', (engine) => {
  const { machine, there } = machineOf(engine);
  machine.bus.poke(there, 4, ADD_TWO);
  machine.runCycles(10_000);
  expect(machine.cpu.register('s1')).toBe(2);
});

test.each(['cold', 'hot'] as const)('%s: code stored there by the guest is executed', (engine) => {
  const { machine } = machineOf(engine, 'sw s3, 0(s2)');
  machine.runCycles(10_000);
  expect(machine.cpu.register('s1')).toBe(2);
});

test.each(['cold', 'hot'] as const)('%s: code brought back there by a restore is executed', (engine) => {
  const { machine, there } = machineOf(engine);
  const before = machine.snapshot();
  machine.bus.poke(there, 4, ADD_TWO);
  machine.runCycles(10);
  machine.restore(before);
  machine.runCycles(10_000);
  expect(machine.cpu.register('s1')).toBe(1);
});
