import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { uart, usart } from './usart.js';

const [SR, DR, BRR, CR1, CR2, CR3] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14] as const;

const [PE, FE, NF, ORE, IDLE, RXNE, TC, TXE, CTS] = [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x200] as const;
const [RE, TE, IDLEIE, RXNEIE, TCIE, TXEIE, PEIE, PS, PCE, M, UE, OVER8] = [
  1 << 2,
  1 << 3,
  1 << 4,
  1 << 5,
  1 << 6,
  1 << 7,
  1 << 8,
  1 << 9,
  1 << 10,
  1 << 12,
  1 << 13,
  1 << 15,
] as const;
/** 16 MHz / 115200 = 138.9: the nearest divider is 139, BRR 0x8B. */
const BIT = 139;
const FRAME = 10 * BIT;

/** USART2 at 115200 from 16 MHz, pins routed, nothing switched on yet. */
function port() {
  const h = new DeviceHarness(usart('USART2'), { name: 'usart2' });
  for (const role of ['TX', 'RX']) h.pinFunction(`USART2_${role}`).setInput(1);
  h.write(BRR, 0x8b);
  return h;
}

/** The same, on, its idle frame over, SR's idle flag and TC cleared as firmware would. */
function running(cr1 = 0) {
  const h = port();
  h.write(CR1, UE | TE | RE | cr1);
  h.run(2 * FRAME);
  h.read(SR);
  h.read(DR);
  return h;
}

const flags = (h: ReturnType<typeof port>) => h.handle.SR.value;

describe('the transmitter (RM0090 30.3.2)', () => {
  it('takes 1390 clocks for a frame of 10 bits at 115200 from 16 MHz', () => {
    const h = running();
    h.write(SR, 0);
    h.write(DR, 0x41);
    expect(flags(h) & (TXE | TC)).toBe(TXE);
    h.run(FRAME - 1);
    expect([h.handle.text, flags(h) & TC]).toEqual(['', 0]);
    h.run(1);
    expect([h.handle.text, flags(h) & TC]).toEqual(['A', TC]);
  });

  it('sends an idle frame first when TE is set', () => {
    const h = port();
    h.write(CR1, UE | TE);
    h.write(DR, 0x41);
    expect(flags(h) & TXE).toBe(0);
    h.run(FRAME);
    expect(flags(h) & TXE).toBe(TXE);
    h.run(FRAME - 1);
    expect(h.handle.text).toBe('');
    h.run(1);
    expect(h.handle.text).toBe('A');
  });

  it('buffers one word; TC comes after the last', () => {
    const h = running();
    h.write(SR, 0);
    h.write(DR, 0x41);
    h.write(DR, 0x42);
    expect(flags(h) & TXE).toBe(0);
    h.run(FRAME);
    expect([h.handle.text, flags(h) & (TXE | TC)]).toEqual(['A', TXE]);
    h.run(FRAME);
    expect([h.handle.text, flags(h) & (TXE | TC)]).toEqual(['AB', TXE | TC]);
  });

  it('reports a word that is overwritten', () => {
    const h = running();
    for (const word of [0x41, 0x42, 0x43]) h.write(DR, word);
    h.run(3 * FRAME);
    expect(h.handle.text).toBe('AC');
    expect(h.problems.map((problem) => problem.what)).toEqual([
      'USART2: DR was written while TXE is 0: the word before it is lost',
    ]);
  });

  it('clears TC by writing 0, and by reading SR and writing DR', () => {
    const h = running();
    expect(flags(h) & TC).toBe(TC);
    h.write(DR, 0x41);
    expect(flags(h) & TC).toBe(TC);
    h.run(FRAME);
    h.read(SR);
    h.write(DR, 0x42);
    expect(flags(h) & TC).toBe(0);
    h.run(FRAME);
    expect(flags(h) & TC).toBe(TC);
    h.write(SR, ~TC);
    expect(flags(h) & TC).toBe(0);
    expect(h.problems).toEqual([]);
  });

  it.each([
    ['2 stop bits', 0, 2 << 12, 11],
    ['1.5 stop bits', 0, 3 << 12, 10.5],
    ['0.5 stop bits', 0, 1 << 12, 9.5],
    ['9 data bits', M, 0, 11],
    ['9 data bits and 2 stop bits', M, 2 << 12, 12],
  ])('counts the bits of a frame: %s', (_name, cr1, cr2, bits) => {
    const h = port();
    h.write(CR2, cr2);
    h.write(CR1, UE | TE | cr1);
    h.run(2000);
    h.write(DR, 0x55);
    h.run(Math.ceil(bits * BIT) - 1);
    expect(h.handle.words).toEqual([]);
    h.run(1);
    expect(h.handle.words).toEqual([0x55]);
  });

  it('has 8 clocks a bit of USARTDIV with OVER8 (30.3.4)', () => {
    const h = port();
    h.write(BRR, (17 << 4) | 3); // USARTDIV 17.375: 139 clocks
    h.write(CR1, UE | TE | OVER8);
    h.run(FRAME);
    h.write(DR, 0x55);
    h.run(FRAME - 1);
    expect(h.handle.words).toEqual([]);
    h.run(1);
    expect(h.handle.words).toEqual([0x55]);
  });

  it('sends parity in place of the top bit (30.3.7)', () => {
    const even = running(PCE);
    even.write(DR, 0xff);
    even.run(FRAME);
    expect(even.handle.words).toEqual([0x7f]);
    const nine = running(M | PCE);
    nine.write(DR, 0x1ff);
    nine.run(11 * BIT);
    expect(nine.handle.words).toEqual([0xff]);
  });

  it('keeps to bit times when the bus clock changes in the middle of a byte', () => {
    const h = running();
    h.write(DR, 0x41);
    h.run(500);
    h.timebase.cpuClock.set(42_000_000);
    h.run(FRAME - 501);
    expect(h.handle.text).toBe('');
    h.run(1);
    expect(h.handle.text).toBe('A');
  });

  it('sends breaks, which the pin shows', () => {
    const h = running();
    h.write(CR1, UE | TE | RE | 1);
    expect(h.pinFunction('USART2_TX').output).toBe('low');
    h.run(FRAME);
    expect(h.pinFunction('USART2_TX').output).toBe('high');
    expect([h.handle.breaks, h.handle.CR1.SBK]).toEqual([1, 0]);
  });

  it('loses a frame when TE is cleared during it', () => {
    const h = running();
    h.write(DR, 0x41);
    h.write(CR1, UE | RE);
    h.run(FRAME);
    expect(h.handle.words).toEqual([]);
    expect(h.problems.map((problem) => problem.what)).toEqual([
      'USART2: TE was cleared during a frame: its data is lost',
    ]);
  });

  it('waits for UE, TE and a divider', () => {
    const h = new DeviceHarness(usart('USART2'), { name: 'usart2' });
    h.pinFunction('USART2_TX').setInput(1);
    h.write(DR, 0x41);
    expect(h.handle.hint).toBe('a word waiting to be sent: USART2.CR1.UE is 0');
    h.write(CR1, UE | TE);
    expect(h.handle.hint).toBe('a word waiting to be sent: USART2.BRR is 0');
    h.write(BRR, 0x8b);
    expect(h.handle.hint).toBeUndefined();
    h.run(2 * FRAME);
    expect(h.handle.text).toBe('A');
  });
});

