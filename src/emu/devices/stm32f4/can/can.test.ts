import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { can1, can2 } from './can.js';
import { frameBits, wordsOf } from './can-frame.js';

/** RM0090 chapter 32. APB1 at the CPU's 16 MHz; 1 Mbit/s: a bit is 16 cycles. */
const [MCR, MSR, TSR, RF0R, IER, ESR, BTR] = [0x00, 0x04, 0x08, 0x0c, 0x14, 0x18, 0x1c];
const TI = (n: number) => 0x180 + 0x10 * n;
const [RI0R, RDT0R, RDL0R, RDH0R] = [0x1b0, 0x1b4, 0x1b8, 0x1bc];
const [FMR, FA1R, FS1R, F0R1, F0R2] = [0x200, 0x21c, 0x20c, 0x240, 0x244];
const [INRQ, SLEEP, TXFP, RFLM, NART, AWUM, ABOM, TTCM] = [1, 2, 4, 8, 16, 32, 64, 128];
const [INAK, SLAK] = [1, 2];
const [LBKM, SILM] = [2 ** 30, 2 ** 31];
const TIMING = (0 << 24) | (2 << 20) | (11 << 16); // BRP 0, TS1 12, TS2 3: 16 cycles
const BIT = 16;

type Harness = ReturnType<typeof made>;
function made() {
  const h = new DeviceHarness(can1(), { name: 'can1', clocks: { apb1: 16_000_000 }, clock: 'apb1' });
  h.pinFunction('CAN1_TX').addPin({ level: undefined, driven: () => {} });
  for (const name of ['CAN1_TX', 'CAN1_RX']) h.pinFunction(name).setInput(1);
  return h;
}
/** In normal mode at 1 Mbit/s, with a filter that lets everything into FIFO 0. */
function started(options: { mcr?: number; btr?: number; joined?: boolean } = {}) {
  const h = made();
  h.write(MCR, INRQ);
  h.write(BTR, (TIMING | (options.btr ?? 0)) >>> 0);
  h.write(FMR, h.read(FMR) | 1);
  h.write(FS1R, 1);
  h.write(F0R1, 0);
  h.write(F0R2, 0);
  h.write(FA1R, 1);
  h.write(FMR, h.read(FMR) & ~1);
  if (options.joined ?? true) h.handle.bus.join();
  h.write(MCR, options.mcr ?? 0);
  h.run(11 * BIT);
  return h;
}
function send(h: Harness, n: number, id: number, low = 0, high = 0, dlc = 8) {
  h.write(TI(n) + 4, dlc);
  h.write(TI(n) + 8, low);
  h.write(TI(n) + 12, high);
  h.write(TI(n), ((id << 21) | 1) >>> 0);
}
const bitsOf = (id: number, data: number[]) => frameBits(wordsOf({ id, data })).length;
const tsr = (h: Harness, n = 0) => (h.read(TSR) >>> (8 * n)) & 0x8f;
const counters = (h: Harness) => ({ tec: (h.read(ESR) >>> 16) & 0xff, rec: h.read(ESR) >>> 24 });

