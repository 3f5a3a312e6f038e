import { describe, expect, it } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, ram, rom } from '../boards/rows.js';
import { defineDevice, MEMORY_ACCESS } from './device.js';
import { type FakeCore, fakeCpu } from './fake-cpu.js';
import { reg, registers, rw } from './registers.js';

const [ROM, RAM, DEVICE] = [0x0800_0000, 0x2000_0000, 0x4000_0000] as const;

/** A store to its memory puts the byte there 100 ticks later; writing ACCESS sets the wire. */
const programmer = defineDevice({
  name: 'programmer',
  size: 4,
  registers: registers({ ACCESS: reg(0, { LEVEL: rw(0, 2) }) }),
  setup(d) {
    const access = d.output('access');
    const memory = d.memory('array', (offset, value) => {
      memory.fill(offset, Uint8Array.of(value));
      access.set(MEMORY_ACCESS.busy);
      done.after(100);
    });
    const done = d.event('done', () => access.set(MEMORY_ACCESS.open));
    d.onWrite(d.regs.ACCESS, (level) => access.set(level));
  },
});

const board = (
  body: (core: FakeCore) => number,
  controller = 'prog.array',
  devices = { prog: at(DEVICE, programmer) },
) =>
  defineBoard({
    name: 'b',
    chip: defineChip({
      name: 'c',
      cpu: fakeCpu(body),
      hertz: 16_000_000,
      memories: { flash: rom(ROM, KiB(8), { fill: 0xff, controller }), sram: ram(RAM, KiB(8)) },
      devices,
    }),
  });

describe('a memory with a controller', () => {
  it('lets a load wait in the middle of an instruction, while other events come at their instants', () => {
    const machine = board(() => 1).createMachine();
    machine.bus.write(ROM, 1, 0x12);
    const start = machine.cycles;
    expect(machine.bus.read(RAM, 4)).toBe(0);
    expect(machine.cycles).toBe(start);
    expect(machine.bus.read(ROM, 1)).toBe(0x12);
    expect(machine.cycles).toBe(start + 100);
  });

  it('holds a core whose code lies there, and no other', () => {
    const machine = board((core) => {
      if (core.words[0]! === 0) core.system.bus.write(ROM, 1, 0);
      core.words[0]!++;
      return 1;
    }).createMachine();
    machine.cpu.pc = ROM;
    machine.runCycles(50);
    const words = (machine.cpu as unknown as FakeCore).words;
    expect(words[0]).toBe(1);
    machine.runCycles(100);
    // The instruction that began it, then from its end (cycle 100) on.
    expect(words[0]).toBe(1 + 50);
    words[0] = 0;
    machine.cpu.pc = RAM;
    machine.runCycles(50);
    expect(words[0]).toBe(50);
  });

  it('refuses where its controller says so', () => {
    const { bus } = board(() => 1).createMachine();
    bus.write(DEVICE, 4, MEMORY_ACCESS.refused);
    expect(() => bus.read(ROM, 4)).toThrow("read of 0x08000000: 'flash' is protected against being read");
    expect(() => bus.fetch16(ROM)).toThrow("fetch from 0x08000000: 'flash' is protected against being read");
    bus.write(DEVICE, 4, MEMORY_ACCESS.open);
    expect(bus.read(ROM, 1)).toBe(0xff);
  });

  it('follows the wire after a restore', () => {
    const machine = board(() => 1).createMachine();
    const open = machine.snapshot();
    machine.bus.write(DEVICE, 4, MEMORY_ACCESS.refused);
    const refused = machine.snapshot();
    machine.restore(open);
    expect(machine.bus.read(ROM, 1)).toBe(0xff);
    machine.restore(refused);
    expect(() => machine.bus.read(ROM, 1)).toThrow('protected');
  });
});

describe('the names of controllers', () => {
  it('are checked from both sides', () => {
    expect(() => board(() => 1, 'nobody.array')).toThrow(
      "memory 'flash' is controlled by 'nobody.array', but there is no device 'nobody'",
    );
    expect(() => board(() => 1, 'prog.other')).toThrow(
      "device 'prog' controls a memory as 'prog.array', but no memory of the chip names that",
    );
  });
});
