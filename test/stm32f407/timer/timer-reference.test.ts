import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../src/emu/device-harness.js';
import { advancedTimer } from '../../../src/emu/devices/stm32f4/timer/timer-device.js';
import { ReferenceTimer } from './reference-timer.js';

/** The model against a timer that is stepped clock by clock: random settings, random writes, looked at at random instants. */

const [CR1, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR, RCR, CCR1] = [
  0x00, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34,
] as const;

/** A small generator with a seed (xorshift). */
function random(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

class Pair {
  readonly h = new DeviceHarness(advancedTimer('TIM1'), { name: 'tim1' });
  readonly reference = new ReferenceTimer();
  readonly log: string[] = [];
  readonly #next: (below: number) => number;
  #enabled = 0;

  constructor(seed: number) {
    this.#next = random(seed);
  }
  pick<T>(...values: readonly T[]): T {
    return values[this.#next(values.length)]!;
  }
  small(): number {
    return this.pick(0, 1, 2, 3, 5, 7, 8, 12, 20);
  }

  /** Up, down or center-aligned, with everything set anew. */
  shape(): void {
    const [cms, dir] = this.pick([0, 0], [0, 1], [1, 0], [2, 0], [3, 0]) as [number, number];
    this.log.push(`shape ${cms} ${dir}`);
    this.h.write(CR1, (cms << 5) | (dir << 4));
    this.reference.cen = false;
    this.reference.setShape(cms, dir);
    this.run(3);
    this.control(false);
    for (let x = 0; x < 4; x++) this.mode(x);
  }
  control(cen: boolean): void {
    const [udis, urs, opm, arpe] = [0, 0, 0, 0].map(() => this.#next(4) === 0) as [boolean, boolean, boolean, boolean];
    const { cms, dir } = this.reference;
    this.log.push(`control ${cen} udis ${udis} urs ${urs} opm ${opm} arpe ${arpe}`);
    const bits = [cen, udis, urs, opm, dir !== 0, false, false, arpe];
    this.h.write(
      CR1,
      bits.reduce((word, bit, i) => word | (bit ? 1 << i : 0), cms << 5),
    );
    this.reference.setControl({ cen, udis, urs, opm, arpe });
  }
  mode(x: number): void {
    const [mode, preload] = [this.#next(8), this.#next(2) === 1];
    this.log.push(`mode ${x} ${mode} ${preload}`);
    const register = x < 2 ? CCMR1 : CCMR2;
    const shift = (x & 1) * 8;
    const old = this.h.read(register) & ~(0xff << shift);
    this.h.write(register, old | (((mode << 4) | (preload ? 8 : 0)) << shift));
    this.reference.setMode(x, mode, preload);
  }
  change(): void {
    const value = this.small();
    const x = this.#next(4);
    const what = this.#next(12);
    this.log.push(`change ${what} ${x} ${value}`);
    if (what === 0) this.control(this.#next(5) !== 0);
    else if (what === 1) this.write(PSC, value % 4, () => (this.reference.pscPreload = value % 4));
    else if (what === 2) this.write(ARR, value, () => this.reference.setArr(value));
    else if (what === 3) this.write(RCR, value % 4, () => (this.reference.rcr = value % 4));
    else if (what === 4) this.write(EGR, 1, () => this.reference.generate());
    else if (what === 5) this.write(CNT, value, () => this.reference.setCnt(value));
    else if (what === 6) this.mode(x);
    else if (what === 7) {
      this.#enabled = this.pick(0, 0x1111, 0x1010, 0x0001);
      this.h.write(CCER, this.#enabled);
    } else if (what === 8) this.write(SR, 0, () => (this.reference.sr = 0));
    else this.write(CCR1 + 4 * x, value, () => this.reference.setCcr(x, value));
  }
  write(offset: number, value: number, reference: () => void): void {
    this.h.write(offset, value);
    reference();
  }
  run(clocks: number): void {
    this.h.run(clocks);
    for (let i = 0; i < clocks; i++) this.reference.clock();
  }
  compare(): void {
    const { reference } = this;
    // A channel that is off shows no level outside: switches it on to look.
    this.h.write(CCER, 0x1111);
    const levels = [1, 2, 3, 4].map((x) => this.h.signal(`oc${x}`).level);
    this.h.write(CCER, this.#enabled);
    const expected = reference.level.map(Number);
    const seen = { cnt: this.h.read(CNT), sr: this.h.read(SR), cr1: this.h.read(CR1) & 0x11, levels };
    const wanted = {
      cnt: reference.cnt,
      sr: reference.sr,
      cr1: Number(reference.cen) | (reference.dir << 4),
      levels: expected,
    };
    expect(seen, this.log.slice(-400).join('\n')).toEqual(wanted);
  }
}

describe('the timer against one that is stepped clock by clock', () => {
  const SEEDS = 150;
  it.each(Array.from({ length: 10 }, (_, i) => i))('agrees at every look, block %i', (block) => {
    for (let seed = block * SEEDS + 1; seed <= (block + 1) * SEEDS; seed++) {
      const pair = new Pair(seed);
      pair.log.push(`seed ${seed}`);
      pair.shape();
      for (let i = 0; i < 6; i++) pair.change();
      pair.control(true);
      for (let look = 0; look < 60; look++) {
        const clocks = pair.pick(0, 1, 2, 3, 5, 11, 40, 300);
        pair.log.push(`run ${clocks}`);
        pair.run(clocks);
        pair.compare();
        if (pair.pick(true, true, false)) pair.change();
      }
      expect(pair.h.problems).toEqual([]);
    }
  });
});