describe('operating modes (32.4)', () => {
  it('is asleep after reset', () => {
    const h = made();
    expect([h.read(MCR), h.read(MSR), h.read(TSR)]).toEqual([0x1_0002, 0xc02, 0x1c00_0000]);
  });
  it('goes from sleep to initialization, and after 11 recessive bits to normal mode', () => {
    const h = made();
    h.write(MCR, INRQ | SLEEP);
    expect(h.read(MSR) & 3).toBe(INAK);
    h.write(BTR, TIMING);
    h.write(MCR, 0);
    h.run(11 * BIT - 1);
    expect(h.read(MSR) & 3).toBe(INAK);
    h.run(1);
    expect(h.read(MSR) & 3).toBe(0);
    h.write(MCR, SLEEP);
    expect(h.read(MSR) & 3).toBe(SLAK);
    h.write(MCR, 0);
    h.run(11 * BIT);
    expect(h.read(MSR) & 3).toBe(0);
  });
  it('takes BTR in initialization mode only', () => {
    const h = started();
    h.write(BTR, 0);
    expect(h.read(BTR)).toBe(TIMING);
    expect(h.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });
  it('lets a frame end before it goes to initialization mode', () => {
    const h = started();
    send(h, 0, 0x123);
    h.run(20 * BIT);
    h.write(MCR, INRQ);
    expect(h.read(MSR) & INAK).toBe(0);
    h.run(200 * BIT);
    expect(h.read(MSR) & INAK).toBe(INAK);
    expect(tsr(h)).toBe(3);
  });
  it('is woken by traffic: WKUI, and by itself with AWUM', () => {
    const h = started({ mcr: SLEEP });
    h.handle.bus.send({ id: 1, bitrate: 1_000_000 });
    h.run(BIT);
    expect(h.read(MSR) & 0xf).toBe(SLAK | 8);
    const auto = started({ mcr: SLEEP | AWUM });
    auto.write(IER, 1 << 16);
    auto.handle.bus.send({ id: 1, bitrate: 1_000_000 });
    auto.run(1);
    expect(auto.signal('sce').level).toBe(1);
    auto.run(100 * BIT);
    expect([auto.read(MCR) & SLEEP, auto.read(MSR) & 3]).toEqual([0, 0]);
  });
  it('flags its falling asleep with SLKIE', () => {
    const h = started();
    h.write(IER, 1 << 17);
    h.write(MCR, SLEEP);
    expect([h.read(MSR) & 0x12, h.signal('sce').level]).toEqual([0x12, 1]);
    h.write(MSR, 0x10);
    expect(h.signal('sce').level).toBe(0);
  });
  it('is reset by MCR.RESET', () => {
    const h = started();
    h.write(MCR, 1 << 15);
    expect([h.read(MCR), h.read(MSR) & 3]).toEqual([0x1_0002, SLAK]);
  });
});

describe('transmission (32.7.1)', () => {
  it('takes as long as the bits of the frame, stuffed', () => {
    const h = started();
    h.write(IER, 1);
    send(h, 0, 0x555, 0x0403_0201, 0x0807_0605);
    expect(h.read(TSR) >>> 24).toBe(0x19); // mailbox 1 is the next free one
    const bits = bitsOf(0x555, [1, 2, 3, 4, 5, 6, 7, 8]);
    h.run(bits * BIT - 1);
    expect([tsr(h), h.signal('tx').level]).toEqual([0, 0]);
    h.run(1);
    expect([tsr(h), h.signal('tx').level]).toEqual([3, 1]);
    expect(h.read(TSR) >>> 24).toBe(0x1c);
    h.write(TSR, 1);
    expect([tsr(h), h.signal('tx').level]).toEqual([0, 0]);
    expect(h.handle.bus.frames).toEqual([
      expect.objectContaining({ from: 'can1', id: 0x555, data: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]) }),
    ]);
  });
  it('leaves three bits between frames, and sends the lowest identifier first', () => {
    const h = started();
    send(h, 0, 0x300);
    send(h, 1, 0x200);
    send(h, 2, 0x100);
    expect(h.read(TSR) >>> 24).toBe(0x20); // all pending: mailbox 0 is last
    h.run(500 * BIT);
    const { frames } = h.handle.bus;
    // all three were there by the end of the first bit
    expect(frames.map(({ id }) => id)).toEqual([0x100, 0x200, 0x300]);
    const gap = (frames[1]!.ns - frames[0]!.ns) / 1000;
    expect(gap).toBe(bitsOf(0x200, Array(8).fill(0)) + 3);
  });
  it('sends in the order of requests with TXFP', () => {
    const h = started({ mcr: TXFP });
    for (const [n, id] of [0x300, 0x200, 0x100].entries()) send(h, n, id);
    h.run(500 * BIT);
    expect(h.handle.bus.frames.map(({ id }) => id)).toEqual([0x300, 0x200, 0x100]);
  });
  it('takes a waiting request back by ABRQ', () => {
    const h = started();
    send(h, 0, 0x100);
    h.run(10 * BIT);
    send(h, 1, 0x200);
    h.write(TSR, 1 << 15);
    expect(tsr(h, 1)).toBe(1);
    h.write(TSR, 1 << 7);
    h.run(200 * BIT);
    expect(tsr(h)).toBe(3); // on the bus already: it was sent
    expect(h.handle.bus.frames.map(({ id }) => id)).toEqual([0x100]);
  });
  it('is write protected while it waits', () => {
    const h = started({ joined: false });
    send(h, 0, 0x100, 1);
    h.write(TI(0) + 8, 2);
    expect(h.read(TI(0) + 8)).toBe(1);
    expect(h.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });
  it('loses arbitration to a lower identifier, and tries again', () => {
    const h = started();
    send(h, 0, 0x101);
    h.handle.bus.send({ id: 0x100 });
    h.run(300 * BIT);
    expect(h.handle.bus.frames.map(({ from }) => from)).toEqual(['test', 'can1']);
    expect(tsr(h)).toBe(3);
    const once = started({ mcr: NART });
    send(once, 0, 0x101);
    once.handle.bus.send({ id: 0x100 });
    once.run(300 * BIT);
    expect(tsr(once)).toBe(5); // RQCP, ALST
    expect(once.handle.bus.frames).toHaveLength(1);
  });
  it('lets standard frames win over extended, and data over remote frames', () => {
    const order = (a: object, b: object) => {
      const h = started();
      h.handle.bus.send({ id: 0x7ff, data: [0] });
      h.handle.bus.send({ id: 0x100, ...a });
      h.run(20 * BIT);
      const { id = 0x100, extended = false, rtr = false } = b as { id?: number; extended?: boolean; rtr?: boolean };
      h.write(TI(0), ((extended ? (id << 3) | 4 : id << 21) | (rtr ? 2 : 0) | 1) >>> 0);
      h.run(500 * BIT);
      return h.handle.bus.frames[1]!.from;
    };
    expect(order({}, { rtr: true })).toBe('test');
    expect(order({ rtr: true }, {})).toBe('can1');
    expect(order({ id: 0x100 << 18, extended: true }, {})).toBe('can1');
    expect(order({}, { id: 0x100 << 18, extended: true })).toBe('test');
  });
});

