import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BusMaster } from '../../../device.js';
import { DeviceHarness, ramBus } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { dma } from './dma.js';
import type { Controller } from './dma-requests.js';

// RM0090 10.5; expectations from the manual, times from AN4031 tables 4 and 5.
const [LISR, HISR, LIFCR, HIFCR] = [0, 4, 8, 12];
const S = (stream: number, offset: number) => 0x10 + stream * 0x18 + offset;
const [CR, NDTR, PAR, M0AR, M1AR, FCR] = [0, 4, 8, 0xc, 0x10, 0x14];
const [EN, TEIE, HTIE, TCIE, PFCTRL] = [1, 4, 8, 16, 32];
const [M2P, M2M, CIRC, PINC, MINC] = [1 << 6, 2 << 6, 1 << 8, 1 << 9, 1 << 10];
const psize = (code: number) => code << 11;
const msize = (code: number) => code << 13;
const [PINCOS, DBM, CT] = [1 << 15, 1 << 18, 1 << 19];
const priority = (level: number) => level << 16;
const pburst = (code: number) => code << 21;
const mburst = (code: number) => code << 23;
const channel = (n: number) => n << 25;
const DMDIS = 4;
const [FEIF, DMEIF, TEIF, HTIF, TCIF] = [1, 4, 8, 16, 32];
const RAM = 0x2000_0000;
/** A register on APB1 that reads 1, 2, 3 … and keeps what is written. */
const PORT = 0x4000_4404;

class Chip {
  readonly ram = new Uint8Array(0x2000);
  readonly written: number[] = [];
  next = 0;
  readonly h: DeviceHarness<object>;
  constructor(name: Controller = 'dma2', apb = 16_000_000) {
    const ram = ramBus(RAM, this.ram);
    const onPort = (address: number) => address >= 0x4000_0000 && address < 0x6000_0000;
    const bus: BusMaster = {
      read: (address, size) => (onPort(address) ? ++this.next : ram.read(address, size)),
      write: (address, size, value) =>
        onPort(address) ? this.written.push(value) > 0 : ram.write(address, size, value),
    };
    this.h = new DeviceHarness(dma(name), { name, bus, clocks: { apb1: apb, apb2: apb } });
  }
  stream(n: number, cr: number, items: number, from: number, to: number, fcr = 0x21): void {
    this.h.write(S(n, NDTR), items);
    this.h.write(S(n, PAR), from);
    this.h.write(S(n, M0AR), to);
    this.h.write(S(n, FCR), fcr);
    this.h.write(S(n, CR), cr | EN);
  }
  flags(n: number): number {
    return (this.h.read(n < 4 ? LISR : HISR) >>> [0, 6, 16, 22][n & 3]!) & 0x3d;
  }
  enabled(n: number): number {
    return this.h.read(S(n, CR)) & EN;
  }
  items(n: number): number {
    return this.h.read(S(n, NDTR));
  }
  request(line: string, level: number): void {
    this.h.signal(line).set(level);
  }
  rules(): unknown[] {
    return this.h.problems.map(({ rule }) => rule);
  }
}

describe('registers', () => {
  it('has the reset values of 10.5', () => {
    const { h } = new Chip();
    for (const offset of [LISR, HISR, LIFCR, HIFCR]) expect(h.read(offset)).toBe(0);
    for (let i = 0; i < 8; i++) {
      expect([CR, NDTR, PAR, M0AR, M1AR, FCR].map((offset) => h.read(S(i, offset)))).toEqual([0, 0, 0, 0, 0, 0x21]);
    }
  });

  it('clears all flags of a stream by 0x3F, as drivers do', () => {
    const c = new Chip();
    for (const n of [0, 1, 2, 3, 5, 7]) {
      c.stream(n, M2M | PINC | MINC, 1, RAM, RAM + 64, 7);
      c.h.run(100);
      expect(c.flags(n)).toBe(HTIF | TCIF);
      c.h.write(n < 4 ? LIFCR : HIFCR, 0x3f << [0, 6, 16, 22][n & 3]!);
      expect(c.flags(n)).toBe(0);
    }
    // stream 7 as ST's standard library has it
    c.h.write(HIFCR, 0x2f40_0000);
    expect(c.h.problems).toEqual([]);
  });

  it('protects a stream that is enabled (10.5.5 to 10.5.10)', () => {
    const c = new Chip();
    c.stream(1, M2P | channel(1) | MINC, 4, PORT, RAM);
    c.h.write(S(1, NDTR), 99);
    c.h.write(S(1, PAR), 0x1234);
    c.h.write(S(1, M0AR), 0x5678);
    c.h.write(S(1, FCR), 0x87);
    c.h.write(S(1, CR), M2P | channel(2) | TCIE | HTIE | EN);
    c.h.run(20);
    expect([NDTR, PAR, M0AR].map((offset) => c.h.read(S(1, offset)))).toEqual([4, PORT, RAM]);
    expect(c.h.read(S(1, FCR)) & ~0x38).toBe(0x81);
    expect(c.h.read(S(1, CR))).toBe(M2P | channel(1) | MINC | TCIE | HTIE | EN);
    expect(c.rules().filter((rule) => rule === 'sequence')).toHaveLength(5);
  });
});

