import { describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../src/emu/machine.js';
import { ProgramWriter } from '../differential/thumb-program.js';
import { handlerAddress, mainAddress, rig, SCB } from '../exceptions/rig.js';
import { stay } from '../exceptions/thumb.js';
import { program, START } from '../riscv/guest.js';

// What is seen at an address, and who watches it, changes under code that is already compiled.

const MODES = ['cold', 'hot', 'auto'] as const;
const WORD = START + 0x1000;

/** Reads and writes a word over and over, for a while. */
function looping(engine: EngineMode): Machine {
  const image = program(`
  li s2, ${WORD}
turn:
  lw t0, 0(s2)
  addi t0, t0, 1
  sw t0, 0(s2)
  addi s1, s1, 1
  beq zero, zero, turn
`);
  const machine = riscvVirt.createMachine({ image: [{ physicalAddress: START, data: image }], engine });
  for (let i = 0; i < 700; i++) machine.runCycles(2_000);
  return machine;
}

describe.each(MODES)('%s engine', (engine) => {
  test.each(['read', 'write'] as const)('a watch on each %s is told of every access from now on', (kind) => {
    const machine = looping(engine);
    const turns = () => machine.cpu.register('s1');
    const before = turns();
    let accesses = 0;
    const end = machine.bus.watch(WORD, 4, kind, () => {
      accesses++;
    });
    for (let i = 0; i < 20; i++) machine.runCycles(500);
    expect(accesses).toBeGreaterThan(1000);
    expect(Math.abs(accesses - (turns() - before))).toBeLessThanOrEqual(1);
    end();
    const seen = accesses;
    machine.runCycles(500);
    expect(accesses).toBe(seen);
  });

  test('a watch ends the run at the access', () => {
    const machine = looping(engine);
    machine.bus.watch(WORD, 4, 'read', () => machine.stop());
    for (let i = 0; i < 3; i++) {
      const before = machine.cpu.register('s1');
      expect(machine.runCycles(500)).toBe('stopped');
      expect(machine.cpu.register('s1') - before).toBeLessThanOrEqual(1);
    }
  });

  test('another memory at address 0 is what is read from then on', () => {
    const code = 0x0800_1000;
    const bytes = new Uint8Array(0x1020);
    const out = new ProgramWriter(bytes, 0x0800_0000, 0x0800_0000);
    out.word(0x2000_1000);
    out.word(code | 1);
    out.address = code;
    for (const line of ['movs r0, #0', 'ldr r1, [r0, #0]', 'adds r2, r2, #1', `b 0x${(code + 2).toString(16)}`])
      out.line(line);
    const machine = stm32f4Discovery.createMachine({ image: [{ physicalAddress: 0x0800_0000, data: bytes }], engine });
    for (let i = 0; i < 700; i++) machine.runCycles(2_000);
    expect(machine.cpu.register('r1')).toBe(0x2000_1000);
    machine.bus.poke(0x2000_0000, 4, 0x1234);
    // SYSCFG's clock, then MEM_MODE = embedded SRAM (RM0090 9.2.1)
    machine.bus.write(0x4002_3844, 4, 1 << 14);
    machine.bus.write(0x4001_3800, 4, 3);
    machine.runCycles(100);
    expect(machine.cpu.register('r1')).toBe(0x1234);
    machine.bus.write(0x4001_3800, 4, 0);
    machine.runCycles(100);
    expect(machine.cpu.register('r1')).toBe(0x2000_1000);
  });

  test('a store to a control register of the core acts on the next instruction', () => {
    const bytes = new Uint8Array(64);
    const out = new ProgramWriter(bytes, mainAddress, mainAddress);
    out.setWord(0, SCB.CCR);
    for (const line of ['movs r2, #0', 'movs r4, #0']) out.line(line);
    const turn = out.address;
    // DIV_0_TRP once r4 has counted to 32,768; until then 0 / 0 is 0 (ARMv7-M B3.2.8, A7.7.195)
    for (const line of ['adds r4, r4, #1', 'lsrs r1, r4, #15', 'lsls r1, r1, #4', 'str r1, [r0, #0]']) out.line(line);
    for (const line of ['udiv r3, r2, r2', `b 0x${turn.toString(16)}`]) out.line(line);
    const code = Array.from(new Uint16Array(bytes.buffer));
    const { machine } = rig(code, { 3: stay }, { engine });
    for (let i = 0; i < 1000 && machine.cpu.pc !== handlerAddress(3); i++) machine.runCycles(500);
    expect(machine.cpu.pc).toBe(handlerAddress(3));
    expect(machine.cpu.register('r4')).toBe(1 << 15);
  });
});