describe('the receiver (30.3.3)', () => {
  it('sets RXNE at the end of the stop bit; reading DR clears it', () => {
    const h = running();
    h.handle.type('A');
    h.run(FRAME - 1);
    expect(flags(h) & RXNE).toBe(0);
    h.run(1);
    expect(flags(h) & RXNE).toBe(RXNE);
    expect(h.read(DR)).toBe(0x41);
    expect(flags(h) & RXNE).toBe(0);
  });

  it('gets frames back to back', () => {
    const h = running();
    h.handle.type('hello');
    let text = '';
    for (let i = 0; i < 5; i++) {
      h.run(FRAME);
      text += String.fromCharCode(h.read(DR));
    }
    expect([text, h.handle.pending]).toEqual(['hello', 0]);
  });

  it('overruns: the old word stays, SR then DR clears ORE', () => {
    const h = running();
    h.handle.type('AB');
    h.run(2 * FRAME);
    expect(flags(h) & (ORE | RXNE)).toBe(ORE | RXNE);
    h.read(SR);
    expect(h.read(DR)).toBe(0x41);
    expect(flags(h) & (ORE | RXNE)).toBe(0);
  });

  it('keeps an error flag that no read of SR has shown', () => {
    const h = running();
    h.handle.type('AB');
    h.run(2 * FRAME);
    h.read(DR);
    expect(flags(h) & ORE).toBe(ORE);
    h.read(SR);
    h.read(DR);
    expect(flags(h) & ORE).toBe(0);
  });

  it('clears RXNE by writing 0', () => {
    const h = running();
    h.handle.type('A');
    h.run(FRAME);
    h.write(SR, ~RXNE & 0x3ff);
    expect(flags(h) & RXNE).toBe(0);
  });

  it('detects an idle line once, a frame after the last word', () => {
    const h = running(IDLEIE);
    h.handle.type('A');
    h.run(2 * FRAME - 1);
    expect(flags(h) & IDLE).toBe(0);
    h.run(1);
    expect([flags(h) & IDLE, h.signal('irq').level]).toEqual([IDLE, 1]);
    h.read(SR);
    h.read(DR);
    expect([flags(h) & IDLE, h.signal('irq').level]).toEqual([0, 0]);
    h.run(10 * FRAME);
    expect(flags(h) & IDLE).toBe(0);
  });

  it('checks parity and keeps the parity bit in DR', () => {
    const h = running(PCE | PS);
    h.handle.type([0x03]);
    h.run(FRAME);
    expect([flags(h) & PE, h.read(DR)]).toEqual([0, 0x83]);
    h.handle.type([0x03], { corrupt: 'parity' });
    h.run(FRAME);
    expect([flags(h) & PE, h.read(DR)]).toEqual([PE, 0x03]);
    h.read(SR);
    h.write(DR, 0);
    expect(flags(h) & PE).toBe(0);
  });

  it('reports framing errors and noise', () => {
    const h = running();
    h.handle.type('A', { corrupt: 'stop' });
    h.run(FRAME);
    expect(flags(h) & (FE | NF | RXNE)).toBe(FE | RXNE);
    h.read(SR);
    h.read(DR);
    h.handle.type('A', { corrupt: 'noise' });
    h.run(FRAME);
    expect(flags(h) & (FE | NF | RXNE)).toBe(NF | RXNE);
  });

  it('makes garbage of another baud rate, and a framing error where the stop bit should be', () => {
    const h = running();
    h.handle.type([0x00], { baud: 57_600 });
    h.run(20 * BIT);
    expect([flags(h) & FE, h.read(DR)]).toEqual([FE, 0x00]);
    h.read(SR);
    h.read(DR);
    // Twice as fast: 8 bits at 230400 are 4 here; the rest of the frame is the idle line.
    h.handle.type([0x55], { baud: 230_400 });
    h.run(20 * BIT);
    expect(flags(h) & RXNE).toBe(RXNE);
    expect(h.read(DR)).not.toBe(0x55);
  });

  it('tolerates 2 % of difference', () => {
    const h = running();
    for (const baud of [112_900, 117_500]) {
      h.handle.type([0xa5], { baud });
      h.run(12 * BIT);
      expect([flags(h) & (FE | NF), h.read(DR)]).toEqual([0, 0xa5]);
    }
  });

  it('receives 9 bits', () => {
    const h = running(M);
    h.handle.type([0x1a5]);
    h.run(11 * BIT);
    expect(h.read(DR)).toBe(0x1a5);
  });

  it('keeps typed words until the port is ready for them', () => {
    const h = port();
    h.handle.type('A');
    h.run(10 * FRAME);
    expect([h.handle.pending, h.handle.hint]).toEqual([1, '1 typed word waiting: USART2.CR1.UE is 0']);
    h.write(CR1, UE | RE);
    h.run(FRAME);
    expect(h.read(DR)).toBe(0x41);
  });
});

