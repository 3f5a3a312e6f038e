import { beforeEach, describe, test, expect as vitestExpect } from 'vitest';
import { FakeBench, FakeUart } from './fake-bench.js';
import { type FirmwareMatchers, matchers } from './index.js';
import { introduce } from './subject.js';

vitestExpect.extend(matchers as never);
const expect = vitestExpect as unknown as (actual: unknown) => FirmwareMatchers & { not: FirmwareMatchers };
const failing = (fn: () => void) => vitestExpect(fn);

let bench: FakeBench;
let uart: FakeUart;
let usart2: object;

beforeEach(() => {
  bench = new FakeBench();
  uart = new FakeUart();
  usart2 = {};
  introduce(usart2, { bench, name: 'usart2', uart });
});

describe('toHaveWrittenUart', () => {
  test('finds text, expressions and bytes anywhere, and never lets the machine run', () => {
    uart.write('ready\r\n= 42\n');
    expect(usart2).toHaveWrittenUart('ready\r\n= 42');
    expect(usart2).toHaveWrittenUart(/= (\d+)/);
    expect(usart2).toHaveWrittenUart(Uint8Array.of(0x0d, 0x0a));
    expect(usart2).not.toHaveWrittenUart('= 43');
    vitestExpect(bench.time).toBe(0);
  });

  test('finds bytes that are no text', () => {
    uart.write(Uint8Array.of(0xff, 0xc3, 0x28));
    expect(usart2).toHaveWrittenUart(Uint8Array.of(0xc3, 0x28));
    expect(usart2).toHaveWrittenUart(/\xc3\(/);
    expect(usart2).not.toHaveWrittenUart('ÿ');
  });

  test('shows what was written instead', () => {
    uart.write('boot v1\n');
    failing(() => expect(usart2).toHaveWrittenUart('ready\n')).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).toHaveWrittenUart("ready\\n")

        Expected  "ready\\n"
        Written   "boot v1\\n"
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(usart2).not.toHaveWrittenUart(/v\d/)).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).not.toHaveWrittenUart(/v\\d/)

        Expected  not /v\\d/
        Written   "boot v1\\n"
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });

  test('takes nothing but a UART', () => {
    failing(() => expect({}).toHaveWrittenUart('x')).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: this matcher wants a UART or a board with a console, not an object of Object]`,
    );
    failing(() => expect(undefined).toHaveWrittenUart('x')).toThrow('not undefined');
  });
});

describe('toWriteUart', () => {
  test('stops at the byte that completes the text', () => {
    bench.at('3ms', () => uart.write('ready\r\n'));
    bench.at('4ms', () => uart.write('more'));
    expect(usart2).toWriteUart('ready', { within: '50ms' });
    vitestExpect(bench.time).toBe(3_000_000);
  });

  test('goes on behind the last match, and a failure leaves it where it was', () => {
    uart.write('ok ok');
    expect(usart2).toWriteUart('ok', { within: '1ms' });
    expect(usart2).toWriteUart('ok', { within: '1ms' });
    expect(usart2).not.toWriteUart('ok', { within: '1ms' });
    bench.at('3ms', () => uart.write(' ok'));
    expect(usart2).toWriteUart(' ok', { within: '5ms' });
  });

  test('gives an expression that may match more the bytes that follow', () => {
    for (const [i, digit] of [...'= 42'].entries()) bench.at(`${1000 + i * 87}us`, () => uart.write(digit));
    expect(usart2).toWriteUart(/= (\d+)/, { within: '5ms' });
    vitestExpect(uart.cursor).toBe(4);
  });

  test('does not wait for more where there cannot be more', () => {
    bench.at('1ms', () => uart.write('done\n'));
    expect(usart2).toWriteUart(/done\n/, { within: '5ms' });
    vitestExpect(bench.time).toBe(1_000_000);
  });

  test('as .not lets the whole time pass', () => {
    expect(usart2).not.toWriteUart('late', { within: '5ms' });
    vitestExpect(bench.time).toBe(5_000_000);
  });

  test('counts its cursor in bytes where characters have several', () => {
    uart.write('50 µs, 60 µs');
    expect(usart2).toWriteUart(/\d+ µs/, { within: '1ms' });
    vitestExpect(uart.cursor).toBe(6);
    expect(usart2).toWriteUart('60 µs', { within: '1ms' });
  });

  test('says what was written, how long it waited, where the CPU is and why', () => {
    uart.write('boot v1\n');
    const hint = 'RCC.CR was read 113,000 times and PLLRDY stays 0: RCC.CR.PLLON is not set';
    bench.diagnosis = { cpu: `${bench.diagnosis.cpu}, 0.79 M cycles in this loop`, hint };
    failing(() => expect(usart2).toWriteUart('ready\n', { within: '50ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).toWriteUart("ready\\n", { within: "50ms" })

        Expected  "ready\\n"
        Written   "boot v1\\n"
        Waited    50 ms of machine time (800,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode, 0.79 M cycles in this loop
        Hint      RCC.CR was read 113,000 times and PLLRDY stays 0: RCC.CR.PLLON is not set
      ]
    `);
  });

  test('shows only what is new when something was matched before', () => {
    uart.write('one two');
    expect(usart2).toWriteUart('one', { within: '1ms' });
    failing(() => expect(usart2).toWriteUart('one', { within: '1ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).toWriteUart("one", { within: "1ms" })

        Expected  "one"
        Written   " two" after the 3 bytes matched before
        Waited    1 ms of machine time (16,000 cycles at 16 MHz)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
    failing(() => expect(usart2).not.toWriteUart('two', { within: '1ms' })).toThrowErrorMatchingInlineSnapshot(`
      [Error: expect(usart2).not.toWriteUart("two", { within: "1ms" })

        Expected  not "two"
        Written   " two" after the 3 bytes matched before
        Waited    0 ns of machine time (0 cycles)
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      ]
    `);
  });
});
