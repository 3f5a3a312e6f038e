import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { ns16550 } from './ns16550.js';

const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7];
const FCR = IIR;
/** 115200 baud 8N1 at 3.6864 MHz: divisor 2, 10 bits of 32 clocks. */
const CHARACTER = 320;

function uart() {
  const h = new DeviceHarness(ns16550(), { clocks: { input: 3_686_400 }, clock: 'input', cpu: 3_686_400 });
  const write = (offset: number, value: number) => h.write(offset, value, 1);
  const read = (offset: number) => h.read(offset, 1);
  write(LCR, 0x83);
  write(DATA, 2);
  write(IER, 0);
  write(LCR, 0x03);
  return { h, write, read, irq: () => h.signal('irq').level };
}

describe('ns16550 transmits', () => {
  test('a byte takes its ten bits, and LSR says what is empty', () => {
    const { h, write, read } = uart();
    expect(read(LSR)).toBe(0x60);
    write(DATA, 0x41);
    expect(read(LSR)).toBe(0x20);
    write(DATA, 0x42);
    expect(read(LSR)).toBe(0x00);
    h.run(CHARACTER - 1);
    expect(h.handle.text).toBe('');
    h.run(1);
    expect([h.handle.text, read(LSR)]).toEqual(['A', 0x20]);
    h.run(CHARACTER);
    expect([h.handle.text, read(LSR)]).toEqual(['AB', 0x60]);
  });

  test.each([
    ['5N1', 0x00, 7],
    ['5N1½', 0x04, 7.5],
    ['7E1', 0x1a, 10],
    ['8N2', 0x07, 11],
    ['8O2', 0x0f, 12],
  ])('%s takes its bits', (_, lcr, bits) => {
    const { h, write } = uart();
    write(LCR, lcr);
    write(DATA, 0x15);
    h.run(bits * 32 - 1);
    expect(h.handle.bytes.length).toBe(0);
    h.run(1);
    expect([...h.handle.bytes]).toEqual([0x15]);
  });

  test('sixty-fourths on the wire `fraction` lengthen its bits', () => {
    const { h, write } = uart();
    h.signal('fraction').set(32);
    write(DATA, 0x41);
    h.run(10 * 40 - 1);
    expect(h.handle.text).toBe('');
    h.run(1);
    expect(h.handle.text).toBe('A');
  });

  test('the FIFO takes sixteen bytes behind the one on the line; one more is lost and reported', () => {
    const { h, write } = uart();
    write(FCR, 1);
    for (let i = 0; i < 18; i++) write(DATA, 0x61 + i);
    h.run(20 * CHARACTER);
    expect(h.handle.text).toBe('abcdefghijklmnopq');
    expect(h.problems.map((problem) => problem.kind)).toEqual(['misuse']);
  });

  test('the holding-register interrupt comes when it is enabled or runs empty; reading IIR or writing ends it', () => {
    const { h, write, read, irq } = uart();
    write(IER, 2);
    expect([irq(), read(IIR), read(IIR), irq()]).toEqual([1, 0x02, 0x01, 0]);
    write(DATA, 0x41);
    expect([irq(), read(IIR)]).toEqual([1, 0x02]);
    write(DATA, 0x42);
    expect(irq()).toBe(0);
    h.run(CHARACTER);
    expect([irq(), read(IIR)]).toEqual([1, 0x02]);
  });
});

test('a driver that looks at LSR and never at IIR is not asked again', () => {
  const { h, write, read, irq } = uart();
  write(IER, 3);
  expect([irq(), read(LSR) & 0x60, irq(), read(IIR), read(IIR)]).toEqual([1, 0x60, 0, 0x02, 0x01]);
  write(DATA, 0x41);
  expect([irq(), read(LSR) & 0x20, irq()]).toEqual([1, 0x20, 0]);
  h.handle.type('b');
  h.run(CHARACTER);
  expect([irq(), read(LSR) & 1, irq(), read(DATA), irq()]).toEqual([1, 1, 1, 0x62, 0]);
});

