import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../boards/index.js';
import { at } from '../boards/rows.js';
import { type DeviceType, defineDevice } from '../emu/device.js';
import { defineOwnDevice } from '../emu/device-guard.js';
import { bananaRom } from '../emu/devices/banana-rom.js';
import { mmioCalculator } from '../emu/devices/mmio-calculator.js';
import { type DeviceError, GuestError, InternalError, UsageError } from '../emu/errors.js';
import { reg, registers, rw } from '../emu/registers.js';
import { matchers } from '../matchers/index.js';
import { toHaveFaulted } from '../matchers/to-have-faulted.js';
import { BoardControls } from './board-handle.js';
import { exitCodeOf } from './exit-code.js';
import { expectGpioHigh, expectGpioLow } from './gpio-expectations.js';
import { mmioCalc } from './mmio-calc.js';
import { rangesText } from './pin-handle.js';
import { createStation, giveBack, stationFor, take } from './station.js';

const elf = (path: string) => join(import.meta.dirname, '../../examples/firmware-tests', path);
const options = { hostTimeout: 60_000 };
const echo = createStation(stm32f4Discovery, elf('uart-echo/uart-echo.elf'), options);
const { board } = echo;

beforeEach(() => {
  board.forgetListeners();
  board.restore(echo.atReset);
});

describe('time', () => {
  test('passes as asked: machine time, or cycles', () => {
    board.run('5ms');
    expect(board.time).toBe(5_000_000);
    expect(board.cycles).toBe(80_000);
    board.run('1200cycles');
    expect(board.cycles).toBe(81_200);
  });

  test('runUntil stops at what it waits for', () => {
    board.runUntil(() => board.usart2.text.endsWith('re'), { within: '5ms' });
    expect(board.usart2.text).toBe('re');
    expect(() => board.runUntil(() => false, { within: '2ms' })).toThrow(
      'Waited    2 ms of machine time (32,000 cycles',
    );
  });

  test('a run that takes too long on the host is ended, with where the firmware was', () => {
    const slow = createStation(stm32f4Discovery, elf('blinky/blinky.elf'), { hostTimeout: 0 });
    expect(() => slow.board.run('10s')).toThrow(/a run took more than 0 s of host time\n {2}where: pc 0x0800/);
  });

  test('so is every call that consists of many runs', () => {
    const { board: slow } = createStation(stm32f4Discovery, elf('blinky/blinky.elf'), { hostTimeout: 150 });
    const calculating = stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 1e9 })) });
    const { board: busy } = createStation(calculating, elf('blinky/blinky.elf'), { hostTimeout: 2 });
    const state = { isNot: false };
    const calls: Record<string, () => unknown> = {
      runUntil: () => slow.runUntil(() => false, { within: '100000s' }),
      step: () => slow.step(1e9),
      waitFor: () => slow.usart2.waitFor('never', { within: '1000000s' }),
      toWriteUart: () => matchers.toWriteUart.call(state, slow.usart2, 'never', { within: '1000000s' }),
      toToggle: () => matchers.toToggle.call(state, slow.pin('PE3'), { within: '1000000s' }),
      toReach: () => matchers.toReach.call(state, slow, 0x0800_f000, { within: '1000000s' }),
      'toTakeCycles of many runs': () =>
        matchers.toTakeCycles.call(state, slow, {
          max: 1,
          of: () => {
            for (;;) slow.run('10us');
          },
        }),
      mmioCalc: () => mmioCalc(busy, 1, '+', 1),
    };
    for (const [name, call] of Object.entries(calls)) {
      slow.restore(slow.snapshot());
      expect(call, name).toThrow(/a run took more than 0\.\d+ s of host time/);
    }
  });

  test('a cancelled run is ended', () => {
    const cancelled = createStation(stm32f4Discovery, elf('blinky/blinky.elf'), options);
    cancelled.bench.cancelled = () => true;
    expect(() => cancelled.board.run('10s')).toThrow('the run was cancelled');
  });
});

describe('snapshots', () => {
  test('carry the machine, what was written, and how far a test has read', () => {
    board.usart2.waitFor('rea', { within: '5ms' });
    const snapshot = board.snapshot();
    const hash = board.hash();
    board.usart2.waitFor('dy', { within: '5ms' });
    expect(board.hash()).not.toBe(hash);
    board.restore(snapshot);
    expect(board.hash()).toBe(hash);
    expect(board.usart2.text).toBe('rea');
    expect(board.usart2.waitFor(/d./, { within: '5ms' })[0]).toBe('dy');
  });

  test('are refused from elsewhere', () => {
    expect(() => board.restore({ time: 0, cycles: 0 })).toThrow('this is no snapshot of a board');
  });
});

