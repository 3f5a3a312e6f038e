import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import type { UartFrame } from '../../uart-link.js';
import { uart, usart } from './usart.js';
import { receive } from './usart-frame.js';

// LIN, IrDA, smartcard, synchronous and mute mode, DMA requests: RM0090 30.3.6, 30.3.8 to 30.3.13.
const [SR, DR, BRR, CR1, CR2, CR3, GTPR] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18] as const;
const [PE, FE, NF, ORE, IDLE, RXNE, TC, LBD] = [1, 2, 4, 8, 16, 32, 64, 256] as const;
const [SBK, RWU, RE, TE, IDLEIE, PCE, WAKE, M, UE, OVER8] = [0, 1, 2, 3, 4, 10, 11, 12, 13, 15].map((bit) => 1 << bit);
const [LBDL, LBDIE, LBCL, CPHA, CPOL, CLKEN, LINEN] = [5, 6, 8, 9, 10, 11, 14].map((bit) => 1 << bit);
const stop = (code: number) => code << 12;
const [EIE, IREN, HDSEL, NACK, SCEN, DMAR, DMAT] = [0, 1, 3, 4, 5, 6, 7].map((bit) => 1 << bit);
const BIT = 100;
const FRAME = 10 * BIT;

function port(setup: { cr1?: number; cr2?: number; cr3?: number; gtpr?: number } = {}) {
  const h = new DeviceHarness(usart('USART2'), { name: 'usart2' });
  for (const role of ['TX', 'RX', 'CK']) h.pinFunction(`USART2_${role}`).setInput(1);
  h.write(BRR, BIT);
  h.write(GTPR, setup.gtpr ?? 0);
  h.write(CR2, setup.cr2 ?? 0);
  h.write(CR3, setup.cr3 ?? 0);
  h.write(CR1, UE! | TE! | RE! | (setup.cr1 ?? 0));
  h.run(3 * FRAME);
  h.read(SR);
  h.read(DR);
  return h;
}
const flags = (h: ReturnType<typeof port>) => h.handle.SR.value;
const problems = (h: ReturnType<typeof port>) => h.problems.map(({ rule, what }) => `${rule}: ${what}`);

describe('LIN (30.3.8)', () => {
  it('sends a break of 13 bits and a bit of 1', () => {
    const h = port({ cr2: LINEN });
    h.write(CR1, UE! | TE! | RE! | SBK!);
    expect(h.pinFunction('USART2_TX').output).toBe('low');
    h.write(DR, 0x55);
    h.run(13 * BIT - 1);
    expect(h.pinFunction('USART2_TX').output).toBe('low');
    h.run(1);
    expect([h.pinFunction('USART2_TX').output, h.handle.breaks]).toEqual(['high', 1]);
    h.run(BIT + FRAME - 1);
    expect(h.handle.words).toEqual([]);
    h.run(1);
    expect(h.handle.words).toEqual([0x55]);
  });

  it('detects a break by its end, after a frame of zeros with a framing error', () => {
    const h = port({ cr2: LINEN! | LBDIE! });
    h.handle.sendBreak();
    h.handle.type([0x55]);
    h.run(FRAME);
    expect(flags(h) & (RXNE | FE | LBD)).toBe(RXNE | FE);
    h.run(3 * BIT + BIT / 2 - 1);
    expect(flags(h) & LBD).toBe(0);
    h.run(1);
    expect([flags(h) & LBD, h.signal('irq').level]).toEqual([LBD, 1]);
    h.write(SR, ~LBD & 0x3ff);
    expect([flags(h) & LBD, h.signal('irq').level]).toEqual([0, 0]);
    h.read(SR);
    h.read(DR);
    h.run(BIT / 2 + FRAME);
    expect([flags(h) & (RXNE | FE), h.read(DR)]).toEqual([RXNE, 0x55]);
  });

  it.each([
    [10, 0, LBD],
    [10, LBDL!, 0],
    [11, LBDL!, LBD],
  ])('a break of %i bits, LBDL %i', (bits, lbdl, flag) => {
    const h = port({ cr2: LINEN! | lbdl });
    h.handle.sendBreak(bits);
    h.run(20 * BIT);
    expect(flags(h) & LBD).toBe(flag);
  });

  it('detects none without LINEN, and without the receiver', () => {
    const off = port();
    off.handle.sendBreak();
    off.run(20 * BIT);
    expect(flags(off) & (LBD | FE | RXNE)).toBe(FE | RXNE);
    const deaf = port({ cr2: LINEN });
    deaf.write(CR1, UE!);
    deaf.handle.sendBreak();
    deaf.run(20 * BIT);
    expect(flags(deaf) & (LBD | FE | RXNE)).toBe(LBD);
  });

  it('takes no break that a frame could be', () => {
    expect(() => port().handle.sendBreak(9)).toThrow('a break of 9 bits');
  });
});