describe('reception (32.7.3)', () => {
  it('takes a frame one bit before its end, with its identifier, length, data', () => {
    const h = started();
    h.write(IER, 2);
    h.handle.bus.send({ id: 0x321, data: [0xaa, 0xbb, 0xcc, 0xdd, 0xee] });
    const bits = bitsOf(0x321, [0xaa, 0xbb, 0xcc, 0xdd, 0xee]);
    h.run((bits - 1) * BIT - 1);
    expect([h.read(RF0R), h.read(MSR) & 0x200]).toEqual([0, 0x200]);
    h.run(1);
    expect([h.read(RF0R), h.signal('rx0').level]).toEqual([1, 1]);
    expect([h.read(RI0R), h.read(RDT0R), h.read(RDL0R), h.read(RDH0R)]).toEqual([
      (0x321 << 21) >>> 0,
      5,
      0xddcc_bbaa,
      0xee,
    ]);
    h.write(RF0R, 0x20);
    expect([h.read(RF0R), h.signal('rx0').level]).toEqual([0, 0]);
  });
  it('keeps three frames; a fourth overwrites the last, or is lost with RFLM', () => {
    const received = (mcr: number) => {
      const h = started({ mcr });
      for (const id of [1, 2, 3, 4]) h.handle.bus.send({ id });
      h.run(500 * BIT);
      expect(h.read(RF0R)).toBe(0x1b); // FOVR, FULL, three pending
      h.write(RF0R, 0x18);
      return [0, 1, 2].map(() => {
        const id = h.read(RI0R) >>> 21;
        h.write(RF0R, 0x20);
        return id;
      });
    };
    expect(received(0)).toEqual([1, 2, 4]);
    expect(received(RFLM)).toEqual([1, 2, 3]);
  });
  it('takes extended and remote frames', () => {
    const h = started();
    h.handle.bus.send({ id: 0x1234_5678, extended: true, rtr: true, dlc: 4 });
    h.run(200 * BIT);
    expect([h.read(RI0R), h.read(RDT0R)]).toEqual([((0x1234_5678 << 3) | 6) >>> 0, 4]);
  });
  it('stamps frames with the time of their SOF in TTCM', () => {
    const h = started({ mcr: TTCM });
    h.run(100 * BIT);
    h.handle.bus.send({ id: 1 });
    h.run(200 * BIT);
    expect(h.read(RDT0R) >>> 16).toBe(100);
    h.run(700 * BIT);
    h.write(TI(0) + 4, 0x108);
    h.write(TI(0), (5 << 21) | 1);
    h.run(200 * BIT);
    expect(h.read(TI(0) + 4) >>> 16).toBe(1000);
    expect([...h.handle.bus.frames[1]!.data]).toEqual([0, 0, 0, 0, 0, 0, 1000 & 0xff, 1000 >> 8]);
  });
});

