import { beforeEach, describe, test, expect as vitestExpect } from 'vitest';
import { layoutOf } from '../emu/register-file.js';
import { r, reg, registers, rw } from '../emu/registers.js';
import { FakeBench } from './fake-bench.js';
import { type FirmwareMatchers, matchers } from './index.js';
import { introduce } from './subject.js';

vitestExpect.extend(matchers as never);
const expect = vitestExpect as unknown as (actual: unknown) => FirmwareMatchers & { not: FirmwareMatchers };
const failing = (fn: () => void) => vitestExpect(fn);

const UART = registers({
  SR: reg(0x00, { RXNE: r(5), TXE: r(7) }, 0xc0),
  CR1: reg(0x0c, { RE: rw(2), TE: rw(3), UE: rw(13), OVER8: rw(15), TAG: rw(28, 4) }, 0, 'RM0090 30.6.4'),
});

let bench: FakeBench;
let board: object;
let usart2: object;
let cr1: { value: number };

beforeEach(() => {
  bench = new FakeBench();
  board = {};
  usart2 = {};
  const { all } = layoutOf(UART, 0x400, 'a test').cells(new Int32Array(2), new Int32Array(2));
  cr1 = all[1]!;
  introduce(board, { bench, name: 'board' });
  introduce(usart2, { bench, name: 'usart2', registers: all });
});

describe('toHaveRegister', () => {
  test('compares the whole value, fields, or one field', () => {
    cr1.value = 0xf000_200c;
    expect(usart2).toHaveRegister('CR1', 0xf000_200c);
    expect(usart2).toHaveRegister('CR1', { UE: 1, TE: 1, OVER8: 0, TAG: 15 });
    expect(usart2).toHaveRegister('CR1.UE', 1);
    expect(usart2).not.toHaveRegister('CR1', { UE: 0 });
  });

  test('names the fields', () => {
    cr1.value = 0x2008;
    failing(() => expect(usart2).toHaveRegister('CR1', 0x200c)).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).toHaveRegister("CR1", 8204)

        Expected  0x0000200c
        Register  usart2.CR1 = 0x00002008 (TE=1 UE=1)
        Manual    RM0090 30.6.4
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(usart2).toHaveRegister('CR1', { UE: 1, RE: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).toHaveRegister("CR1", { UE: 1, RE: 1 })

        Expected  UE=1 RE=1
        Register  usart2.CR1 = 0x00002008 (UE=1 RE=0)
        Manual    RM0090 30.6.4
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });

  test('knows no other names', () => {
    failing(() => expect(usart2).toHaveRegister('CR4', 0)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: usart2 has no register CR4
        remedy: it has SR, CR1]
    `);
    failing(() => expect(usart2).toHaveRegister('CR1.EU', 0)).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: usart2.CR1 has no field EU
        remedy: it has RE, TE, UE, OVER8, TAG]
    `);
    failing(() => expect(board).toHaveRegister('CR1', 0)).toThrow('wants a device with registers');
  });
});

describe('toMatchMemory', () => {
  test('compares bytes and text at an address or symbol', () => {
    bench.memory.set(Buffer.from('hello'), 0x10);
    expect(board).toMatchMemory('buffer', 'hello');
    expect(board).toMatchMemory(0x2000_0011, [0x65, 0x6c]);
    expect(board).not.toMatchMemory('buffer', 'hellO');
  });

  test('shows where it differs', () => {
    bench.memory.set(Buffer.from('hello, world'), 0x10);
    failing(() => expect(board).toMatchMemory('buffer', 'hello, World')).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toMatchMemory("buffer", "hello, World")

        Expected  0x20000010: 68 65 6c 6c 6f 2c 20 57
        Memory    0x20000010: 68 65 6c 6c 6f 2c 20 77
        Differs   from 0x20000017 on (byte 7 of 12)
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(board).toMatchMemory('buffer', [256])).toThrow('256 is no byte');
  });
});

