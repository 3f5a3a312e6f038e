import { describe, expect, it } from 'vitest';
import { generalTimer, twoChannelTimer } from './timer-device.js';
import { samplingOf } from './timer-inputs.js';
import { CC1G, CC1IF, CC1OF, CC2IF, CEN, TimerRig } from './timer-rig.js';

const CC1P = 2;
const CC1NP = 8;
/** TIM3, counting, channel 1 capturing TI1 with these bits in CCMR1 and CCER; the pin is low. */
const capturing = (ccmr1 = 0, ccer = 0) =>
  new TimerRig(generalTimer('TIM3'), 'TIM3').pin('CH1', 0).set({ CCMR1: 1 | ccmr1, CCER: 1 | ccer, CR1: CEN });
/** Drives the pin high and low again, `width` clocks each. */
const pulse = (rig: TimerRig, width: number) => rig.pin('CH1', 1).run(width).pin('CH1', 0).run(width);

describe('input capture (RM0090 18.3.5)', () => {
  it('takes the count of the clock before, three clocks after the edge', () => {
    const rig = capturing().run(101).pin('CH1', 1);
    rig.run(2);
    expect(rig.get('SR') & CC1IF).toBe(0);
    rig.run(1);
    expect([rig.get('SR') & CC1IF, rig.get('CCR1')]).toEqual([CC1IF, 102]);
  });

  it('takes falling edges with CC1P, both with CC1P and CC1NP', () => {
    const falling = capturing(0, CC1P).run(10).pin('CH1', 1).run(10);
    expect(falling.get('SR') & CC1IF).toBe(0);
    falling.pin('CH1', 0).run(3);
    expect(falling.get('SR') & CC1IF).toBe(CC1IF);
    const both = capturing(0, CC1P | CC1NP)
      .run(10)
      .pin('CH1', 1)
      .run(10);
    expect(both.get('CCR1')).toBe(11);
    both.pin('CH1', 0).run(10);
    expect(both.get('CCR1')).toBe(21);
  });

  it('clears CC1IF when CCR1 is read, and marks a capture nobody read', () => {
    const rig = pulse(capturing().run(1), 10);
    expect(rig.get('SR') & (CC1IF | CC1OF)).toBe(CC1IF);
    rig.get('CCR1');
    expect(rig.get('SR') & (CC1IF | CC1OF)).toBe(0);
    pulse(pulse(rig, 10), 10);
    expect(rig.get('SR') & (CC1IF | CC1OF)).toBe(CC1IF | CC1OF);
    rig.set({ SR: ~CC1OF });
    expect(rig.get('SR') & (CC1IF | CC1OF)).toBe(CC1IF);
  });

  it('takes every second, fourth or eighth edge with IC1PSC', () => {
    for (const prescaler of [0, 1, 2, 3]) {
      const rig = capturing(prescaler << 2);
      const seen: number[] = [];
      for (let edge = 1; edge <= 16; edge++) {
        pulse(rig, 5);
        if ((rig.get('SR') & CC1IF) !== 0) seen.push(edge);
        rig.get('CCR1');
      }
      const every = 1 << prescaler;
      expect(seen).toEqual(Array.from({ length: 16 / every }, (_, i) => (i + 1) * every));
    }
  });

  it('begins to count prescaled edges anew when CC1E is cleared', () => {
    const rig = pulse(capturing(1 << 2), 5)
      .set({ CCER: 0 })
      .set({ CCER: 1 });
    expect(pulse(rig, 5).get('SR') & CC1IF).toBe(0);
    expect(pulse(rig, 5).get('SR') & CC1IF).toBe(CC1IF);
  });

  it('takes TI1 to channel 2 as well, with a polarity of its own: PWM input', () => {
    const rig = capturing(2 << 8, (1 << 4) | (1 << 5)).run(1);
    rig.run(9).pin('CH1', 1).run(30).pin('CH1', 0).run(20);
    expect([rig.get('CCR1'), rig.get('CCR2')]).toEqual([11, 41]);
  });

  it('captures by software', () => {
    const rig = capturing().run(51).set({ EGR: CC1G });
    expect([rig.get('CCR1'), rig.get('SR') & CC1IF]).toEqual([50, 0]);
  });

  it('keeps CCR1 from being written', () => {
    expect(capturing().set({ CCR1: 7 }).get('CCR1')).toBe(0);
  });

  it('captures the exclusive or of three pins with TI1S', () => {
    const rig = capturing(0, CC1P | CC1NP)
      .pin('CH2', 0)
      .pin('CH3', 0)
      .set({ CR2: 0x80 })
      .run(11);
    const at: number[] = [];
    for (const [role, level] of [
      ['CH1', 1],
      ['CH2', 1],
      ['CH3', 1],
      ['CH1', 0],
    ] as const) {
      rig.pin(role, level).run(10);
      at.push(rig.get('CCR1'));
    }
    expect(at).toEqual([12, 22, 32, 42]);
    expect(rig.get('SR') & CC1OF).toBe(0);
  });

  it('pulses cc1', () => {
    const rig = capturing().run(10).pin('CH1', 1);
    expect(rig.pulses('cc1', 5)).toEqual([3]);
  });

  it('works in TIM9', () => {
    const rig = new TimerRig(twoChannelTimer('TIM9'), 'TIM9').pin('CH2', 0).set({ CCMR1: 0x100, CCER: 0x10, CR1: CEN });
    rig.run(21).pin('CH2', 1).run(3);
    expect([rig.get('SR') & CC2IF, rig.get('CCR2')]).toEqual([CC2IF, 22]);
  });
});