describe('mute mode (30.3.6)', () => {
  it('sleeps until the line is idle', () => {
    const h = port({ cr1: IDLEIE });
    h.write(CR1, UE! | TE! | RE! | RWU! | IDLEIE!);
    h.handle.type('ab');
    h.run(2 * FRAME);
    expect(flags(h) & RXNE).toBe(0);
    expect(h.read(CR1) & RWU!).toBe(RWU);
    h.run(FRAME);
    expect([h.read(CR1) & RWU!, flags(h) & IDLE, h.signal('irq').level]).toEqual([0, 0, 0]);
    h.handle.type('c');
    h.run(FRAME);
    expect([flags(h) & RXNE, h.read(DR)]).toEqual([RXNE, 0x63]);
  });

  it('wakes by its own address and sleeps by another one', () => {
    const h = port({ cr1: WAKE, cr2: 5 });
    h.write(CR1, UE! | TE! | RE! | WAKE! | RWU!);
    const heard: number[] = [];
    for (const word of [0x01, 0x86, 0x02, 0x85, 0x03, 0x84, 0x04, 0x95]) {
      h.handle.type([word]);
      h.run(FRAME);
      if (flags(h) & RXNE) heard.push(h.read(DR));
    }
    // 0x85 and 0x95 are addressed to 5 (ADD is four bits), 0x84 and 0x86 are not
    expect(heard).toEqual([0x85, 0x03, 0x95]);
    expect(flags(h) & (ORE | IDLE)).toBe(0);
  });

  it('takes the ninth bit for the mark, but not the parity', () => {
    const nine = port({ cr1: WAKE! | M!, cr2: 1 });
    nine.handle.type([0x81, 0x102]);
    nine.run(11 * BIT);
    expect([flags(nine) & RXNE, nine.read(DR)]).toEqual([RXNE, 0x81]);
    nine.run(11 * BIT);
    expect([flags(nine) & RXNE, nine.read(CR1) & RWU!]).toEqual([0, RWU]);
    const parity = port({ cr1: WAKE! | M! | PCE!, cr2: 1 });
    parity.handle.type([0x01]);
    parity.run(11 * BIT);
    expect(parity.read(DR)).toBe(0x101);
    parity.handle.type([0x82]);
    parity.run(11 * BIT);
    expect([flags(parity) & RXNE, parity.read(CR1) & RWU!]).toEqual([0, RWU]);
  });

  it('does not let RWU change while RXNE is set in address mark mode', () => {
    const h = port({ cr1: WAKE });
    h.handle.type([1]);
    h.run(FRAME);
    h.write(CR1, UE! | TE! | RE! | WAKE! | RWU!);
    expect(h.read(CR1) & RWU!).toBe(0);
    expect(problems(h)).toEqual([
      'sequence: USART2.CR1.RWU was written while RXNE is set in address mark mode: the write is lost',
    ]);
  });
});

