import { describe, expect, it } from 'vitest';
import { adds, bx, type Code, ldr, mov32, movs, stay, str } from '../../test/exceptions/thumb.js';
import type { EngineMode } from '../emu/isa/engine-mode.js';
import type { Machine } from '../emu/machine.js';
import { defineBoard } from './define.js';
import { stm32f407 } from './stm32f407.js';

/** Flash as a program meets it: RM0090 3.6 at 16 MHz, where 16 us are 256 cycles and 1 s, what a sector of 128 KiB takes, is 16,000,000. */

const [FLASH, CODE, RAM] = [0x0800_0000, 0x0800_0100, 0x2000_0000] as const;
const [KEYR, OPTKEYR, SR, CR, OPTCR] = [0x4002_3c04, 0x4002_3c08, 0x4002_3c0c, 0x4002_3c10, 0x4002_3c14] as const;
const [PG, X32, SER, STRT, BSY] = [1, 2 << 8, 2, 1 << 16, 1 << 16] as const;
const SECTOR_11 = 11 << 3;
const [WORD, ERASE] = [0x080e_0000, SER | SECTOR_11 | X32 | STRT] as const;

const bytes = (code: Code) => new Uint8Array(new Uint16Array(code).buffer);
const words = (...values: number[]) => new Uint8Array(new Uint32Array(values).buffer);

/** Code in flash from `CODE`, and in RAM; execution begins at `start`. Flash is unlocked, with PG and x32. */
function boot(start: number, flash: Code, ram: Code = [], engine: EngineMode = 'cold', options = {}): Machine {
  const board = defineBoard({ name: 'flash test', chip: stm32f407(options) });
  const machine = board.createMachine({
    engine,
    image: [
      { physicalAddress: FLASH, data: words(RAM + 0x1_0000, start | 1) },
      { physicalAddress: CODE, data: bytes(flash) },
      { physicalAddress: RAM, data: bytes(ram) },
    ],
  });
  for (const key of [0x4567_0123, 0xcdef_89ab]) machine.bus.write(KEYR, 4, key);
  machine.bus.write(CR, 4, PG | X32);
  return machine;
}

/** Runs until pc is at an address: the cycles it took. */
function until(machine: Machine, pc: number, limit = 1000): number {
  const start = machine.cycles;
  for (let i = 0; machine.cpu.pc !== pc; i++) {
    if (i === limit) throw new Error(`pc is ${machine.cpu.pc.toString(16)}`);
    machine.runCycles(1);
  }
  return machine.cycles - start;
}

/** r1 = value, r2 = address, store: 18 bytes. */
const storeTo = (address: number, value: number): Code => [...mov32(1, value), ...mov32(2, address), ...str(1, 2)];
const STORE_BYTES = 18;