describe('the input filter (RM0090 18.4.7)', () => {
  it.each([
    [1, 1, 2],
    [2, 1, 4],
    [3, 1, 8],
    [4, 2, 6],
    [7, 4, 8],
    [10, 16, 5],
    [12, 16, 8],
    [15, 32, 8],
  ])('setting %i samples every %i clocks, %i times', (filter, period, samples) => {
    expect(samplingOf(filter, 1)).toEqual({ period, samples });
  });
  it('samples in clocks of fDTS from setting 4 on, and without filter', () => {
    expect(samplingOf(4, 4)).toEqual({ period: 8, samples: 6 });
    expect(samplingOf(0, 2)).toEqual({ period: 2, samples: 1 });
    expect(samplingOf(3, 4)).toEqual({ period: 1, samples: 8 });
  });

  it('ignores a pulse that is not sampled often enough', () => {
    const rig = capturing(3 << 4)
      .run(100)
      .pin('CH1', 1)
      .run(7)
      .pin('CH1', 0)
      .run(50);
    expect(rig.get('SR') & CC1IF).toBe(0);
    rig.pin('CH1', 1).run(8).pin('CH1', 0).run(2);
    expect(rig.get('SR') & CC1IF).toBe(CC1IF);
  });

  it('lets a level through after that many samples', () => {
    const rig = capturing(3 << 4)
      .run(101)
      .pin('CH1', 1)
      .run(9);
    expect(rig.get('SR') & CC1IF).toBe(0);
    expect(rig.run(1).get('CCR1')).toBe(109);
  });

  it('does not see what happens between its samples', () => {
    // fDTS/32, 8 samples: at clocks 32, 64 … of the timer's clock.
    const rig = capturing(15 << 4)
      .run(100)
      .pin('CH1', 1)
      .run(30)
      .pin('CH1', 0)
      .run(10)
      .pin('CH1', 1);
    // High from 100 on, low from 130 to 140: the samples at 128, 160 … 352 are all high.
    rig.run(352 - 140 + 1);
    expect(rig.get('SR') & CC1IF).toBe(0);
    expect(rig.run(1).get('SR') & CC1IF).toBe(CC1IF);
  });
});