describe('synchronous mode (30.3.9)', () => {
  /** Times and levels of CK from a write of DR on. */
  function edges(cr2: number): [number, string][] {
    const h = port({ cr2: CLKEN! | cr2 });
    const ck = h.pinFunction('USART2_CK');
    const seen: [number, string][] = [];
    const begun = h.timebase.tick;
    ck.addPin({ level: undefined, driven: () => seen.push([h.timebase.tick - begun, ck.output]) });
    h.write(DR, 0x55);
    h.run(FRAME);
    return seen;
  }
  it('gives a pulse a data bit, from the middle of the bit to its end', () => {
    const seen = edges(LBCL!);
    expect(seen).toHaveLength(16);
    expect(seen.slice(0, 3)).toEqual([
      [150, 'high'],
      [200, 'low'],
      [250, 'high'],
    ]);
    expect(seen.at(-1)).toEqual([900, 'low']);
  });
  it('leaves the pulse of the last bit out without LBCL', () => {
    expect(edges(0)).toHaveLength(14);
  });
  it('is high between pulses by CPOL, and a half bit earlier by CPHA', () => {
    expect(edges(CPOL! | CPHA!).slice(0, 2)).toEqual([
      [100, 'low'],
      [150, 'high'],
    ]);
  });
  it('clocks a word in for each that goes out; nothing comes by itself', () => {
    const h = port({ cr2: CLKEN! | LBCL! });
    h.handle.type([0x12, 0x34]);
    h.run(5 * FRAME);
    expect(flags(h) & RXNE).toBe(0);
    const got: number[] = [];
    for (const word of [1, 2, 3]) {
      h.write(DR, word);
      h.run(FRAME);
      got.push(h.read(DR));
    }
    expect([got, h.handle.words]).toEqual([
      [0x12, 0x34, 0xff],
      [1, 2, 3],
    ]);
  });
  it('rests at CPOL while the transmitter is on', () => {
    const h = port({ cr2: CLKEN! | CPOL! });
    expect(h.pinFunction('USART2_CK').output).toBe('high');
    h.write(CR1, 0);
    expect(h.pinFunction('USART2_CK').output).toBe('none');
  });
});

describe('smartcard mode (30.3.11)', () => {
  const CARD = { cr1: M! | PCE!, cr2: CLKEN! | stop(3), cr3: SCEN! | NACK!, gtpr: (16 << 8) | 5 };

  it('sends half a bit later, with 1.5 stop bits, and holds TC back for the guard time', () => {
    const h = port(CARD);
    h.write(SR, 0);
    h.write(DR, 0x3b);
    // half a bit, start, 9 bits, 1.5 stop bits
    h.run(12 * BIT - 1);
    expect(h.handle.words).toEqual([]);
    h.run(1);
    expect([h.handle.words, flags(h) & TC]).toEqual([[0x3b], 0]);
    h.run(16 * BIT - 1);
    expect(flags(h) & TC).toBe(0);
    h.run(1);
    expect(flags(h) & TC).toBe(TC);
    expect(problems(h)).toEqual([]);
  });

  it('hears itself on the one wire, and the card that refuses a frame as a framing error', () => {
    const h = port(CARD);
    h.handle.nackNext();
    h.write(DR, 0x3b);
    h.run(12 * BIT);
    expect(flags(h) & (RXNE | FE)).toBe(RXNE | FE);
    h.read(SR);
    h.read(DR);
    h.write(DR, 0x3b);
    h.run(12 * BIT);
    expect(flags(h) & (RXNE | FE)).toBe(RXNE);
  });

  it('refuses a frame with wrong parity, if NACK is set', () => {
    const h = port(CARD);
    h.handle.type([0x11], { corrupt: 'parity' });
    h.run(12 * BIT);
    expect([flags(h) & PE, h.handle.nacks]).toEqual([PE, 1]);
    h.read(SR);
    h.read(DR);
    h.write(CR3, SCEN!);
    h.handle.type([0x11], { corrupt: 'parity' });
    h.run(12 * BIT);
    expect([flags(h) & PE, h.handle.nacks]).toEqual([PE, 1]);
  });

  it('gives the card a clock of the bus clock by twice PSC', () => {
    const h = port(CARD);
    expect(h.handle.cardClock).toBe(1_600_000);
    h.write(CR2, stop(3));
    expect(h.handle.cardClock).toBe(0);
  });
});

describe('IrDA (30.3.12)', () => {
  it('rests low, and carries frames as without it', () => {
    const h = port({ cr3: IREN, gtpr: 1 });
    expect(h.pinFunction('USART2_TX').output).toBe('low');
    h.write(DR, 0x41);
    h.run(FRAME);
    h.handle.type('B');
    h.run(FRAME);
    expect([h.handle.text, h.read(DR)]).toEqual(['A', 0x42]);
  });

  it('is half duplex: deaf while it sends, mute while it receives', () => {
    const h = port({ cr3: IREN, gtpr: 1 });
    h.write(DR, 0x41);
    h.run(10);
    h.handle.type('B');
    h.run(FRAME - 20);
    h.write(DR, 0x43);
    h.run(2 * FRAME);
    expect(h.handle.text).toBe('A');
    expect(problems(h)).toEqual(['sequence: USART2 sends while it receives in IrDA mode: the frame is lost']);
    expect(flags(h) & RXNE).toBe(0);
  });
});

