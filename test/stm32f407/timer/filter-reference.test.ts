import { describe, expect, it } from 'vitest';
import { DeviceHarness } from '../../../src/emu/device-harness.js';
import { generalTimer } from '../../../src/emu/devices/stm32f4/timer/timer-device.js';

/** The input filter against one that samples clock by clock, RM0090 18.4.7: random pulses, filters and sampling clocks. */

const [CR1, SR, CCMR1, CCER, CNT, CCR1] = [0x00, 0x10, 0x18, 0x20, 0x24, 0x34] as const;
/** ICxF: period of the samples in clocks of CK_INT or (second) of fDTS, and how many. */
const CK_INT: Readonly<Record<number, number>> = { 1: 2, 2: 4, 3: 8 };
const DTS: Readonly<Record<number, [divisor: number, samples: number]>> = {
  0: [1, 1],
  4: [2, 6],
  5: [2, 8],
  6: [4, 6],
  7: [4, 8],
  8: [8, 6],
  9: [8, 8],
  10: [16, 5],
};

class Sampler {
  readonly #period: number;
  readonly #samples: number;
  level = 0;
  #different = 0;
  /** Clocks at which an accepted change takes effect: two more for the synchroniser and edge detector. */
  readonly changes: { readonly at: number; readonly level: number }[] = [];

  constructor(filter: number, ckd: number) {
    const inDts = DTS[filter];
    [this.#period, this.#samples] = inDts ? [inDts[0] << ckd, inDts[1]] : [1, CK_INT[filter]!];
  }
  clock(tick: number, pin: number): void {
    if (tick % this.#period !== 0) return;
    this.#different = pin === this.level ? 0 : this.#different + 1;
    if (this.#different < this.#samples) return;
    this.#different = 0;
    this.level ^= 1;
    this.changes.push({ at: tick + 2, level: this.level });
  }
}

describe('the input filter against a sampler', () => {
  it.each(Array.from({ length: 40 }, (_, i) => i + 1))('sees the same edges, seed %i', (seed) => {
    let state = (seed * 2_654_435_761) >>> 0;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    const filters = [...Object.keys(CK_INT), ...Object.keys(DTS)].map(Number);
    const [filter, ckd] = [filters[next(filters.length)]!, next(3)];
    const sampler = new Sampler(filter, ckd);
    const h = new DeviceHarness(generalTimer('TIM3'), { name: 'tim3' });
    const pin = h.pinFunction('TIM3_CH1');
    pin.setInput(0);
    h.write(CCMR1, 1 | (filter << 4));
    h.write(CCER, 0b1011);
    h.write(CR1, 1 | (ckd << 8));
    const seen: { at: number; level: number }[] = [];
    let [tick, level] = [0, 0];
    for (let pulse = 0; pulse < 300; pulse++) {
      for (let left = 1 + next(next(4) === 0 ? 200 : 12); left > 0; left--) {
        h.run(1);
        tick++;
        sampler.clock(tick, level);
        if ((h.read(SR) & 2) === 0) continue;
        // Counting began at clock 1, and a capture takes the count of the clock before.
        expect(h.read(CCR1)).toBe(h.read(CNT) - 1);
        seen.push({ at: tick, level: (seen.length + 1) % 2 });
      }
      level ^= 1;
      pin.setInput(level as 0 | 1);
    }
    expect(seen).toEqual(sampler.changes.filter(({ at }) => at <= tick));
  });
});
