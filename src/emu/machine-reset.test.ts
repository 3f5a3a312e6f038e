import { describe, expect, it } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, memoryWindow, ram, rom } from '../boards/rows.js';
import { defineDevice } from './device.js';
import { mmioCalculator } from './devices/mmio-calculator.js';
import { type FakeCore, fakeCpu } from './fake-cpu.js';
import { notModelledBlock } from './not-modelled.js';
import { reg, registers, rw } from './registers.js';

/** A small clock and reset controller: gates, resets, flags of the last reset, and what is seen at address 0. */
const controller = defineDevice({
  name: 'controller',
  size: 0x20,
  registers: registers({
    ENR: reg(0x00, { CALC: rw(3) }),
    RSTR: reg(0x04, { CALC: rw(3) }),
    CSR: reg(0x08, { cause: rw(0, 3) }, 0, undefined, { powerOnOnly: true }),
    MAP: reg(0x0c, { mode: rw(0, 2) }),
    CFG: reg(0x10, { fast: rw(0), stop: rw(1) }),
    SCR: reg(0x14, { RST: rw(0) }),
  }),
  setup(d) {
    const [enable, hold, mode] = [d.output('ENR.3'), d.output('RSTR.3'), d.output('MODE')];
    const { ENR, RSTR, CSR, MAP, CFG, SCR } = d.regs;
    const wake = d.event(
      'wake',
      () => {
        CFG.stop = 0;
        d.clockNamed('cpu').set(16_000_000);
      },
      d.clockNamed('lse'),
    ); // prettier-ignore
    d.onWrite(ENR, () => enable.set(ENR.CALC));
    d.onWrite(RSTR, () => hold.set(RSTR.CALC));
    d.onWrite(MAP, () => mode.set(MAP.mode));
    d.onWrite(CFG, () => {
      d.clockNamed('cpu').set(CFG.stop ? 0 : CFG.fast ? 168_000_000 : 16_000_000);
      d.clockNamed('apb').set(CFG.stop ? 0 : CFG.fast ? 42_000_000 : 16_000_000);
      if (CFG.stop) wake.after(2);
    });
    d.onWrite(SCR, () => d.requestReset('software'));
    d.onReset((_kind, cause) => {
      CSR.cause = ['power-on', 'pin', 'software'].indexOf(cause);
      d.clockNamed('cpu').set(16_000_000);
      d.clockNamed('apb').set(16_000_000);
    });
  },
});

const C = 0x4000_0000;
const CALC = 0x6000_0000;
const board = (body: (core: FakeCore) => number = () => 1) =>
  defineBoard({
    name: 'b',
    chip: defineChip({
      name: 'c',
      cpu: fakeCpu(body),
      hertz: 16_000_000,
      clocks: { lse: 32_768 },
      memories: { flash: rom(0x0800_0000, KiB(16), { rejectedWrites: 'report' }), sram: ram(0x2000_0000, KiB(16)) },
      windows: {
        low: memoryWindow(0, KiB(16), { select: 'controller.MODE', shows: ['flash', undefined, undefined, 'sram'] }),
      },
      devices: {
        calc: at(CALC, mmioCalculator({ busyCycles: 160 }), { clock: 'apb', enable: 'ENR.3', reset: 'RSTR.3' }),
        controller: at(C, controller),
        fsmc: at(0xa000_0000, notModelledBlock('FSMC', { resets: { 0: 0x30db } })),
      },
    }),
  });

describe('gates and resets by wire', () => {
  it('let a device answer only with its clock and out of reset', () => {
    const machine = board().createMachine();
    const { bus } = machine;
    bus.write(CALC, 4, 7);
    expect(bus.read(CALC, 4)).toBe(0);
    expect(machine.guestErrors.map((e) => e.what)).toEqual(['CALC is used before its clock is enabled']);
    bus.write(C, 4, 8);
    bus.write(CALC, 4, 7);
    expect(bus.read(CALC, 4)).toBe(7);
    bus.write(C + 4, 4, 8);
    expect(bus.read(CALC, 4)).toBe(0);
    bus.write(C + 4, 4, 0);
    expect(bus.read(CALC, 4)).toBe(0);
    bus.write(CALC, 4, 9);
    machine.reset('pin');
    expect(bus.read(C, 4)).toBe(0);
    bus.write(C, 4, 8);
    expect(bus.read(CALC, 4)).toBe(0);
  });

  it('restore with the machine', () => {
    const machine = board().createMachine();
    machine.bus.write(C, 4, 8);
    for (const [offset, value] of [
      [0, 6],
      [4, 7],
      [8, 2],
      [12, 1],
    ] as const)
      machine.bus.write(CALC + offset, 4, value);
    machine.runCycles(80);
    const busy = machine.snapshot();
    machine.bus.write(C + 0x10, 4, 1);
    machine.bus.write(C + 4, 4, 8);
    machine.runCycles(500);
    machine.restore(busy);
    expect(machine.timebase.cpuClock.hertz).toBe(16_000_000);
    machine.runCycles(79);
    expect(machine.bus.read(CALC + 0x14, 4)).toBe(1);
    machine.runCycles(1);
    expect(machine.bus.read(CALC + 0x14, 4)).toBe(2);
    expect(machine.bus.read(CALC + 0x10, 4)).toBe(42);
  });

  it('tell power-on from pin and software resets', () => {
    const machine = board().createMachine();
    const causes: string[] = [];
    machine.on('reset', ({ cause }) => void causes.push(cause));
    const csr = () => machine.bus.read(C + 8, 4);
    expect(csr()).toBe(0);
    machine.bus.poke(0x2000_0000, 4, 5);
    machine.reset('pin');
    expect([csr(), machine.bus.read(0x2000_0000, 4)]).toEqual([1, 5]);
    machine.bus.write(C + 0x14, 4, 1);
    machine.runCycles(1);
    expect(csr()).toBe(2);
    machine.reset('power-on');
    expect([csr(), machine.bus.read(0x2000_0000, 4)]).toEqual([0, 0]);
    expect(causes).toEqual(['pin', 'software', 'power-on']);
  });
});

