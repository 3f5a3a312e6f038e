import { expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { shaktiUart } from './shakti-uart.js';

const [BAUD, TX, RX, STATUS, CONTROL, IEN, THRESHOLD] = [0x00, 0x04, 0x08, 0x0c, 0x14, 0x18, 0x20];
const [TX_EMPTY, TX_FULL, RX_NOT_EMPTY, OVERRUN, RX_THRESHOLD] = [1, 2, 4, 0x20, 0x100];

function port() {
  const uart = new DeviceHarness(shaktiUart, { name: 'uart0' });
  uart.write(BAUD, 10);
  return uart;
}

test('starts with 9,600 baud 8N1 at 50 MHz, as on QEMU', () => {
  const uart = new DeviceHarness(shaktiUart, { name: 'uart0' });
  expect([uart.read(BAUD), uart.read(CONTROL), uart.read(STATUS)]).toEqual([0x145, 0x100, TX_EMPTY]);
});

test('a frame of 10 bits of 16 × baud clocks', () => {
  const uart = port();
  expect(uart.read(STATUS)).toBe(TX_EMPTY);
  uart.write(TX, 0x41);
  expect(uart.read(STATUS)).toBe(0);
  uart.run(1599);
  expect(uart.handle.text).toBe('');
  uart.run(1);
  expect([uart.handle.text, uart.read(STATUS)]).toEqual(['A', TX_EMPTY]);
  uart.write(CONTROL, 0x104);
  uart.write(TX, 0x42);
  uart.run(1759);
  expect(uart.handle.text).toBe('A');
  uart.run(1);
  expect(uart.handle.text).toBe('AB');
});

test('16 bytes fit beside the one that is sent', () => {
  const uart = port();
  for (let i = 0; i < 17; i++) uart.write(TX, 0x61 + i);
  expect(uart.read(STATUS) & TX_FULL).toBe(TX_FULL);
  expect(uart.problems).toEqual([]);
  uart.write(TX, 0);
  expect(uart.problems.map(({ rule }) => rule)).toEqual(['sequence']);
});

test('receives, and says what came too early', () => {
  const uart = port();
  uart.handle.type('x');
  uart.run(1600);
  expect(uart.read(STATUS) & RX_NOT_EMPTY).toBe(RX_NOT_EMPTY);
  expect([uart.read(RX), uart.read(RX)]).toEqual([0x78, 0]);
  uart.handle.type('0123456789abcdefg');
  uart.run(1600 * 17);
  expect(uart.read(STATUS) & OVERRUN).toBe(OVERRUN);
});

test('interrupts while a flag of status is enabled', () => {
  const uart = port();
  const irq = uart.signal('irq');
  uart.write(IEN, RX_NOT_EMPTY);
  uart.handle.type('x');
  uart.run(1600);
  expect(irq.level).toBe(1);
  uart.read(RX);
  expect(irq.level).toBe(0);
  uart.write(THRESHOLD, 1);
  uart.write(IEN, RX_THRESHOLD);
  uart.handle.type('ab');
  uart.run(1600);
  expect(irq.level).toBe(0);
  uart.run(1600);
  expect(irq.level).toBe(1);
});

test('no state escapes', () => {
  const escaped = checkDeviceState(shaktiUart, (uart) => {
    uart.handle.type('abc');
    uart.write(TX, 0x41);
    uart.run(30_000);
    return uart.read(RX);
  });
  expect(escaped).toBeUndefined();
});