describe('test modes (32.5)', () => {
  it('loops back without acknowledge, and shows it on the pin', () => {
    const h = started({ btr: LBKM, joined: false });
    send(h, 0, 0x77, 0x42, 0, 1);
    h.run(100 * BIT);
    expect([tsr(h), h.read(RF0R), h.read(RI0R) >>> 21, h.read(RDL0R)]).toEqual([3, 1, 0x77, 0x42]);
    expect(h.handle.bus.frames.map(({ id }) => id)).toEqual([0x77]);
    const hot = started({ btr: LBKM + SILM, joined: false });
    send(hot, 0, 0x77);
    hot.run(200 * BIT);
    expect([tsr(hot), hot.read(RF0R), hot.handle.bus.frames.length]).toEqual([3, 1, 0]);
  });
  it('listens only in silent mode', () => {
    const h = started({ btr: SILM });
    send(h, 0, 0x77);
    h.handle.bus.send({ id: 5 });
    h.run(300 * BIT);
    expect([tsr(h), h.read(RF0R), h.handle.bus.frames.length]).toEqual([0, 1, 1]);
  });
});

describe('errors (32.7.6)', () => {
  it('goes error passive without acknowledge, never bus-off', () => {
    const h = started({ joined: false });
    send(h, 0, 0x100, 0, 0, 0);
    const frame = bitsOf(0x100, []);
    h.run((frame - 8) * BIT);
    expect([counters(h).tec, (h.read(ESR) >>> 4) & 7, tsr(h)]).toEqual([8, 3, 8]);
    h.run(20_000 * BIT);
    expect([counters(h).tec, h.read(ESR) & 7]).toEqual([128, 3]);
    h.handle.bus.join();
    h.run(300 * BIT);
    expect([counters(h).tec, tsr(h)]).toEqual([127, 3]);
  });
  it('sends the frame anew behind the error frame', () => {
    const h = started();
    h.handle.bus.injectError('stuff');
    send(h, 0, 0x100, 0, 0, 0);
    h.run(12 * BIT);
    expect((h.read(ESR) >>> 4) & 7).toBe(1);
    h.run(1000 * BIT);
    // 12 bits, two error flags, delimiter, intermission, the frame
    const total = 12 + 12 + 8 + 3 + bitsOf(0x100, []);
    expect(h.handle.bus.frames[0]!.ns / 1000 - 11).toBe(total);
    expect([counters(h).tec, tsr(h), (h.read(ESR) >>> 4) & 7]).toEqual([7, 3, 0]);
  });
  it('ends with the error in NART mode', () => {
    const h = started({ mcr: NART });
    h.handle.bus.injectError('bit');
    send(h, 0, 0x100);
    h.run(500 * BIT);
    expect([tsr(h), h.handle.bus.frames.length]).toEqual([9, 0]); // RQCP, TERR
  });
  it('notes what kind of error it was, as sender and as receiver', () => {
    const codes = (['bit', 'stuff', 'form', 'crc', 'ack'] as const).map((kind) => {
      const sender = started({ mcr: NART });
      sender.handle.bus.injectError(kind);
      send(sender, 0, 0x100);
      sender.run(200 * BIT);
      const receiver = started();
      receiver.handle.bus.injectError(kind);
      receiver.handle.bus.send({ id: 1 });
      receiver.run(40 * BIT);
      return [(sender.read(ESR) >>> 4) & 7, (receiver.read(ESR) >>> 4) & 7];
    });
    expect(codes).toEqual([
      [4, 1],
      [1, 1],
      [2, 2],
      [2, 6],
      [3, 0],
    ]);
  });
  it('warns at 96, is passive at 128 and off beyond 255, each with its interrupt', () => {
    const h = started();
    h.write(IER, (1 << 15) | (7 << 8));
    for (let i = 0; i < 32; i++) h.handle.bus.injectError('bit');
    send(h, 0, 0x100);
    const seen: number[] = [];
    for (let bits = 0; bits < 3000; bits++) {
      h.run(BIT);
      if (!h.signal('sce').level) continue;
      seen.push(counters(h).tec, h.read(ESR) & 7);
      h.write(MSR, 4);
    }
    expect(seen).toEqual([96, 1, 128, 3, 255, 7]);
    // bus-off: nothing is sent any more
    expect(h.handle.bus.frames).toEqual([]);
    // ABOM = 0: software asks by way of initialization mode
    h.write(MCR, INRQ);
    h.write(MCR, 0);
    h.run((11 + 128 * 11) * BIT - 1);
    expect(h.read(ESR) & 4).toBe(4);
    h.run(1);
    expect(h.read(ESR) & 7).toBe(0);
    h.run(300 * BIT);
    expect(tsr(h)).toBe(3);
  });
  it('comes back by itself with ABOM', () => {
    const h = started({ mcr: ABOM });
    for (let i = 0; i < 32; i++) h.handle.bus.injectError('bit');
    send(h, 0, 0x100);
    while ((h.read(ESR) & 4) === 0) h.run(BIT);
    h.run(1500 * BIT);
    expect([h.read(ESR) & 7, counters(h).tec]).toEqual([0, 0]);
    h.run(200 * BIT);
    expect(h.handle.bus.frames).toHaveLength(1);
  });
  it('does not understand another bit rate, and says so on the bus', () => {
    const h = started();
    h.handle.bus.send({ id: 1, bitrate: 500_000 });
    h.run(100 * BIT);
    expect(counters(h).rec).toBeGreaterThan(0);
    h.run(20_000 * BIT);
    expect([h.read(ESR) & 3, h.read(RF0R), h.handle.bus.frames.length]).toEqual([3, 0, 1]);
  });
  it('tells that its pins are missing', () => {
    const h = made();
    for (const name of ['CAN1_TX', 'CAN1_RX']) h.pinFunction(name).setInput(undefined);
    h.write(MCR, INRQ);
    h.write(BTR, TIMING);
    h.write(MCR, 0);
    h.run(11 * BIT);
    expect(h.problems.map(({ what, rule }) => [what, rule])).toEqual([['no pin carries CAN1_RX', 'pin-function']]);
  });
  it('sees bit errors where TX reaches no pin', () => {
    const h = started({ mcr: NART });
    h.pinFunction('CAN1_TX').setInput(undefined);
    send(h, 0, 0x100);
    h.run(100 * BIT);
    expect([tsr(h), (h.read(ESR) >>> 4) & 7]).toEqual([9, 5]);
  });
});