describe('ns16550 receives', () => {
  test('at the speed of the line, with an interrupt a byte', () => {
    const { h, write, read, irq } = uart();
    write(IER, 1);
    h.handle.type('hi');
    h.run(CHARACTER - 1);
    expect([irq(), read(LSR) & 1]).toEqual([0, 0]);
    h.run(1);
    expect([irq(), read(IIR), read(LSR) & 1, read(DATA), irq()]).toEqual([1, 0x04, 1, 0x68, 0]);
    h.run(CHARACTER);
    expect([irq(), read(DATA)]).toEqual([1, 0x69]);
  });

  test('an unread byte is overrun by the next', () => {
    const { h, write, read, irq } = uart();
    write(IER, 4);
    h.handle.type('ab');
    h.run(2 * CHARACTER);
    expect([irq(), read(IIR), read(LSR) & 3, read(LSR) & 3, irq(), read(DATA)]).toEqual([1, 0x06, 3, 1, 0, 0x62]);
  });

  test('the full FIFO keeps its sixteen bytes', () => {
    const { h, write, read } = uart();
    write(FCR, 1);
    h.handle.type('0123456789abcdefX');
    h.run(17 * CHARACTER);
    expect(read(LSR) & 3).toBe(3);
    expect(String.fromCharCode(...Array.from({ length: 16 }, () => read(DATA)))).toBe('0123456789abcdef');
    expect(read(LSR) & 1).toBe(0);
  });

  test('the FIFO interrupts at its trigger level, and after four characters of silence', () => {
    const { h, write, read, irq } = uart();
    write(FCR, 0x81);
    write(IER, 1);
    h.handle.type('12345678');
    h.run(7 * CHARACTER);
    expect(irq()).toBe(0);
    h.run(CHARACTER);
    expect([irq(), read(IIR)]).toEqual([1, 0xc4]);
    read(DATA);
    expect([irq(), read(IIR)]).toEqual([0, 0xc1]);
    h.run(4 * CHARACTER - 1);
    expect(irq()).toBe(0);
    h.run(1);
    expect([irq(), read(IIR)]).toEqual([1, 0xcc]);
    read(DATA);
    expect([irq(), read(IIR)]).toEqual([0, 0xc1]);
  });

  test('clearing the receiver FIFO drops its bytes', () => {
    const { h, write, read } = uart();
    write(FCR, 1);
    h.handle.type('abc');
    h.run(3 * CHARACTER);
    write(FCR, 3);
    expect(read(LSR) & 1).toBe(0);
  });
});

describe('ns16550 in loopback mode', () => {
  test('hears itself and not the line', () => {
    const { h, write, read } = uart();
    write(MCR, 0x10);
    write(DATA, 0x41);
    h.handle.type('x');
    h.run(2 * CHARACTER);
    expect([read(DATA), h.handle.text, read(LSR) & 1]).toEqual([0x41, '', 0]);
  });

  test('the modem outputs are its inputs, and changes interrupt', () => {
    const { write, read, irq } = uart();
    expect(read(MSR)).toBe(0xb0);
    write(MCR, 0x10);
    expect(read(MSR)).toBe(0x0b);
    write(IER, 8);
    write(MCR, 0x12);
    expect([irq(), read(IIR), read(MSR), irq()]).toEqual([1, 0x00, 0x11, 0]);
    write(MCR, 0x14);
    expect(read(MSR)).toBe(0x41);
    write(MCR, 0x10);
    expect(read(MSR)).toBe(0x04);
  });
});