describe('reset and power', () => {
  test('the reset button keeps the RAM, power does not', () => {
    const address = 0x2000_8000;
    board.memory.write32(address, 0x1234_5678);
    board.reset();
    expect(board.memory.read32(address)).toBe(0x1234_5678);
    board.powerCycle();
    expect(board.memory.read32(address)).toBe(0);
  });
});

describe('memory and CPU', () => {
  test('are read and written by address and symbol', () => {
    board.run('5ms');
    board.memory.write16(0x2000_8000, 0xbeef);
    expect(board.memory.read8(0x2000_8001)).toBe(0xbe);
    board.memory.write(0x2000_8000, Uint8Array.of(1, 2, 3, 4));
    expect(board.memory.read32(0x2000_8000)).toBe(0x0403_0201);
    expect([...board.memory.bytes(0x2000_8001, 2)]).toEqual([2, 3]);
    expect(board.memory.read32('serial_dropped')).toBe(0);
    expect(() => board.memory.read32(0x3000_0000)).toThrow('there is no memory at 0x30000000');
    expect(() => board.memory.read32('serial_droped')).toThrow('did you mean serial_dropped');
  });

  test('reading a register of a device has no effect, writing one is a bus access', () => {
    board.run('5ms');
    expect(board.memory.read32(0x4000_440c)).toBe(board.usart2.CR1.value);
    board.memory.write32(0x4000_4408, 0x55);
    expect(board.usart2.BRR.value).toBe(0x55);
  });

  test('a bus error that a write gets is told as the chip answered it', () => {
    const write = () => board.memory.write32(0x4002_3c04, 0x1234_5678); // FLASH.KEYR
    expect(write).toThrow(UsageError);
    expect(write).toThrow(/^the chip answers with a bus error: write to 0x40023c04: .*KEYR/);
    expect(() => board.memory.write32(0x4000_4409, 1)).toThrow('unaligned access to device');
  });

  test('bit-band aliases are read and written bit by bit', () => {
    board.run('5ms');
    const alias = (address: number, bit: number) => 0x4200_0000 + (address - 0x4000_0000) * 32 + bit * 4;
    board.memory.write32(0x4000_4408, 0x50);
    board.memory.write32(alias(0x4000_4408, 0), 1);
    expect(board.usart2.BRR.value).toBe(0x51);
    expect([0, 1].map((bit) => board.memory.read32(alias(0x4000_4408, bit)))).toEqual([1, 0]);
    board.memory.write32(0x2000_8000, 0);
    board.memory.write32(0x2200_0000 + 0x8000 * 32 + 5 * 4, 1);
    expect(board.memory.read32(0x2000_8000)).toBe(1 << 5);
  });

  test('where the program is', () => {
    board.run('5ms');
    expect(board.cpu.symbol).toBe('serial_get');
    expect(board.cpu.line?.file).toBe('cortex-m4.h');
    expect(board.cpu.sleeping).toBe(true);
    expect(board.cpu.registers['pc']).toBe(board.cpu.pc);
    board.cpu.setRegister('r0', 0xffff_ffff);
    expect(board.cpu.register('r0')).toBe(0xffff_ffff);
  });
});

describe('pins', () => {
  test('float, are pulled, are driven, and are let go', () => {
    const pin = board.pin('PE3');
    expect(() => expectGpioLow(board, 'PE3')).toThrow('Level     floating');
    pin.pull('high');
    expect([pin.level, pin.strength]).toEqual(['high', 'pulled']);
    board.run('1ms');
    pin.drive('low');
    expect([pin.level, pin.strength]).toEqual(['low', 'driven']);
    expect(() => expectGpioHigh(board, 'PE3')).toThrow('expect(PE3).toBeHigh()');
    pin.release();
    expect(pin.level).toBe('floating');
    expect(pin.edges.map(({ ns, level }) => [ns, level])).toEqual([
      [0, 'high'],
      [1_000_000, 'low'],
      [1_000_000, 'floating'],
    ]);
    expect(() => board.pin('PZ1')).toThrow(
      /there is no pin 'PZ1'\n {2}where: board '[^']+'\n {2}remedy: pins are NRST, PA0–PA15, PB0–PB15, /,
    );
    expect(() => board.pin('pd12')).toThrow('remedy: did you mean PD12?');
    expect(() => board.pin('PD12').drive('hi' as never)).toThrow('PD12.drive: there is no level "hi"');
    expect(rangesText(['PB2', 'PA10', 'PB0', 'PA9', 'RUN', 'PA11', 'PB3'])).toBe('PA9–PA11, PB0, PB2–PB3, RUN');
  });

  test('what a test drives goes back with a snapshot', () => {
    board.pin('PE3').drive('high');
    board.restore(echo.atReset);
    expect(board.pin('PE3').level).toBe('floating');
  });
});