it('half duplex: the line is idle a frame after the own last word (30.3.10)', () => {
  const h = port({ cr3: HDSEL });
  h.write(DR, 0x41);
  h.write(DR, 0x42);
  h.run(3 * FRAME - 1);
  expect(flags(h) & IDLE).toBe(0);
  h.run(1);
  expect(flags(h) & IDLE).toBe(IDLE);
});

describe('the line to another port', () => {
  /** A port and what a listener hears of it. */
  function heard(setup: Parameters<typeof port>[0]) {
    const h = port(setup);
    const frames: (UartFrame & { at: number })[] = [];
    h.handle.attach({ begin: (frame) => frames.push({ ...frame, at: h.timebase.tick }) });
    return { h, frames };
  }

  it('tells of a frame when its start bit begins', () => {
    const { h, frames } = heard({ cr1: PCE! | M!, cr2: stop(2) });
    const begun = h.timebase.tick;
    h.write(DR, 0x07);
    h.write(DR, 0x03);
    h.run(30 * BIT);
    const frame = { bits: 9, stopHalves: 4, bitNs: 6250 };
    expect(frames).toEqual([
      { ...frame, word: 0x107, at: begun },
      { ...frame, word: 0x003, at: begun + 12 * BIT },
    ]);
  });

  it('tells of breaks', () => {
    const { h, frames } = heard({ cr2: LINEN });
    h.write(CR1, UE! | TE! | RE! | SBK!);
    h.run(20 * BIT);
    expect(frames).toMatchObject([{ low: 13 }]);
    const other = port({ cr2: LINEN });
    other.handle.hear(frames[0]!);
    other.run(20 * BIT);
    expect(flags(other) & (LBD | FE | RXNE)).toBe(LBD | FE | RXNE);
  });

  it('hears frames that follow each other without gap', () => {
    const h = port();
    const got: number[] = [];
    for (const word of [0x41, 0x42, 0x43]) {
      h.handle.hear({ word, bits: 8, stopHalves: 2, bitNs: 6250 });
      h.run(FRAME);
      got.push(h.read(DR));
    }
    h.run(1);
    expect([got, flags(h) & (FE | NF | ORE)]).toEqual([[0x41, 0x42, 0x43], 0]);
  });

  it('takes a frame for what it is set to: nine bits as eight and a stop bit', () => {
    const h = port();
    h.handle.hear({ word: 0x0ff, bits: 9, stopHalves: 2, bitNs: 6250 });
    h.run(12 * BIT);
    expect([flags(h) & FE, h.read(DR)]).toEqual([FE, 0xff]);
    h.read(SR);
    h.read(DR);
    h.handle.hear({ word: 0x1a5, bits: 9, stopHalves: 2, bitNs: 6250 });
    h.run(12 * BIT);
    expect([flags(h) & FE, h.read(DR)]).toEqual([0, 0xa5]);
  });

  it('loses what it cannot hear', () => {
    const h = port();
    h.write(CR1, UE! | TE!);
    h.handle.hear({ word: 0x41, bits: 8, stopHalves: 2, bitNs: 6250 });
    h.run(2 * FRAME);
    h.write(CR1, UE! | TE! | RE!);
    h.run(2 * FRAME);
    expect([flags(h) & RXNE, h.handle.pending]).toEqual([0, 0]);
  });
});

describe('DMA requests (30.3.13)', () => {
  it('asks for a word while TXE is set, and for a fetch while RXNE is', () => {
    const h = port();
    expect([h.signal('txDma').level, h.signal('rxDma').level]).toEqual([0, 0]);
    h.write(CR3, DMAT! | DMAR!);
    expect([h.signal('txDma').level, h.signal('rxDma').level]).toEqual([1, 0]);
    h.write(DR, 1);
    expect(h.signal('txDma').level).toBe(1);
    h.write(DR, 2);
    expect(h.signal('txDma').level).toBe(0);
    h.handle.type('x');
    h.run(FRAME);
    expect([h.signal('txDma').level, h.signal('rxDma').level]).toEqual([1, 1]);
    h.read(DR);
    expect(h.signal('rxDma').level).toBe(0);
    h.write(CR3, 0);
    expect(h.signal('txDma').level).toBe(0);
  });

  it('interrupts by EIE for errors only while DMA receives (table 148)', () => {
    const h = port({ cr3: EIE });
    h.handle.type('x', { corrupt: 'stop' });
    h.run(FRAME);
    expect(h.signal('irq').level).toBe(0);
    h.write(CR3, EIE! | DMAR!);
    expect(h.signal('irq').level).toBe(1);
  });
});