describe('memory to memory (10.3.6)', () => {
  let c: Chip;
  beforeEach(() => {
    c = new Chip();
    for (let i = 0; i < 64; i++) c.ram[i] = i + 1;
  });

  it('copies, sets HTIF and TCIF, clears EN and interrupts', () => {
    c.stream(0, M2M | PINC | MINC | psize(2) | msize(2) | TCIE, 8, RAM, RAM + 0x100, 7);
    expect(c.enabled(0)).toBe(1);
    c.h.run(200);
    expect([...c.ram.subarray(0x100, 0x120)]).toEqual([...c.ram.subarray(0, 0x20)]);
    expect([c.enabled(0), c.items(0), c.flags(0), c.h.signal('irq0').level]).toEqual([0, 0, HTIF | TCIF, 1]);
    c.h.write(LIFCR, TCIF);
    expect([c.flags(0), c.h.signal('irq0').level]).toEqual([HTIF, 0]);
    expect(c.h.problems).toEqual([]);
  });

  it('takes 4 cycles a word and port, both ports at work (AN4031)', () => {
    c.stream(0, M2M | PINC | MINC | psize(2) | msize(2), 16, RAM, RAM + 0x100, 7);
    // the FIFO fills in 16 cycles; then it is emptied in 16 while words come in as there is room for them
    c.h.run(8);
    expect(c.items(0)).toBe(14);
    c.h.run(10_000);
    expect(c.flags(0)).toBe(HTIF | TCIF);
  });

  it('packs bytes into words and takes them apart (table 45)', () => {
    c.stream(0, M2M | PINC | MINC | psize(0) | msize(2), 8, RAM, RAM + 0x100, 7);
    c.h.run(500);
    c.h.write(LIFCR, 0x3d);
    c.stream(0, M2M | PINC | MINC | psize(2) | msize(0), 2, RAM, RAM + 0x200, 7);
    c.h.run(500);
    expect([...c.ram.subarray(0x100, 0x10a)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
    expect([...c.ram.subarray(0x200, 0x20a)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
  });
});

describe('large steps', () => {
  interface Copy {
    readonly psize: number;
    readonly msize: number;
    readonly bursts: readonly [number, number];
    readonly threshold: number;
    readonly items: number;
    readonly look: number;
  }
  /** Tick of each change of the flags, and NDTR and FIFO level at one instant; `rival` is enabled and never asks for anything. */
  function history({ psize: p, msize: m, bursts, threshold, items, look }: Copy, rival: boolean): unknown[] {
    const c = new Chip();
    for (let i = 0; i < 0x1000; i++) c.ram[i] = (i * 7) & 0xff;
    if (rival) c.stream(7, channel(4) | M2P | MINC | psize(2), 5, PORT, RAM);
    c.h.run(50);
    const cr = M2M | PINC | MINC | psize(p) | msize(m) | pburst(bursts[0]) | mburst(bursts[1]) | HTIE | TCIE;
    c.stream(0, cr, items, RAM, RAM + 0x1000, DMDIS | threshold);
    const begun = c.h.timebase.tick;
    const seen: unknown[] = [];
    c.h.signal('irq0').listen((level) => {
      if (!level) return;
      seen.push(c.h.timebase.tick - begun, c.flags(0), c.enabled(0), c.items(0));
      c.h.write(LIFCR, 0x3d);
    });
    c.h.run(look);
    seen.push(c.items(0), c.h.read(S(0, FCR)));
    c.h.run(20_000);
    return [...seen, ...c.ram.subarray(0x1000, 0x2000)];
  }
  it('show the flags at the same ticks, and NDTR the same at any, as a stream that competes', () => {
    const copies = fc.record({
      psize: fc.nat(2),
      msize: fc.nat(2),
      bursts: fc.constantFrom([0, 0] as const, [1, 0] as const, [0, 1] as const, [1, 1] as const),
      threshold: fc.constant(3),
      items: fc.integer({ min: 1, max: 200 }).map((n) => 4 * n),
      look: fc.nat(4_000),
    });
    fc.assert(
      fc.property(copies, (copy) => {
        expect(history(copy, false)).toEqual(history(copy, true));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe('peripheral to memory', () => {
  it('moves an item a request, acknowledges it, and ends with the last', () => {
    const c = new Chip('dma1');
    const acks: number[] = [];
    c.h.signal('5.4.ack').listen((level) => {
      acks.push(level);
      if (level) c.request('5.4', 0);
    });
    c.stream(5, channel(4) | MINC | TCIE, 3, PORT, RAM);
    for (let i = 0; i < 4; i++) {
      c.request('5.4', 1);
      c.h.run(30);
    }
    expect([...c.ram.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(acks).toEqual([1, 0, 5, 0, 3, 0]);
    expect([c.enabled(5), c.flags(5), c.h.signal('irq5').level]).toEqual([0, HTIF | TCIF, 1]);
  });

  it('takes 5 cycles to fetch from APB1 and 4 to store (AN4031, direct path of DMA1)', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(4) | MINC, 1, PORT, RAM);
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    c.request('5.4', 1);
    c.h.run(4);
    expect(c.next).toBe(0);
    c.h.run(1);
    expect([c.next, c.ram[0], c.items(5)]).toEqual([1, 0, 0]);
    c.h.run(3);
    expect(c.flags(5)).toBe(0);
    c.h.run(1);
    expect([c.ram[0], c.flags(5) & TCIF]).toEqual([1, TCIF]);
  });

  it('goes round in circular mode (10.3.8)', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(4) | MINC | CIRC, 2, PORT, RAM);
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    for (let i = 0; i < 5; i++) {
      c.request('5.4', 1);
      c.h.run(30);
    }
    expect([...c.ram.subarray(0, 3)]).toEqual([5, 4, 0]);
    expect([c.enabled(5), c.items(5), c.flags(5)]).toEqual([1, 1, HTIF | TCIF]);
  });

  it('goes on with what was left, and with the programmed number from the next round on (10.5.6)', () => {
    const c = new Chip('dma1');
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    const ask = (times: number) => {
      for (let i = 0; i < times; i++) {
        c.request('5.4', 1);
        c.h.run(30);
      }
    };
    c.stream(5, channel(4) | MINC | CIRC, 8, PORT, RAM);
    ask(3);
    c.h.write(S(5, CR), c.h.read(S(5, CR)) & ~EN);
    c.h.run(30);
    expect([c.enabled(5), c.items(5)]).toEqual([0, 5]);
    c.h.write(HIFCR, 0x3f << 6);
    c.h.write(S(5, CR), c.h.read(S(5, CR)) | EN);
    ask(4);
    expect([c.items(5), c.flags(5) & TCIF]).toEqual([1, 0]);
    ask(1);
    expect([c.items(5), c.flags(5) & TCIF]).toEqual([8, TCIF]);
    ask(8);
    expect([...c.ram.subarray(0, 9)]).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 0]);
    expect(c.items(5)).toBe(8);
  });

  it.each([1, 6])('flushes %i bytes as words without counting them as such (10.3.10, 10.3.14)', (bytes) => {
    const c = new Chip('dma1');
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    c.h.write(S(5, M1AR), RAM + 64);
    // A word would be half the block of 8 bytes, two of them all of it.
    c.stream(5, channel(4) | MINC | DBM | msize(2), 8, PORT, RAM, DMDIS | 3);
    for (let i = 0; i < bytes; i++) {
      c.request('5.4', 1);
      c.h.run(40);
    }
    c.h.write(S(5, CR), c.h.read(S(5, CR)) & ~EN);
    c.h.run(60);
    expect([...c.ram.subarray(0, bytes)]).toEqual(Array.from({ length: bytes }, (_, i) => i + 1));
    expect([c.enabled(5), c.h.read(S(5, CR)) & CT, c.flags(5), c.items(5)]).toEqual([0, 0, TCIF, 8 - bytes]);
  });

  it('waits for the FIFO threshold, flushes when disabled, and then sets TCIF (10.3.14)', () => {
    const c = new Chip('dma1');
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    c.stream(5, channel(4) | MINC, 100, PORT, RAM, DMDIS | 0);
    const ask = (times: number) => {
      for (let i = 0; i < times; i++) {
        c.request('5.4', 1);
        c.h.run(40);
      }
    };
    ask(3);
    expect([c.ram[0], (c.h.read(S(5, FCR)) >> 3) & 7]).toEqual([0, 0]);
    ask(3);
    expect([...c.ram.subarray(0, 6)]).toEqual([1, 2, 3, 4, 0, 0]);
    c.h.write(S(5, CR), c.h.read(S(5, CR)) & ~EN);
    expect(c.enabled(5)).toBe(1);
    c.h.run(40);
    expect([...c.ram.subarray(0, 7)]).toEqual([1, 2, 3, 4, 5, 6, 0]);
    expect([c.enabled(5), c.flags(5), c.items(5)]).toEqual([0, TCIF, 94]);
  });
});

describe('memory to peripheral', () => {
  it('preloads one item in direct mode and gives it when asked (10.3.13)', () => {
    const c = new Chip('dma1');
    c.ram.set([7, 8, 9]);
    c.h.signal('6.4.ack').listen(() => c.request('6.4', 0));
    c.stream(6, M2P | channel(4) | MINC, 3, PORT, RAM);
    c.h.run(10);
    expect([c.written, c.items(6)]).toEqual([[], 3]);
    for (let i = 0; i < 3; i++) {
      c.request('6.4', 1);
      c.h.run(30);
    }
    expect([c.written, c.items(6), c.flags(6), c.enabled(6)]).toEqual([[7, 8, 9], 0, HTIF | TCIF, 0]);
  });

  it('keeps what a request finds in flight from counting as an underrun', () => {
    const c = new Chip('dma1');
    c.request('6.4', 1);
    c.stream(6, M2P | channel(4) | MINC, 3, PORT, RAM);
    c.h.run(100);
    expect(c.flags(6)).toBe(HTIF | TCIF);
  });
});

describe('double buffer (10.3.9)', () => {
  it('turns to the other buffer after each block', () => {
    const c = new Chip('dma1');
    c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
    c.h.write(S(5, M1AR), RAM + 16);
    c.stream(5, channel(4) | MINC | DBM, 2, PORT, RAM);
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) {
      c.request('5.4', 1);
      c.h.run(30);
      seen.push(c.h.read(S(5, CR)) & CT ? 1 : 0);
    }
    expect(seen).toEqual([0, 1, 1, 0, 0, 1, 1]);
    expect([...c.ram.subarray(0, 2), ...c.ram.subarray(16, 18)]).toEqual([5, 6, 7, 4]);
    expect(c.h.read(S(5, CR)) & CIRC).toBe(CIRC);
    c.h.write(S(5, M0AR), RAM + 32);
    expect([c.enabled(5), c.flags(5) & TEIF]).toEqual([1, 0]);
    c.h.write(S(5, M1AR), RAM + 48);
    expect([c.enabled(5), c.flags(5) & TEIF]).toEqual([0, TEIF]);
  });
});

it('serves by priority, then by number (10.3.4)', () => {
  const c = new Chip('dma1');
  const order: string[] = [];
  for (const line of ['0.4', '5.4', '2.4']) {
    c.h.signal(`${line}.ack`).listen((level) => {
      if (level) order.push(line);
      c.request(line, 0);
    });
  }
  // a first one keeps the port busy while the others ask
  c.stream(0, channel(4) | MINC, 9, PORT, RAM);
  c.stream(2, channel(4) | MINC, 9, PORT, RAM + 16);
  c.stream(5, channel(4) | MINC | priority(1), 9, PORT, RAM + 32);
  c.request('0.4', 1);
  c.request('2.4', 1);
  c.request('5.4', 1);
  c.h.run(1);
  c.h.run(100);
  expect(order).toEqual(['0.4', '5.4', '2.4']);
});

describe('errors', () => {
  it('stops at a bus error: CCM is out of reach (2.3.1)', () => {
    const c = new Chip();
    c.stream(0, M2M | PINC | MINC | TEIE, 4, RAM, 0x1000_0000, 7);
    c.h.run(100);
    expect([c.enabled(0), c.flags(0), c.h.signal('irq0').level]).toEqual([0, TEIF, 1]);
    expect(c.rules()).toEqual(['dma-memory']);
  });

  it('DMA1 reaches nothing but APB1 by its peripheral port (10.3.1)', () => {
    const c = new Chip('dma1');
    c.request('5.4', 1);
    c.stream(5, channel(4) | MINC, 4, 0x4002_0c10, RAM);
    c.h.run(100);
    expect([c.enabled(5), c.flags(5)]).toEqual([0, TEIF]);
  });

  it('refuses a burst that does not fit the threshold (table 48)', () => {
    const c = new Chip();
    c.stream(0, M2M | PINC | MINC | msize(2) | psize(2) | mburst(1), 8, RAM, RAM + 64, DMDIS | 0);
    expect([c.enabled(0), c.flags(0), c.rules()]).toEqual([0, FEIF, ['dma-configuration']]);
  });

  it('names the right stream and channel (tables 42, 43)', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(7) | MINC, 4, PORT, RAM);
    expect(c.h.problems).toMatchObject([
      { rule: 'dma-routing', remedy: 'use DMA1 stream 5 channel 4', what: expect.stringContaining('carries DAC1') },
    ]);
  });
});

describe('routing (tables 42, 43)', () => {
  it('lets a timer pace transfers to any block', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(3) | MINC | M2P, 4, PORT, RAM);
    expect(c.h.problems).toEqual([]);
  });
  it('tells, once, when the block asks for itself and nobody listens', () => {
    const c = new Chip('dma1');
    c.stream(6, channel(3) | MINC | M2P, 4, PORT, RAM);
    expect(c.h.problems).toEqual([]);
    for (let i = 0; i < 3; i++) {
      c.request('6.4', 1);
      c.request('6.4', 0);
    }
    expect(c.h.problems).toMatchObject([{ rule: 'dma-routing', remedy: 'use DMA1 stream 6 channel 4' }]);
  });
  it('lets no timer fetch what a block receives', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(3) | MINC, 4, PORT, RAM);
    c.request('5.4', 1);
    expect(c.h.problems).toMatchObject([{ rule: 'dma-routing', remedy: 'use DMA1 stream 5 channel 4' }]);
  });
  it('is silent where another stream serves the request', () => {
    const c = new Chip('dma1');
    c.stream(2, channel(5) | MINC | M2P, 4, 0x4000_4804, RAM);
    c.stream(3, channel(4) | MINC | M2P, 4, 0x4000_4804, RAM);
    c.request('4.7', 1);
    c.request('3.4', 1);
    expect(c.h.problems).toEqual([]);
  });
  it('knows the direction', () => {
    const c = new Chip('dma1');
    c.stream(5, channel(4) | MINC | M2P, 4, PORT, RAM);
    expect(c.h.problems).toMatchObject([{ rule: 'dma-routing', remedy: 'use DMA1 stream 6 channel 4' }]);
  });
});