describe('a window', () => {
  it('shows another memory at the turn of a wire, and again after a restore', () => {
    const machine = board().createMachine({
      image: [{ physicalAddress: 0x0800_0000, data: Uint8Array.of(1, 2, 3, 4) }],
    });
    const { bus } = machine;
    bus.write(0x2000_0000, 4, 0xaa55);
    expect(bus.read(0, 4)).toBe(0x0403_0201);
    const flash = machine.snapshot();
    for (let i = 0; i < 100_000; i++) bus.write(C + 0x0c, 4, i % 2 === 0 ? 3 : 0);
    bus.write(C + 0x0c, 4, 3);
    expect(bus.read(0, 4)).toBe(0xaa55);
    bus.write(4, 4, 1);
    expect(bus.read(0x2000_0004, 4)).toBe(1);
    machine.restore(flash);
    expect(bus.read(0, 4)).toBe(0x0403_0201);
    bus.write(C + 0x0c, 4, 1);
    expect(() => bus.read(0, 4)).toThrow('nothing is mapped there');
  });
});

describe('a stopped CPU clock', () => {
  it('lets machine time go on until something starts it again', () => {
    const machine = board().createMachine();
    machine.runCycles(100);
    machine.bus.write(C + 0x10, 4, 2);
    const end = machine.runFor(machine.timebase.time().add(machine.timebase.time()));
    expect(end).toBe('limit');
    machine.runCycles(100);
    expect(machine.cycles).toBe(200);
    // LSE tick 2 is the first two ticks after 6.25 µs: 61.04 µs, rounded up to the ns at which the machine sees it.
    expect(machine.nanoseconds).toBe(61_036 + 6_250);
  });

  it('ends a run by cycles that can never come', () => {
    const machine = board().createMachine();
    machine.timebase.cpuClock.set(0);
    expect(machine.runCycles(10)).toBe('dead');
  });
});

describe('what the guest does wrong', () => {
  it('is recorded with pc and time, up to a bound', () => {
    const machine = board(({ system }) => {
      system.bus.write(0x0800_0000, 4, 1);
      return 1;
    }).createMachine({ locate: (pc) => `main+${pc}` });
    machine.runCycles(5_000);
    expect(machine.guestErrors.length).toBe(1_000);
    expect(machine.guestErrorsLost).toBe(4_000);
    expect(machine.guestErrors[1]).toMatchObject({
      device: 'flash',
      what: "a store to 0x08000000 in 'flash' has no effect",
      pc: 4,
      where: 'main+4',
      cycles: 1,
    });
  });

  it('names blocks that are not modelled, once, and keeps what is written', () => {
    const machine = board().createMachine();
    expect(machine.bus.read(0xa000_0000, 4)).toBe(0x30db);
    machine.bus.write(0xa000_0000, 2, 0xffff);
    machine.bus.write(0xa000_0105, 1, 7);
    expect(machine.bus.read(0xa000_0000, 4)).toBe(0xffff);
    expect(machine.bus.read(0xa000_0104, 4)).toBe(0x700);
    expect(machine.guestErrors.map((e) => e.what)).toEqual(['FSMC is used (offset 0x000), but it is not modelled']);
  });

  it('cannot be run, reset or restored from its own listeners', () => {
    const machine = board(({ system, words }) => {
      if (words[16] === 20) system.emit('exit', {});
      return 1;
    }).createMachine();
    const start = machine.snapshot();
    const caught: string[] = [];
    machine.on('exit', () => {
      for (const move of [() => machine.run({ cycles: 9 }), () => machine.restore(start), () => machine.reset('pin')]) {
        try {
          move();
        } catch (error) {
          caught.push((error as Error).message.split('\n')[0]!);
        }
      }
      machine.stop();
    });
    expect(machine.runCycles(100)).toBe('stopped');
    expect(machine.cycles).toBe(10);
    expect(caught).toEqual(
      ['run', 'restore', 'reset'].map((what) => `${what}() was called from a listener while the machine runs`),
    );
    machine.restore(start);
    expect(machine.cycles).toBe(0);
  });

  it('is guarded by the host', () => {
    let calls = 0;
    const machine = board(() => 1).createMachine({
      guard: () => {
        if (++calls === 3) throw new Error('too long');
      },
    });
    expect(() => machine.runCycles(1e12)).toThrow('too long');
    expect(machine.cycles).toBe(3_000_000);
    expect(machine.runCycles(10)).toBe('limit');
  });
});