describe('interrupts (30.4)', () => {
  it.each([
    [TXEIE, 0],
    [TCIE, 0],
  ])('CR1 %#x asks at once, both flags are set after reset', (enable) => {
    const h = port();
    h.write(CR1, enable);
    expect(h.signal('irq').level).toBe(1);
    h.write(CR1, 0);
    expect(h.signal('irq').level).toBe(0);
  });

  it('RXNEIE covers ORE', () => {
    const h = running(RXNEIE);
    h.handle.type('AB');
    h.run(2 * FRAME);
    h.read(DR);
    expect(h.signal('irq').level).toBe(1);
    h.read(SR);
    h.read(DR);
    expect(h.signal('irq').level).toBe(0);
  });

  it('PEIE asks for parity errors', () => {
    const h = running(PCE | PEIE);
    h.handle.type('A', { corrupt: 'parity' });
    h.run(FRAME);
    expect(h.signal('irq').level).toBe(1);
  });
});

describe('pins', () => {
  it('lets nothing out without a routed TX pin, and says so', () => {
    const h = running();
    h.pinFunction('USART2_TX').setInput(undefined);
    h.write(DR, 0x41);
    h.run(FRAME);
    expect(() => h.handle.text).toThrow('nothing the firmware sent reached a pin (1 frame)');
    expect(() => h.handle.lines).toThrow();
    expect(h.handle.bytes.length).toBe(0);
    expect(h.handle.hint).toContain('1 frame went nowhere because no pin carried USART2_TX');
    expect(h.problems[0]).toMatchObject({
      what: 'no pin carries USART2_TX',
      remedy: "set PA2 to AF7 or PD5 to AF7 with its port's clock on and MODER in alternate function mode",
    });
    h.pinFunction('USART2_TX').setInput(1);
    h.write(DR, 0x42);
    h.run(FRAME);
    expect(h.handle.text).toBe('B');
  });

  it('waits for a routed RX pin', () => {
    const h = running();
    h.pinFunction('USART2_RX').setInput(undefined);
    h.handle.type('A');
    h.run(FRAME);
    expect(flags(h) & RXNE).toBe(0);
    expect(h.handle.hint).toContain('1 typed word waiting: no pin carries USART2_RX');
    expect(h.problems.map((problem) => problem.what)).toEqual(['no pin carries USART2_RX']);
  });

  it('holds the line high while it is on, and leaves it otherwise', () => {
    const h = port();
    expect(h.pinFunction('USART2_TX').output).toBe('none');
    h.write(CR1, UE | TE);
    expect(h.pinFunction('USART2_TX').output).toBe('high');
    h.write(CR1, 0);
    expect(h.pinFunction('USART2_TX').output).toBe('none');
  });
});