describe('listeners', () => {
  test('hear of bytes until they are ended, or the test is over', () => {
    const heard: unknown[] = [];
    const end = board.on('uart', ({ source }) => heard.push(source));
    board.run('1ms');
    expect(heard.length).toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set(['usart2']));
    end();
    const count = heard.length;
    board.on('uart', () => heard.push('again'));
    board.forgetListeners();
    board.usart2.type('x\n');
    board.run('5ms');
    expect(heard.length).toBe(count);
  });

  test('an error of the test’s own passes as it is; one of the emulator is its failure', () => {
    board.on('uart', () => {
      throw new RangeError('my own');
    });
    expect(() => board.run('5ms')).toThrow(new RangeError('my own'));
    const broken = defineDevice({ name: 'broken', size: 4, read: () => (undefined as never as string).length });
    const failing = createStation(
      stm32f4Discovery.with({ banana: at(0x6001_0000, broken) }),
      elf('banana-rom/banana-rom-stm32f407.elf'),
      options,
    );
    expect(() => failing.board.run('5ms')).toThrow(InternalError);
    expect(() => failing.board.run('5ms')).toThrow(/the emulator failed: .*\n {2}where: .*0x0800/);
  });
});

describe('a device of the test’s own that throws', () => {
  const pieces = undefined as unknown as { length: number };
  const stationWith = (device: DeviceType) =>
    createStation(
      stm32f4Discovery.with({ banana: at(0x6001_0000, device) }),
      elf('banana-rom/banana-rom-stm32f407.elf'),
      options,
    );
  const thrown = (fn: () => unknown): DeviceError => {
    try {
      fn();
    } catch (error) {
      return error as DeviceError;
    }
    throw new Error('nothing was thrown');
  };

  test('is told by name, access and place, with its own stack first', () => {
    const rom = defineOwnDevice({ name: 'banana-rom', size: 4, read: () => pieces.length });
    const error = thrown(() => stationWith(rom).board.run('5ms'));
    expect(error.message).toMatch(
      /^device 'banana' \(banana-rom\) threw in read\(0x0\): Cannot read properties of undefined.*\n {2}where: stm32f4-discovery, 0x0800[0-9a-f]{4} \w+.*banana-rom\.c:\d+/,
    );
    expect(error).toBeInstanceOf(GuestError);
    expect(exitCodeOf(error)).toBe(1);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.stack?.split('\n').find((line) => /^\s+at /.test(line))).toContain('board-handle.test.ts');
  });

  test('in setup, in a hook, in an event, and when the test itself accesses it', () => {
    const breaking = (where: 'setup' | 'event' | 'write' | 'reset') =>
      defineOwnDevice({
        name: 'buggy',
        size: 4,
        registers: registers({ CR: reg(0, { ON: rw(0) }) }),
        setup(d) {
          if (where === 'setup') void pieces.length;
          const event = d.event('tick', () => void pieces.length);
          let resets = 0;
          d.onReset(() => void (where === 'reset' && resets++ > 0 && pieces.length));
          d.onWrite(d.regs.CR, () => (where === 'event' ? event.after(10) : void pieces.length));
        },
      });
    expect(() => stationWith(breaking('setup'))).toThrow("'banana' (buggy) threw in setup: Cannot read");
    const written = stationWith(breaking('write')).board;
    expect(() => written.memory.write32(0x6001_0000, 1)).toThrow(
      /'banana' \(buggy\) threw in onWrite of CR \(0x00000001\): Cannot read.*\n {2}where: stm32f4-discovery, 0x0800/,
    );
    const ticking = stationWith(breaking('event')).board;
    ticking.memory.write32(0x6001_0000, 1);
    expect(() => ticking.run('5ms')).toThrow("threw in event 'tick': Cannot read");
    expect(() => stationWith(breaking('reset')).board.reset()).toThrow('threw in onReset (system): Cannot read');
  });

  test('does not answer for what the test’s listeners throw', () => {
    const talking = defineOwnDevice({
      name: 'talking',
      size: 4,
      setup: (d) => ({ say: () => d.emit('uart', { byte: 1 }) }),
      read: (_offset, _size, d) => {
        d.emit('uart', { byte: 1 });
        return 0;
      },
    });
    const { board: heard } = stationWith(talking);
    heard.on('uart', () => {
      throw new RangeError('my own');
    });
    expect(() => heard.run('5ms')).toThrow(new RangeError('my own'));
  });
});