describe('toReach', () => {
  test('stops where the CPU comes to', () => {
    bench.trace.push({ at: 1000, pc: 0x0800_0000 }, { at: 2000, pc: 0x0800_0100 });
    expect(board).toReach('main', { within: '1ms' });
    vitestExpect(bench.time).toBe(2000);
    failing(() => expect(board).toReach('main', { within: '1ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toReach("main", { within: "1ms" })

        Expected  pc 0x08000100 main
        Waited    1 ms of machine time (16,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });
});

describe('not.toReach', () => {
  test('passes when the CPU does not come there, and fails when it does', () => {
    bench.trace.push({ at: 2_000_000, pc: 0x0800_0100 });
    expect(board).not.toReach('main', { within: '1ms' });
    vitestExpect(bench.time).toBe(1_000_000);
    failing(() => expect(board).not.toReach('main', {})).toThrow('Expected  never pc 0x08000100 main');
  });
});

describe('toTakeCycles', () => {
  test('measures a call up to its own return', () => {
    bench.returnAddress = 0x0800_0300;
    bench.stackPointer = 0x100;
    bench.trace.push(
      { at: 1000, pc: 0x0800_0200 },
      { at: 2000, pc: 0x0800_0300, sp: 0x80 },
      { at: 4000, pc: 0x0800_0300, sp: 0x100 },
    );
    expect(board).toTakeCycles({ of: 'fir', max: 48, min: 48 });
  });

  test('measures from one place to another, and what the test does', () => {
    bench.trace.push({ at: 1000, pc: 0x0800_0100 }, { at: 2000, pc: 0x0800_0200 });
    expect(board).toTakeCycles({ of: { from: 'main', to: 'fir' }, max: 16 });
    expect(board).toTakeCycles({ of: () => bench.run('1ms'), max: 16_000 });
    expect(board).not.toTakeCycles({ of: () => bench.run('1ms'), max: 15_999 });
  });

  test('tells what it took', () => {
    const run = () => bench.run('1ms');
    failing(() => expect(board).toTakeCycles({ of: run, max: 100 })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toTakeCycles({ of: run, max: 100 })

        Expected  at most 100 cycles
        Taken     16,000 cycles (1 ms)
      ]
    `);
    failing(() => expect(board).toTakeCycles({ of: 'fir', max: 100 })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toTakeCycles({ of: "fir", max: 100 })

        Expected  at most 100 cycles
        Taken     it did not begin: the CPU did not come to fir
        Waited    1 s of machine time (16,000,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    bench.trace.push({ at: bench.time + 1000, pc: 0x0800_0200 });
    failing(() => expect(board).toTakeCycles({ of: 'fir', max: 100 })).toThrow(
      'Taken     it began after 1 µs, but did not return',
    );
    bench.trace.push({ at: bench.time + 1000, pc: 0x0800_0200 });
    failing(() => expect(board).toTakeCycles({ of: { from: 'fir', to: 'main' }, max: 100 })).toThrow(
      'it began after 1 µs, but did not come to main',
    );
    failing(() => expect(board).toTakeCycles({ max: 100 } as never)).toThrow('`of` is missing');
    failing(() => expect(board).toTakeCycles(undefined as never)).toThrow('`max` is missing');
    failing(() => expect(board).toTakeCycles({ of: 'fir', maxx: 1 } as never)).toThrow(
      /`max` is missing: there is no option 'maxx'\n {2}remedy: did you mean 'max'/,
    );
    failing(() => expect(board).toTakeCycles({ of: 'fir', max: 1, min: 2 })).toThrow('nothing takes 2 to 1 cycles');
  });
});

describe('toHaveFaulted and toHaveNoGuestErrors', () => {
  test('look at what was recorded', () => {
    expect(board).not.toHaveFaulted();
    expect(board).toHaveNoGuestErrors();
    bench.faults.push(
      { name: 'BusFault', text: 'BusFault at 0x0800012a' },
      { name: 'HardFault', text: 'HardFault (forced)' },
    );
    bench.guestErrors.push('USART2 is used before its clock is enabled');
    expect(board).toHaveFaulted('HardFault');
    expect(board).toHaveFaulted();
    expect(usart2).not.toHaveNoGuestErrors();
  });

  test('know no other kinds', () => {
    failing(() => expect(board).not.toHaveFaulted('hardfault' as never)).toThrow(
      /no fault 'hardfault'\n {2}remedy: did you mean 'HardFault'/,
    );
    // an Arm CPU's only
    failing(() => expect(board).toHaveFaulted('illegal instruction')).toThrow(
      /there are HardFault, MemManage, BusFault, UsageFault, lockup$/,
    );
  });

  test('list it', () => {
    failing(() => expect(board).toHaveFaulted('HardFault')).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toHaveFaulted("HardFault")

        Expected  a HardFault
        Faults    none
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    bench.faults.push({ name: 'BusFault', text: 'BusFault at 0x0800012a' });
    failing(() => expect(board).not.toHaveFaulted()).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).not.toHaveFaulted()

        Expected  no fault
        Faults    BusFault at 0x0800012a
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    bench.guestErrors.push(...Array.from({ length: 10 }, (_, i) => `error ${i}`));
    failing(() => expect(board).toHaveNoGuestErrors()).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(board).toHaveNoGuestErrors()

        Expected  no guest errors
        Errors    error 0
                  error 1
                  error 2
                  error 3
                  error 4
                  error 5
                  error 6
                  error 7
                  and 2 more
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });
});