it('keeps no state outside', () => {
  const escaped = checkDeviceState(
    can1(),
    (h) => {
      for (const name of ['CAN1_TX', 'CAN1_RX']) h.pinFunction(name).setInput(1);
      h.write(MCR, INRQ);
      h.write(BTR, TIMING);
      h.write(FS1R, 1);
      h.write(FA1R, 1);
      h.write(FMR, h.read(FMR) & ~1);
      h.write(MCR, TTCM);
      h.run(200);
      h.handle.bus.injectError('crc');
      h.handle.bus.send({ id: 5, data: [1, 2] });
      h.run(77);
      send(h as Harness, 1, 0x100, 7);
      h.run(5_000);
      return [h.read(RI0R), h.handle.bus.frames.map(({ ns }) => ns), h.handle.bus.waiting];
    },
    { clocks: { apb1: 16_000_000 }, clock: 'apb1' },
  );
  expect(escaped).toBeUndefined();
});

it('tells, once, that CAN2 is used while CAN1, which has the memory, has no clock (32.3)', () => {
  const h = new DeviceHarness(can2(), { name: 'can2', clocks: { apb1: 16_000_000 }, clock: 'apb1' });
  h.signal('masterClock').set(1);
  h.write(MCR, INRQ);
  expect(h.problems).toEqual([]);
  h.signal('masterClock').set(0);
  h.write(MCR, 0);
  h.write(MCR, INRQ);
  expect(h.problems.map(({ rule, section }) => [rule, section])).toEqual([['clock-gated', 'RM0090 32.3']]);
});