describe('ns16550 registers', () => {
  test('DLAB shows the divisor latch; the scratch register keeps a byte', () => {
    const { write, read } = uart();
    write(LCR, 0x83);
    write(DATA, 0x34);
    write(IER, 0x12);
    expect([read(DATA), read(IER)]).toEqual([0x34, 0x12]);
    write(LCR, 0x03);
    write(SCR, 0xa5);
    expect([read(IER), read(SCR), read(LCR)]).toEqual([0, 0xa5, 0x03]);
  });

  test('after reset as the data sheet says (table III)', () => {
    const h = new DeviceHarness(ns16550(), { clocks: { input: 3_686_400 }, clock: 'input' });
    expect([IER, IIR, LCR, MCR, LSR].map((offset) => h.read(offset, 1))).toEqual([0, 1, 0, 0, 0x60]);
  });
});

test('the handle shows the registers without reading them, whatever DLAB says', () => {
  const { h, write, read } = uart();
  write(SCR, 0x5a);
  write(MCR, 0x03);
  write(IER, 0x02);
  expect(h.instance.registers.map(({ name }) => name)).toEqual([
    'IER',
    'IIR',
    'LCR',
    'MCR',
    'LSR',
    'MSR',
    'SCR',
    'DLL',
    'DLM',
  ]);
  const { DLL, DLM, IER: enable, IIR: cause, LCR: line, LSR: status, SCR: scratch } = h.handle;
  expect([DLL.value, DLM.value, enable.ETBEI, line.value, line.WLS, scratch.value]).toEqual([2, 0, 1, 3, 3, 0x5a]);
  expect([cause.value, cause.value, read(IIR), cause.value]).toEqual([2, 2, 2, 1]); // the bus read took it back
  write(DATA, 0x41);
  write(DATA, 0x42);
  expect([status.THRE, status.TEMT, read(LSR)]).toEqual([0, 0, 0]);
  h.run(3 * CHARACTER);
  expect(status.value).toBe(0x60);
  for (const offset of [MSR, LSR]) read(offset);
  const before = h.save().words;
  for (const register of h.instance.registers) void register.value;
  expect(h.save().words).toEqual(before);
});

describe('ns16550 is offered bytes', () => {
  test('which wait until the firmware looks for some', () => {
    const h = new DeviceHarness(ns16550(), { clocks: { input: 3_686_400 }, clock: 'input', cpu: 3_686_400 });
    h.handle.offer?.('ab');
    h.run(100 * CHARACTER);
    h.write(LCR, 0x03, 1);
    expect(h.read(LSR, 1) & 3).toBe(0);
    h.run(100 * CHARACTER);
    expect(h.read(LSR, 1) & 3).toBe(0);
    h.run(CHARACTER);
    expect(h.read(LSR, 1) & 3).toBe(1);
    h.run(100 * CHARACTER);
    expect([h.read(LSR, 1) & 3, h.read(DATA, 1), h.read(LSR, 1) & 1]).toEqual([1, 0x61, 0]);
    h.run(CHARACTER);
    expect([h.read(LSR, 1) & 3, h.read(DATA, 1), h.handle.hint]).toEqual([1, 0x62, undefined]);
  });

  test('or takes their interrupt, up to the depth of the FIFO, and not in loopback mode', () => {
    const { h, write, read } = uart();
    h.handle.offer?.('0123456789abcdefghij');
    write(FCR, 1);
    write(MCR, 0x10);
    write(IER, 1);
    h.run(100 * CHARACTER);
    expect(read(LSR) & 1).toBe(0);
    write(MCR, 0);
    h.run(100 * CHARACTER);
    const all = Array.from({ length: 20 }, () => {
      const byte = read(DATA);
      h.run(CHARACTER);
      return byte;
    });
    expect([String.fromCharCode(...all), read(LSR) & 3]).toEqual(['0123456789abcdefghij', 0]);
  });

  test('typed ones that find no room are counted', () => {
    const { h, write } = uart();
    h.handle.type('abc');
    h.run(3 * CHARACTER);
    expect(h.handle.hint).toContain('2 bytes arrived while');
    write(FCR, 7);
    expect(h.handle.hint).toContain('3 bytes arrived while');
  });
});
