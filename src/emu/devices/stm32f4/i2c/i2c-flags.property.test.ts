import { expect, test } from 'vitest';
import { ACK, address, BIT, BYTE, clearAddress, flags, memory, PE, type Port, port, REG, STOP } from './i2c-harness.js';
import { SR1 } from './i2c-registers.js';

/**
 * The flags of a master against the manual's transfer sequence diagrams (RM0090 27.3.3, EV7 to EV8_2), written as arithmetic on the
 * times at which firmware accesses DR: random waits of firmware, random lengths, a NACK somewhere.
 */

const { CR1, DR } = REG;

/** A small generator: the same numbers everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DATA = SR1.TXE | SR1.RXNE | SR1.BTF | SR1.AF;
const data = (h: Port) => flags(h) & DATA;

/** Transmitter: byte k goes to the shift register when the one before is over and it was written; a NACK ends it. */
class Sent {
  readonly #writes: number[] = [];
  readonly #nackAt: number;
  constructor(nackAt: number) {
    this.#nackAt = nackAt;
  }
  write(at: number): void {
    this.#writes.push(at);
  }
  /** Begin and end of each byte on the wire. */
  #bytes(): { begin: number; end: number }[] {
    const bytes: { begin: number; end: number }[] = [];
    for (const written of this.#writes) {
      const begin = Math.max(bytes.at(-1)?.end ?? 0, written);
      bytes.push({ begin, end: begin + BYTE });
      if (bytes.length > this.#nackAt) break;
    }
    return bytes;
  }
  flagsAt(t: number): number {
    const bytes = this.#bytes();
    const refused = bytes[this.#nackAt];
    if (refused !== undefined && t >= refused.end) return SR1.AF;
    const taken = bytes.filter(({ begin }) => begin <= t).length;
    const txe = this.#writes.length <= taken;
    const over = bytes.filter(({ end }) => end <= t).length;
    const btf = over > 0 && over === this.#writes.length;
    return (txe ? SR1.TXE : 0) | (btf ? SR1.BTF : 0);
  }
}

/** Receiver: byte k comes when the one before is over and the last but one was read. */
class Received {
  readonly #start: number;
  readonly #reads: number[] = [];
  constructor(start: number) {
    this.#start = start;
  }
  read(at: number): void {
    this.#reads.push(at);
  }
  countAt(t: number): number {
    let count = 0;
    let end = this.#start;
    for (;;) {
      const freed = count < 2 ? this.#start : this.#reads[count - 2];
      if (freed === undefined) return count;
      end = Math.max(end, freed) + BYTE;
      if (end > t) return count;
      count++;
    }
  }
  flagsAt(t: number): number {
    const waiting = this.countAt(t) - this.#reads.length;
    return (waiting > 0 ? SR1.RXNE : 0) | (waiting > 1 ? SR1.BTF : 0);
  }
}

test('a transmitter shows EV8_1, EV8, EV8_2 or a NACK as the diagram has it', () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed);
    const nackAt = next(3) === 0 ? next(4) : Number.POSITIVE_INFINITY;
    const h = port();
    const { slave, written } = memory([], nackAt);
    h.handle.attach(slave);
    address(h, 0xa0);
    clearAddress(h);
    const zero = h.timebase.tick;
    const reference = new Sent(nackAt);
    const bytes: number[] = [];
    for (let step = 0; step < 12; step++) {
      h.run(1 + next(next(2) === 0 ? BIT : 2 * BYTE));
      const now = h.timebase.tick - zero;
      expect([seed, step, data(h)]).toEqual([seed, step, reference.flagsAt(now)]);
      if ((data(h) & SR1.TXE) === 0 || next(4) === 0) continue;
      const byte = next(256);
      h.write(DR, byte);
      bytes.push(byte);
      reference.write(now);
      expect([seed, step, data(h)]).toEqual([seed, step, reference.flagsAt(now)]);
    }
    h.run(3 * BYTE);
    expect(written).toEqual(bytes.slice(0, Math.min(bytes.length, nackAt + 1)));
  }
});

test('a receiver shows EV7 and BTF as the diagram has it, and loses nothing', () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed + 1000);
    const sends = Array.from({ length: 40 }, () => next(256));
    const h = port();
    const { slave, acks } = memory(sends);
    h.handle.attach(slave);
    address(h, 0xa1);
    clearAddress(h);
    const zero = h.timebase.tick;
    const reference = new Received(0);
    const got: number[] = [];
    for (let step = 0; step < 12; step++) {
      h.run(1 + next(next(2) === 0 ? BIT : 2 * BYTE));
      const now = h.timebase.tick - zero;
      expect([seed, step, data(h)]).toEqual([seed, step, reference.flagsAt(now)]);
      if ((data(h) & SR1.RXNE) === 0 || next(4) === 0) continue;
      got.push(h.read(DR));
      reference.read(now);
      expect([seed, step, data(h)]).toEqual([seed, step, reference.flagsAt(now)]);
    }
    expect(got).toEqual(sends.slice(0, got.length));
    expect(acks).toEqual(acks.map(() => true));
    // STOP ends it behind the byte on the wire, or at once while SCL is held
    h.write(CR1, PE | STOP | ACK);
    h.run(BYTE + BIT);
    expect(flags(h) >> 16).toBe(0);
  }
});