describe('hardware flow control (30.3.14)', () => {
  it('sends the next frame only while nCTS is low', () => {
    const h = running();
    const cts = h.pinFunction('USART2_CTS');
    cts.setInput(1);
    h.write(CR3, (1 << 9) | (1 << 10));
    h.write(DR, 0x41);
    h.run(5 * FRAME);
    expect([h.handle.text, h.handle.hint]).toEqual(['', 'a word waiting to be sent: nCTS is high']);
    cts.setInput(0);
    expect([flags(h) & CTS, h.signal('irq').level]).toEqual([CTS, 1]);
    h.run(FRAME);
    expect(h.handle.text).toBe('A');
    h.write(SR, ~CTS & 0x3ff);
    expect([flags(h) & CTS, h.signal('irq').level]).toEqual([0, 0]);
  });

  it('raises nRTS while the receiver is full, and the sender stops', () => {
    const h = running();
    const rts = h.pinFunction('USART2_RTS');
    rts.setInput(1);
    h.write(CR3, 1 << 8);
    expect(rts.output).toBe('low');
    h.handle.type('AB');
    h.run(5 * FRAME);
    expect([rts.output, flags(h) & ORE, h.handle.pending]).toEqual(['high', 0, 1]);
    expect(h.read(DR)).toBe(0x41);
    expect(rts.output).toBe('low');
    h.run(FRAME);
    expect(h.read(DR)).toBe(0x42);
  });
});

it('half duplex hears itself on TX (30.3.10)', () => {
  const h = running();
  h.write(CR3, 1 << 3);
  expect(h.pinFunction('USART2_TX').output).toBe('none');
  h.pinFunction('USART2_RX').setInput(undefined);
  h.write(DR, 0x41);
  h.run(FRAME);
  expect([h.handle.text, h.read(DR)]).toEqual(['A', 0x41]);
  h.handle.type('B');
  h.run(FRAME);
  expect(h.read(DR)).toBe(0x42);
});

describe('what the host hears', () => {
  it('is garbled at another baud rate', () => {
    const h = running();
    h.handle.listenBaud = 57_600;
    h.write(DR, 0xff);
    h.run(FRAME);
    expect(h.handle.words).toEqual([0xff]);
    h.handle.listenBaud = 230_400;
    h.write(DR, 0x00);
    h.run(FRAME);
    expect([h.handle.words, h.handle.framingErrors]).toEqual([[0xff, 0x00], 1]);
  });

  it('is text, lines and bytes, from the last clear on', () => {
    const h = running();
    for (const byte of new TextEncoder().encode('a°\r\nb')) {
      h.write(DR, byte);
      h.run(FRAME);
    }
    expect([h.handle.text, h.handle.lines]).toEqual(['a°\r\nb', ['a°', 'b']]);
    expect([...h.handle.bytes]).toEqual([0x61, 0xc2, 0xb0, 0x0d, 0x0a, 0x62]);
    h.handle.clear();
    expect(h.handle.text).toBe('');
  });

  it('survives a reset of the chip', () => {
    const h = running();
    h.write(DR, 0x41);
    h.run(FRAME);
    h.instance.reset('system');
    expect(h.handle.text).toBe('A');
    expect(h.read(SR)).toBe(TXE | TC);
  });
});

it('a UART has neither flow control nor GTPR', () => {
  const h = new DeviceHarness(uart('UART4'), { name: 'uart4' });
  h.write(CR3, 1 << 9);
  expect(h.problems.map((problem) => problem.kind)).toEqual(['reserved']);
  expect(h.read(CR3)).toBe(0);
});