describe.each(['cold', 'hot', 'auto'] as const)('%s engine', (engine) => {
  it('waits in flash for a program operation to end, to the cycle', () => {
    const machine = boot(CODE, [...storeTo(WORD, 0x1234_5678), ...movs(3, 1), ...stay], [], engine);
    until(machine, CODE + STORE_BYTES);
    expect(machine.bus.peek(SR, 4)).toBe(BSY);
    // However often the run is interrupted, the next instruction does not begin.
    machine.runCycles(100);
    machine.runCycles(100);
    expect([machine.cpu.pc, machine.cpu.register('r3')]).toEqual([CODE + STORE_BYTES, 0]);
    expect(machine.bus.peek(WORD, 4)).toBe(0xffff_ffff);
    machine.runCycles(60);
    expect([machine.cpu.register('r3'), machine.bus.peek(SR, 4)]).toEqual([1, 0]);
    expect(machine.bus.peek(WORD, 4)).toBe(0x1234_5678);
    expect(machine.guestErrors).toEqual([]);
  });

  it('goes on in RAM meanwhile, and waits where it loads from flash', () => {
    const ram = [...storeTo(WORD, 0), ...movs(3, 1), ...ldr(4, 2), ...movs(3, 2), ...stay];
    const machine = boot(RAM, [], ram, engine);
    until(machine, RAM + STORE_BYTES);
    const stored = machine.cycles;
    until(machine, RAM + STORE_BYTES + 2);
    expect(machine.bus.peek(SR, 4)).toBe(BSY);
    until(machine, RAM + STORE_BYTES + 4);
    // The load ends with the operation, which began within the store's last cycle or two.
    expect(Math.abs(machine.cycles - stored - 256)).toBeLessThan(4);
    expect([machine.cpu.register('r4'), machine.bus.peek(SR, 4)]).toEqual([0, 0]);
  });

  it('waits where RAM calls into flash, for as long as an erase takes', () => {
    // The first call makes it known to the engine; the second comes while flash is busy.
    const call: Code = [0x47a0];
    const ram = [...mov32(4, CODE | 1), ...call, ...storeTo(CR, ERASE), ...call, ...stay];
    const machine = boot(RAM, [...adds(3, 1), ...bx(14)], ram, engine);
    until(machine, RAM + 10 + STORE_BYTES);
    machine.runCycles(15_999_000);
    expect([machine.cpu.pc, machine.cpu.register('r3'), machine.bus.peek(SR, 4)]).toEqual([CODE, 1, BSY]);
    machine.runCycles(1_100);
    expect([machine.cpu.register('r3'), machine.bus.peek(SR, 4)]).toEqual([2, 0]);
  });

  it('takes a snapshot in the middle of an operation, and back to before it', () => {
    const machine = boot(CODE, [...storeTo(WORD, 0), ...movs(3, 1), ...stay], [], engine);
    const before = machine.snapshot();
    until(machine, CODE + STORE_BYTES);
    machine.runCycles(100);
    const middle = machine.snapshot();
    machine.runCycles(1000);
    const end = machine.hash();
    expect(machine.bus.peek(WORD, 4)).toBe(0);
    machine.restore(middle);
    expect(machine.bus.peek(WORD, 4)).toBe(0xffff_ffff);
    machine.runCycles(10);
    expect(machine.cpu.pc).toBe(CODE + STORE_BYTES);
    machine.runCycles(990);
    expect(machine.hash()).toBe(end);
    machine.restore(before);
    expect([machine.bus.peek(WORD, 4), machine.bus.peek(SR, 4)]).toEqual([0xffff_ffff, 0]);
  });
});

describe('memories of the flash interface', () => {
  it('keep what was programmed over power-on; option bytes are loaded', () => {
    const machine = boot(RAM, [], [...stay]);
    machine.bus.write(WORD, 4, 0xcafe_f00d);
    machine.runCycles(300);
    for (const key of [0x0819_2a3b, 0x4c5d_6e7f]) machine.bus.write(OPTKEYR, 4, key);
    machine.bus.write(OPTCR, 4, 0x07ff_aaee);
    machine.runCycles(5_000_000);
    machine.reset('power-on');
    expect([machine.bus.peek(WORD, 4), machine.bus.peek(OPTCR, 4)]).toEqual([0xcafe_f00d, 0x07ff_aaed]);
    expect(machine.bus.peek(0x1fff_c008, 4)).toBe(0xf800_07ff);
  });

  it('are one-time programmable at 0x1FFF7800', () => {
    const machine = boot(RAM, [], [...stay]);
    machine.bus.write(0x1fff_7800, 4, 0x55);
    machine.runCycles(300);
    machine.bus.write(0x1fff_7800, 4, 0xaa);
    machine.runCycles(300);
    expect(machine.bus.read(0x1fff_7800, 4)).toBe(0);
  });

  it('refuse fetches and loads where read protection holds and SRAM was booted', () => {
    const board = defineBoard({ name: 'protected', chip: stm32f407({ boot: 'sram' }) });
    const optionBytes = { physicalAddress: 0x1fff_c000, data: words(0xff10_00ef) };
    const { bus } = board.createMachine({ image: [optionBytes] });
    expect(() => bus.read(FLASH, 4)).toThrow("'flash' is protected against being read");
    expect(() => bus.fetch16(FLASH)).toThrow("'flash' is protected against being read");
    expect(bus.read(RAM, 4)).toBe(0);
  });

  it('raise interrupt 4', () => {
    const machine = boot(RAM, [], [...stay]);
    machine.bus.write(CR, 4, (1 << 24) | PG | X32);
    machine.bus.write(WORD, 4, 0);
    machine.runCycles(300);
    // NVIC_ISPR0
    expect(machine.bus.read(0xe000_e200, 4)).toBe(1 << 4);
  });
});
