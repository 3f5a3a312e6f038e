import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { sifiveUart } from './uart.js';

const [TXDATA, RXDATA, TXCTRL, RXCTRL, IE, IP, DIV] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18];
const [FULL, EMPTY] = [0x8000_0000, 0x8000_0000];
const [TXEN, NSTOP, RXEN] = [1, 2, 1];
/** 16 MHz / 138 = 115,942 baud; a frame of 10 bits takes 1,380 clocks. */
const BIT = 138;

function port(options: Parameters<typeof sifiveUart>[0] = {}) {
  const uart = new DeviceHarness(sifiveUart(options), { name: 'uart0' });
  uart.write(DIV, BIT - 1);
  return uart;
}

describe('SiFive UART (FE310-G002 manual, chapter 18)', () => {
  test('reset values: FIFOs empty, everything off', () => {
    const uart = new DeviceHarness(sifiveUart({ div: 119 }));
    expect([TXDATA, RXDATA, TXCTRL, RXCTRL, IE, IP, DIV].map((offset) => uart.read(offset))).toEqual([
      0,
      EMPTY,
      0,
      0,
      0,
      0,
      119,
    ]);
  });

  test('a frame takes start bit, eight of data and one or two stop bits', () => {
    const uart = port();
    uart.write(TXCTRL, TXEN);
    uart.write(TXDATA, 0x41);
    uart.run(10 * BIT - 1);
    expect(uart.handle.text).toBe('');
    uart.run(1);
    expect(uart.handle.text).toBe('A');
    uart.write(TXCTRL, TXEN | NSTOP);
    uart.write(TXDATA, 0x42);
    uart.run(11 * BIT - 1);
    expect(uart.handle.text).toBe('A');
    uart.run(1);
    expect(uart.handle.text).toBe('AB');
  });

  test('nothing is sent until txen is set; nine bytes fit then, eight before', () => {
    const uart = port();
    for (let i = 0; i < 8; i++) uart.write(TXDATA, 0x61 + i);
    expect(uart.read(TXDATA)).toBe(FULL);
    expect(uart.handle.hint).toBe('uart0.txctrl.txen is 0: 8 bytes wait in the transmit FIFO');
    uart.run(20 * BIT);
    expect(uart.handle.text).toBe('');
    uart.write(TXCTRL, TXEN);
    expect(uart.read(TXDATA)).toBe(0);
    uart.write(TXDATA, 0x78);
    expect(uart.read(TXDATA)).toBe(FULL);
    expect(uart.problems).toEqual([]);
    uart.write(TXDATA, 0x79);
    expect(uart.problems.map(({ rule }) => rule)).toEqual(['sequence']);
    uart.run(90 * BIT);
    expect(uart.handle.text).toBe('abcdefghx');
  });

  test('txwm is pending while fewer bytes wait than txcnt says', () => {
    const uart = port();
    const irq = uart.signal('irq');
    uart.write(IE, 1);
    expect([uart.read(IP), irq.level]).toEqual([0, 0]);
    uart.write(TXCTRL, (1 << 16) | TXEN);
    expect([uart.read(IP), irq.level]).toEqual([1, 1]);
    uart.write(TXDATA, 1);
    // it went straight into the shift register
    expect(uart.read(IP)).toBe(1);
    uart.write(TXDATA, 2);
    expect([uart.read(IP), irq.level]).toEqual([0, 0]);
    uart.run(10 * BIT);
    expect([uart.read(IP), irq.level]).toEqual([1, 1]);
    uart.write(IE, 0);
    expect(irq.level).toBe(0);
  });

  test('what is typed waits for rxen, then comes at the speed of the line', () => {
    const uart = port();
    uart.handle.type('ok');
    uart.run(100 * BIT);
    expect(uart.read(RXDATA)).toBe(EMPTY);
    uart.write(RXCTRL, RXEN);
    uart.run(10 * BIT - 1);
    expect(uart.read(RXDATA)).toBe(EMPTY);
    uart.run(1);
    expect(uart.read(RXDATA)).toBe(0x6f);
    expect(uart.read(RXDATA)).toBe(EMPTY);
    uart.run(10 * BIT);
    expect([uart.read(RXDATA), uart.read(RXDATA)]).toEqual([0x6b, EMPTY]);
  });

  test('rxwm is pending while more bytes wait than rxcnt says', () => {
    const uart = port();
    const irq = uart.signal('irq');
    uart.write(IE, 2);
    uart.write(RXCTRL, (1 << 16) | RXEN);
    uart.handle.type('ab');
    uart.run(10 * BIT);
    expect([uart.read(IP), irq.level]).toEqual([0, 0]);
    uart.run(10 * BIT);
    expect([uart.read(IP), irq.level]).toEqual([2, 1]);
    uart.read(RXDATA);
    expect([uart.read(IP), irq.level]).toEqual([0, 0]);
  });

  test('a ninth byte that nobody made room for is lost, and said', () => {
    const uart = port();
    uart.write(RXCTRL, RXEN);
    uart.handle.type('123456789');
    uart.run(100 * BIT);
    const read = Array.from({ length: 9 }, () => uart.read(RXDATA));
    expect(read).toEqual([...'12345678'].map((c) => c.charCodeAt(0)).concat(EMPTY));
    expect(uart.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });

  test('a look at rxdata takes nothing', () => {
    const uart = port();
    uart.write(RXCTRL, RXEN);
    uart.handle.type('z');
    uart.run(10 * BIT);
    expect([uart.handle.rxdata.value, uart.handle.rxdata.value, uart.read(RXDATA)]).toEqual([0x7a, 0x7a, 0x7a]);
  });

  test('the line of another board: its frames begin and end in their own time', () => {
    const uart = port();
    const frames: number[] = [];
    uart.handle.attach({ begin: ({ word, bits, stopHalves }) => frames.push(word, bits, stopHalves) });
    uart.write(TXCTRL, TXEN);
    uart.write(TXDATA, 0x55);
    expect(frames).toEqual([0x55, 8, 2]);
    uart.write(RXCTRL, RXEN);
    uart.handle.hear({ word: 0xa5, bits: 8, stopHalves: 2, bitNs: 8680 });
    uart.runNanoseconds(81_000);
    expect(uart.read(RXDATA)).toBe(EMPTY);
    uart.runNanoseconds(2_000);
    expect(uart.read(RXDATA)).toBe(0xa5);
  });

  test('a sender of half the speed is misunderstood', () => {
    const uart = port();
    uart.write(RXCTRL, RXEN);
    uart.handle.hear({ word: 0x0f, bits: 8, stopHalves: 2, bitNs: 2 * 8625 });
    uart.runNanoseconds(200_000);
    // own bits 1.5 … 8.5 are the sender's 0 (start), 1, 1, 2, 2, 3, 3, 4
    expect(uart.read(RXDATA)).toBe(0xfe);
  });

  test('a pin that somebody looks at shows the frame', () => {
    const uart = port({ tx: 'UART0_TX' });
    const line = uart.pinFunction('UART0_TX');
    line.addPin({ level: 1, observed: true, driven: () => {} });
    uart.write(TXCTRL, TXEN);
    uart.write(TXDATA, 0xb2);
    const levels: number[] = [];
    uart.run(BIT / 2);
    for (let i = 0; i < 10; i++) {
      levels.push(line.output === 'high' ? 1 : 0);
      uart.run(BIT);
    }
    expect(levels).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 1, 1]);
  });

  test('sending without a pin is said once', () => {
    const uart = port({ tx: 'UART0_TX' });
    uart.write(TXCTRL, TXEN);
    uart.write(TXDATA, 1);
    uart.write(TXDATA, 2);
    uart.run(30 * BIT);
    expect(uart.problems.map(({ rule }) => rule)).toEqual(['pin-function']);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(sifiveUart(), (uart) => {
      uart.write(DIV, 15);
      uart.write(TXCTRL, TXEN);
      uart.write(RXCTRL, RXEN);
      uart.handle.type('abc');
      for (let i = 0; i < 5; i++) uart.write(TXDATA, i);
      uart.run(333);
      return uart.read(RXDATA);
    });
    expect(escaped).toBeUndefined();
  });
});