describe('faults', () => {
  test('are kept, the first ones and the first of each kind, however many there are', () => {
    const { board: lost } = createStation(riscvVirt, elf('hello/hello.elf'), options);
    lost.cpu.pc = 0x3000_0000; // nothing is there, and mtvec leads to a load from where nothing is
    lost.memory.write32(0x8000_1000, 0x2003);
    lost.cpu.setRegister('mtvec', 0x8000_1000);
    lost.run('100us');
    expect(lost.faults[0]?.text).toMatch(/^instruction access fault at 0x30000000/);
    expect(lost.faults.length).toBeLessThan(100);
    expect(toHaveFaulted.call({ isNot: true }, lost).message()).toMatch(/and [\d,]{4,} more/);
  });
  test('of a hart without a trap handler are told until they change nothing any more', () => {
    const { board: lost } = createStation(riscvVirt, elf('hello/hello.elf'), options);
    lost.cpu.pc = 0x3000_0000; // nothing is there, and mtvec is 0 yet
    lost.run('10s');
    expect(lost.faults).toHaveLength(3);
    expect(toHaveFaulted.call({ isNot: true }, lost).message()).toContain('trapping again and again');
  });
});

describe('a wait in vain', () => {
  test('is looked into without leaving a trace', () => {
    let heard = 0;
    board.on('uart', () => heard++);
    board.usart2.waitFor('ready\r\n', { within: '5ms' });
    const before = heard;
    expect(() => board.usart2.waitFor('more', { within: '3ms' })).toThrow('CPU       pc 0x0800');
    expect(heard).toBe(before);
    const hash = board.hash();
    board.restore(echo.atReset);
    board.run('1ns');
    board.restore(echo.atReset);
    board.usart2.waitFor('ready\r\n', { within: '5ms' });
    board.run('3ms');
    expect(board.hash()).toBe(hash);
  });
});

describe('names', () => {
  test('whatever the handle calls its own is no name for a device or part', () => {
    const { devices, parts } = board.machine.assembly;
    const members = [...Object.getOwnPropertyNames(BoardControls.prototype), ...Object.keys(board)];
    const own = members.filter((name) => !devices.has(name) && !parts.has(name));
    expect(own).toContain('forgetListeners');
    for (const name of [...own, 'semihosting', '__proto__']) {
      expect(() => stm32f4Discovery.with({ [name]: at(0x6001_0000, bananaRom) }), name).toThrow('cannot be the name');
    }
  });
});

describe('without `within`', () => {
  test('all that wait say so', () => {
    expect(() => board.runUntil(() => true, undefined as never)).toThrow('board.runUntil: `within` is missing');
    expect(() => board.usart2.waitFor('x', undefined as never)).toThrow('board.usart2.waitFor: `within` is missing');
    expect(() => matchers.toWriteUart.call({}, board, 'x', {} as never)).toThrow('toWriteUart: `within` is missing');
  });
});

describe('the worker’s machines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-station-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are kept by board and image, and made anew when the contents changed', () => {
    const image = join(folder, 'app.elf');
    copyFileSync(elf('uart-echo/uart-echo.elf'), image);
    const first = stationFor(stm32f4Discovery, image, options);
    expect(stationFor(stm32f4Discovery, image, options)).toBe(first);
    utimesSync(image, new Date(), new Date(Date.now() + 5000));
    expect(stationFor(stm32f4Discovery, image, options)).toBe(first);
    copyFileSync(elf('blinky/blinky.elf'), image);
    utimesSync(image, new Date(), new Date(Date.now() + 9000));
    const second = stationFor(stm32f4Discovery, image, options);
    expect(second).not.toBe(first);
    expect(stationFor(stm32f4Discovery.with({}), image, options)).not.toBe(second);
  });

  test('are in one test at a time', () => {
    take(echo, 'first', echo.atReset);
    expect(() => take(echo, 'second', echo.atReset)).toThrow(
      "'second' and 'first' want the same board at the same time",
    );
    giveBack(echo);
    take(echo, 'second', echo.atReset);
    giveBack(echo);
  });
});

describe('mmioCalc', () => {
  test('says how to add a calculator where there is none', () => {
    expect(() => mmioCalc(board, 1, '+', 1)).toThrow(/stm32f4-discovery has no mmio-calculator\n {2}remedy: add one/);
  });

  test('waits for a busy one, and gives up on one that stays so', () => {
    const calculating = (busyCycles: number) => {
      const calc = at(0x6000_0000, mmioCalculator({ busyCycles }));
      return createStation(stm32f4Discovery.with({ calc }), elf('uart-echo/uart-echo.elf'), options).board;
    };
    const slow = calculating(1600);
    expect(mmioCalc(slow, -7, '/', 2)).toBe(-3);
    expect(slow.time).toBeGreaterThanOrEqual(100_000);
    expect(slow.time).toBeLessThan(120_000);
    expect(() => mmioCalc(slow, 7, '/', 0)).toThrow('the calculator reports an error');
    expect(() => mmioCalc(calculating(1e9), 1, '+', 1)).toThrow('the calculator stayed busy for 1s of machine time');
  });
});