describe('sampling (30.3.3)', () => {
  const FORMAT = { wordBits: 8, parity: 'none', stopHalves: 2 } as const;
  // The line goes back to 1 a little behind 9/16 of the fifth bit as the receiver counts.
  const late = 10.6 / 10;
  it('takes the majority of three samples, and notices where they differ', () => {
    expect(receive([0x0f], FORMAT, late, 1).noise).toBe(true);
  });
  it('takes one sample with ONEBIT, and notices nothing', () => {
    const sampling = { oversampling: 16, oneBit: true } as const;
    expect(receive([0x0f], FORMAT, late, 1, sampling).noise).toBe(false);
  });
  it('samples at eighths with OVER8', () => {
    const h = port({ cr1: OVER8 });
    h.handle.type([0xa5], { baud: 16e6 / (6 * 8 + 4) });
    h.run(12 * BIT);
    expect([flags(h) & (FE | NF), h.read(DR)]).toEqual([0, 0xa5]);
  });
});

describe('forbidden combinations', () => {
  it.each([
    ['LIN with a clock', { cr2: LINEN! | CLKEN! }, 'CR2.LINEN is set'],
    ['half duplex with smartcard', { cr3: HDSEL! | SCEN!, cr1: M! | PCE!, cr2: stop(3) }, 'CR3.HDSEL is set'],
    ['smartcard without parity', { cr3: SCEN!, cr2: stop(3) }, 'CR3.SCEN is set without'],
    ['IrDA with two stop bits', { cr3: IREN!, cr2: stop(2), gtpr: 1 }, 'CR3.IREN is set'],
    ['IrDA without prescaler', { cr3: IREN! }, 'GTPR.PSC is 0'],
  ])('%s', (_name, setup, what) => {
    const h = port(setup);
    expect(problems(h).some((line) => line.startsWith(`configuration: USART2.${what}`))).toBe(true);
    const before = h.problems.length;
    h.write(CR1, h.read(CR1));
    expect(h.problems).toHaveLength(before);
  });

  it('a fraction of four bits with OVER8', () => {
    const h = new DeviceHarness(usart('USART2'), { name: 'usart2' });
    h.write(CR1, UE! | OVER8!);
    h.write(BRR, 0x18);
    expect(problems(h)).toEqual([expect.stringContaining('BRR.DIV_Fraction has bit 3 set with OVER8')]);
  });

  it('LIN, IrDA and smartcard mode clear OVER8 (30.6.4)', () => {
    const h = port({ cr1: OVER8, cr2: LINEN });
    expect([h.read(CR1) & OVER8!, problems(h)]).toEqual([0, []]);
  });

  it('a UART has LIN and IrDA, but neither clock nor smartcard mode', () => {
    const h = new DeviceHarness(uart('UART4'), { name: 'uart4' });
    h.write(CR2, LINEN!);
    h.write(CR3, IREN!);
    expect(h.problems).toEqual([]);
    h.write(CR2, CLKEN!);
    h.write(CR3, SCEN!);
    expect(h.problems.map(({ kind }) => kind)).toEqual(['reserved', 'reserved']);
    expect([h.read(CR2), h.read(CR3)]).toEqual([0, 0]);
  });
});

it('keeps all its state where snapshots find it', () => {
  const scenario = (h: DeviceHarness<ReturnType<typeof port>['handle']>) => {
    for (const role of ['TX', 'RX', 'CK']) h.pinFunction(`USART2_${role}`).setInput(1);
    h.write(BRR, BIT);
    h.write(GTPR, 0x0305);
    h.write(CR2, CLKEN! | LBCL!);
    h.write(CR1, UE! | TE! | RE!);
    h.run(FRAME);
    h.handle.nackNext(2);
    h.handle.type('xy');
    h.write(DR, 0x55);
    h.run(370);
    const middle = h.save();
    h.run(3 * FRAME);
    const first = [h.read(SR), h.read(DR), h.handle.words];
    h.restore(middle);
    h.run(3 * FRAME);
    return [first, h.read(SR), h.read(DR), h.handle.words];
  };
  expect(checkDeviceState(usart('USART2'), scenario, { name: 'usart2' })).toBe(undefined);
});