it('sends what is left in the FIFO by whole memory items (10.3.14): software learns from NDTR how much is good', () => {
  const c = new Chip('dma1');
  c.h.signal('5.4.ack').listen(() => c.request('5.4', 0));
  c.stream(5, channel(4) | MINC | msize(2), 100, PORT, RAM, DMDIS | 3);
  for (let i = 0; i < 6; i++) {
    c.request('5.4', 1);
    c.h.run(40);
  }
  c.ram.fill(0xee);
  c.h.write(S(5, CR), c.h.read(S(5, CR)) & ~EN);
  c.h.run(40);
  expect([...c.ram.subarray(0, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(c.ram[8]).toBe(0xee);
  expect([c.enabled(5), c.flags(5), c.items(5)]).toEqual([0, TCIF, 94]);
});

describe('peripheral to memory by bursts (10.3.12)', () => {
  it('makes a burst a request, singles where fewer items are left', () => {
    const c = new Chip('dma1');
    const acks: number[] = [];
    c.h.signal('5.4.ack').listen((level) => {
      if (level) acks.push(level);
      c.request('5.4', 0);
    });
    c.stream(5, channel(4) | MINC | pburst(1), 6, PORT, RAM, DMDIS | 0);
    const left: number[] = [];
    for (let i = 0; i < 3; i++) {
      c.request('5.4', 1);
      c.h.run(60);
      left.push(c.items(5));
    }
    expect(left).toEqual([2, 1, 0]);
    expect(acks).toEqual([1, 5, 3]);
    expect([...c.ram.subarray(0, 7)]).toEqual([1, 2, 3, 4, 5, 6, 0]);
    expect(c.flags(5)).toBe(HTIF | TCIF);
  });

  it('steps by PSIZE, or by 4 with PINCOS', () => {
    const addresses = (cr: number) => {
      const seen: number[] = [];
      const bus: BusMaster = {
        read: (address) => seen.push(address),
        write: () => true,
      };
      const h = new DeviceHarness(dma('dma1'), { name: 'dma1', bus, clocks: { apb1: 16e6, apb2: 16e6 } });
      h.signal('5.4').set(1);
      for (const [offset, value] of [
        [NDTR, 3],
        [PAR, PORT],
        [M0AR, RAM],
        [FCR, DMDIS],
        [CR, channel(4) | MINC | cr | psize(1) | EN],
      ] as const) {
        h.write(S(5, offset), value);
      }
      h.run(100);
      return seen.map((address) => address - PORT);
    };
    expect(addresses(0)).toEqual([0, 0, 0]);
    expect(addresses(PINC)).toEqual([0, 2, 4]);
    expect(addresses(PINC | PINCOS)).toEqual([0, 4, 8]);
  });
});

describe('peripheral flow control (10.3.15)', () => {
  it('counts down from 0xFFFF and ends with the request that says so', () => {
    const c = new Chip();
    c.h.signal('3.4.ack').listen(() => c.request('3.4', 0));
    c.stream(3, channel(4) | MINC | PFCTRL, 4, 0x4001_2c80, RAM, DMDIS | 3);
    expect(c.items(3)).toBe(0xffff);
    for (const level of [1, 1, 3]) {
      c.request('3.4', level);
      c.h.run(60);
    }
    expect([...c.ram.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    expect([c.enabled(3), c.flags(3), c.items(3)]).toEqual([0, TCIF, 0xffff - 3]);
  });
});

describe('over- and underrun (10.3.17)', () => {
  /** Each request is for one item. */
  function contended() {
    const c = new Chip('dma1');
    for (const line of ['3.4', '5.4', '6.4']) c.h.signal(`${line}.ack`).listen(() => c.request(line, 0));
    return c;
  }
  it('is none while the memory port is the stream’s own', () => {
    const c = contended();
    c.stream(5, channel(4) | MINC, 50, PORT, RAM);
    for (let i = 0; i < 50; i++) {
      c.request('5.4', 1);
      c.h.run(5);
      c.request('5.4', 1);
      c.h.run(7);
    }
    expect(c.flags(5) & (FEIF | DMEIF)).toBe(0);
  });

  it('is FEIF where the port works for another stream', () => {
    const c = contended();
    // Stream 6 is preloading when the request of stream 3 comes, whose own preload has to wait.
    c.stream(6, M2P | channel(4) | MINC | psize(2), 8, PORT, RAM);
    c.stream(3, M2P | channel(4) | MINC | psize(2), 8, PORT, RAM);
    c.request('3.4', 1);
    c.h.run(100);
    expect([c.flags(3) & FEIF, c.flags(6) & FEIF, c.enabled(3)]).toEqual([FEIF, 0, 1]);
  });
});

it('tells of every forbidden configuration', () => {
  const rule = (setup: (c: Chip) => void, name: Controller = 'dma2') => {
    const c = new Chip(name);
    setup(c);
    return c.h.problems.map(({ rule, what }) => `${rule} ${what}`);
  };
  const copy = M2M | PINC | MINC;
  expect(rule((c) => c.stream(0, copy, 4, RAM, RAM + 64, 7), 'dma1')[0]).toContain('which DMA1 cannot do');
  expect(rule((c) => c.stream(0, copy | CIRC, 4, RAM, RAM + 64, 7))[0]).toContain('circular or double buffer');
  expect(rule((c) => c.stream(0, copy, 0, RAM, RAM + 64, 7))[0]).toContain('S0NDTR is 0');
  expect(rule((c) => c.stream(0, copy | msize(2), 6, RAM, RAM + 64, 7))[0]).toContain('does not fill the last');
  expect(rule((c) => c.stream(0, copy | psize(1), 6, RAM + 1, RAM + 64, 7))[0]).toContain('S0PAR is 0x20000001');
  expect(rule((c) => c.stream(0, copy | psize(2) | pburst(2), 8, RAM, RAM + 64, 7))[0]).toContain('larger than');
  expect(rule((c) => c.stream(0, copy | psize(2) | pburst(1), 8, RAM, RAM + 64, 6))[0]).toContain('permanent');
  const bursts = copy | psize(2) | msize(2) | mburst(1);
  expect(rule((c) => c.stream(0, bursts, 8, RAM, RAM + 0x3f4, 7))[0]).toContain('cross a boundary of 1 KiB');
  expect(rule((c) => c.stream(0, bursts, 8, RAM, RAM + 0x3f0, 7))).toEqual([]);
  expect(rule((c) => c.stream(0, bursts, 8, RAM, RAM + 0x104, 7))).toEqual([]);
  expect(rule((c) => c.stream(0, copy | (3 << 6), 8, RAM, RAM + 64, 7))[0]).toContain('DIR has the reserved value');
});

it('stops at once, and for good, when it is reset; stands while its clock is off', () => {
  const c = new Chip();
  c.stream(0, M2M | PINC | MINC, 200, RAM, RAM + 0x1000, 7);
  c.h.run(100);
  c.h.instance.setEnabled(false);
  c.h.run(10_000);
  c.h.instance.setEnabled(true);
  const left = c.items(0);
  expect(left).toBeGreaterThan(150);
  c.h.run(40);
  expect(c.items(0)).toBe(left - 10);
  c.h.instance.setHeld(true);
  c.h.instance.setHeld(false);
  c.h.run(10_000);
  expect([c.enabled(0), c.items(0), c.flags(0), c.h.read(S(0, FCR))]).toEqual([0, 0, 0, 0x21]);
});

it('keeps its order whatever is written to it', () => {
  const action = fc.oneof(
    fc.record({ write: fc.nat(51).map((n) => n * 4), value: fc.integer() }),
    fc.record({ start: fc.nat(7), value: fc.integer(), items: fc.nat(40), fcr: fc.nat(7) }),
    fc.record({ line: fc.constantFrom('0.0', '2.3', '3.4', '5.4', '6.5', '7.1'), level: fc.nat(3) }),
    fc.record({ run: fc.nat(200) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const c = new Chip();
      for (const step of actions) {
        if ('write' in step) c.h.write(step.write, step.value);
        else if ('start' in step) c.stream(step.start, step.value & ~EN, step.items, PORT, RAM + 0x100, step.fcr);
        else if ('line' in step) c.request(step.line, step.level);
        else c.h.run(step.run);
      }
      for (let n = 0; n < 8; n++) c.h.write(S(n, CR), 0);
      c.h.run(2_000);
      for (let n = 0; n < 8; n++) expect(c.enabled(n)).toBe(0);
      // It still works.
      for (const offset of [LIFCR, HIFCR]) c.h.write(offset, -1);
      c.stream(4, M2M | PINC | MINC, 40, RAM + 0x200, RAM + 0x300, 7);
      c.h.run(2_000);
      expect(c.flags(4)).toBe(HTIF | TCIF);
    }),
    { numRuns: 100, seed: 11 },
  );
});

it('keeps all its state where snapshots find it', () => {
  const ram = new Uint8Array(256);
  const scenario = (h: DeviceHarness<object>) => {
    h.write(S(0, NDTR), 20);
    h.write(S(0, PAR), RAM);
    h.write(S(0, M0AR), RAM + 64);
    h.write(S(0, FCR), 7);
    h.write(S(0, CR), M2M | PINC | MINC | psize(0) | msize(1) | pburst(1) | mburst(1) | EN);
    h.run(37);
    const middle = h.save();
    h.run(1_000);
    const first = [h.read(LISR), h.read(S(0, NDTR)), ...ram];
    h.restore(middle);
    h.run(1_000);
    return [first, h.read(LISR), ...ram];
  };
  expect(checkDeviceState(dma('dma2'), scenario, { bus: ramBus(RAM, ram), clocks: { apb1: 16e6, apb2: 16e6 } })).toBe(
    undefined,
  );
});
