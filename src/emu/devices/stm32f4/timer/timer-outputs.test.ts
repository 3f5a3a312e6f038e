import { describe, expect, it } from 'vitest';
import { deadTime } from './dead-time.js';
import { advancedTimer, generalTimer, oneChannelTimer } from './timer-device.js';
import { BG, BIF, CC1IF, CEN, COMG, COMIF, DIR, TimerRig, UG, UIF } from './timer-rig.js';

const tim3 = () => new TimerRig(generalTimer('TIM3'), 'TIM3');
const tim1 = () => new TimerRig(advancedTimer('TIM1'), 'TIM1');
const [PWM1, PWM2, PRELOAD] = [0x60, 0x70, 8] as const;
const MOE = 0x8000;

describe('output compare (RM0090 18.3.7 to 18.3.9)', () => {
  it('drives nothing while CC1E is clear', () => {
    const rig = tim3().set({ CCMR1: PWM1, CCR1: 5 });
    expect(rig.out('CH1')).toBe('none');
    rig.set({ CCER: 1 });
    expect(rig.out('CH1')).toBe('high');
    rig.set({ CCER: 3 });
    expect(rig.out('CH1')).toBe('low');
    rig.set({ CCER: 0 });
    expect(rig.out('CH1')).toBe('none');
  });

  it('is high below CCR1 in PWM mode 1, to the clock', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 4, CCMR1: PWM1, CCER: 1, CR1: CEN });
    // Counting from clock 1 on: falls at count 4, rises at the overflow.
    expect(rig.edges('CH1', 30)).toEqual([
      [5, 'low'],
      [11, 'high'],
      [15, 'low'],
      [21, 'high'],
      [25, 'low'],
    ]);
  });

  it('is the opposite in PWM mode 2', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 4, CCMR1: PWM2, CCER: 1, CR1: CEN });
    expect(rig.edges('CH1', 12)).toEqual([
      [5, 'high'],
      [11, 'low'],
    ]);
  });

  it('is inactive above CCR1 when counting down, in PWM mode 1', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 4, CCMR1: PWM1, CCER: 1, CR1: DIR, EGR: UG });
    expect(rig.out('CH1')).toBe('low');
    rig.set({ CR1: CEN | DIR });
    expect(rig.edges('CH1', 12)).toEqual([
      [6, 'high'],
      [11, 'low'],
    ]);
  });

  it('is symmetric in center-aligned mode', () => {
    const rig = tim3().set({ ARR: 8, CCR1: 4, CCMR1: PWM1, CCER: 1, CR1: CEN | (1 << 5) });
    expect(rig.edges('CH1', 33)).toEqual([
      [5, 'low'],
      [13, 'high'],
      [21, 'low'],
      [29, 'high'],
    ]);
  });

  it.each([
    ['never falls with CCR1 above ARR', 10, 'high'],
    ['never rises with CCR1 = 0', 0, 'low'],
  ])('%s', (_, ccr1, level) => {
    const rig = tim3().set({ ARR: 9, CCR1: ccr1, CCMR1: PWM1, CCER: 1, CR1: CEN });
    expect([rig.out('CH1'), rig.edges('CH1', 40)]).toEqual([level, []]);
  });

  it('takes a preloaded CCR1 with the update event, another at once', () => {
    const rig = tim3().set({ ARR: 9, CCMR1: PWM1 | PRELOAD, CCR1: 4, EGR: UG, CCER: 1, CR1: CEN });
    rig.run(2).set({ CCR1: 8 });
    expect(rig.edges('CH1', 18)).toEqual([
      [3, 'low'],
      [9, 'high'],
      [17, 'low'],
    ]);
    rig.set({ CCMR1: PWM1, CCR1: 9 });
    expect(rig.out('CH1')).toBe('low');
    rig.set({ CNT: 0, CCR1: 2 });
    expect(rig.edges('CH1', 3)).toEqual([[2, 'low']]);
  });

  it('toggles, activates and deactivates at a match', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 3, CCMR1: 0x30, CCER: 1, CR1: CEN });
    expect(rig.edges('CH1', 25)).toEqual([
      [4, 'high'],
      [14, 'low'],
      [24, 'high'],
    ]);
    rig.set({ CCMR1: 0x20 });
    expect(rig.edges('CH1', 10)).toEqual([[9, 'low']]);
    rig.set({ CCMR1: 0x10 });
    expect(rig.edges('CH1', 10)).toEqual([[9, 'high']]);
  });

  it('forces the level at once', () => {
    const rig = tim3().set({ CCMR1: 0x50, CCER: 1 });
    expect(rig.out('CH1')).toBe('high');
    rig.set({ CCMR1: 0x40 });
    expect(rig.out('CH1')).toBe('low');
  });

  it('clears OCxREF while ETRF is high, until the next update event (OCxCE)', () => {
    const rig = tim3()
      .pin('ETR', 0)
      .set({ ARR: 99, CCR1: 80, CCMR1: PWM1 | 0x80, CCER: 1, CR1: CEN });
    rig.run(10).pin('ETR', 1);
    expect(rig.edges('CH1', 5)).toEqual([[3, 'low']]);
    rig.pin('ETR', 0);
    expect(rig.edges('CH1', 100)).toEqual([[101 - 15, 'high']]);
  });

  it('drives one channel of TIM14', () => {
    const rig = new TimerRig(oneChannelTimer('TIM14'), 'TIM14').set({
      ARR: 9,
      CCR1: 4,
      CCMR1: PWM1,
      CCER: 1,
      CR1: CEN,
    });
    expect(rig.edges('CH1', 11)).toEqual([
      [5, 'low'],
      [11, 'high'],
    ]);
  });

  it('has CC1IF raised on overflow where CCR1 is above ARR (17.4.5)', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 50, CR1: CEN }).run(10);
    expect(rig.get('SR') & CC1IF).toBe(0);
    rig.run(1);
    expect(rig.get('SR') & (CC1IF | UIF)).toBe(CC1IF | UIF);
  });

  it('ignores CC1S while the channel is on, and says so', () => {
    const rig = tim3().set({ CCER: 1, CCMR1: 1 });
    expect(rig.get('CCMR1')).toBe(0);
    expect(rig.h.problems.map(({ what }) => what)).toEqual(['TIM3.CCMR1.CCxS was written while its channel is on']);
  });
});

describe('complementary outputs (RM0090 17.3.11)', () => {
  it('has dead times as DTG says, 17.4.18', () => {
    const examples: [number, number, number][] = [
      [0, 1, 0],
      [127, 1, 127],
      [0x80, 1, 128],
      [0xbf, 1, 254],
      [0xc0, 1, 256],
      [0xdf, 1, 504],
      [0xe0, 1, 512],
      [0xff, 4, 4032],
    ];
    for (const [dtg, dts, ticks] of examples) expect(deadTime(dtg, dts)).toBe(ticks);
  });

  it('delays each rising edge by the dead time', () => {
    const [main, complement] = [tim1(), tim1()].map((one, i) => {
      one.set({ ARR: 99, CCR1: 40, CCMR1: PWM1, CCER: 5, BDTR: MOE | 7, CR1: CEN }).run(20);
      return one.edges(i === 0 ? 'CH1' : 'CH1N', 130);
    });
    expect(main).toEqual([
      [21, 'low'],
      [88, 'high'],
      [121, 'low'],
    ]);
    expect(complement).toEqual([
      [28, 'high'],
      [81, 'low'],
      [128, 'high'],
    ]);
  });

  it('leaves out a pulse shorter than the dead time', () => {
    const rig = tim1()
      .set({ ARR: 99, CCR1: 5, CCMR1: PWM1, CCER: 5, BDTR: MOE | 10, CR1: CEN })
      .run(50);
    expect([rig.out('CH1'), rig.out('CH1N')]).toEqual(['low', 'high']);
    expect(rig.edges('CH1', 200)).toEqual([]);
  });

  // RM0090 table "Output control bits for complementary OCx and OCxN channels with break feature"; OC1REF is 1, OIS1 and OIS1N as given.
  const [OSSI, OSSR] = [1 << 10, 1 << 11] as const;
  it.each([
    ['MOE, OSSR 0, none', MOE, 0x0, 'none', 'none'],
    ['MOE, OSSR 0, OC1N', MOE, 0x4, 'none', 'high'],
    ['MOE, OSSR 0, OC1', MOE, 0x1, 'high', 'none'],
    ['MOE, OSSR 0, both', MOE, 0x5, 'high', 'low'],
    ['MOE, OSSR 1, none', MOE | OSSR, 0x0, 'none', 'none'],
    ['MOE, OSSR 1, OC1N', MOE | OSSR, 0x4, 'low', 'high'],
    ['MOE, OSSR 1, OC1', MOE | OSSR, 0x1, 'high', 'low'],
    ['MOE, OSSR 1, both', MOE | OSSR, 0x5, 'high', 'low'],
    ['OSSI 0, none', 0, 0x0, 'none', 'none'],
    ['OSSI 0, both', 0, 0x5, 'none', 'none'],
    ['OSSI 1, OC1: idle state', OSSI, 0x1, 'low', 'high'],
    ['OSSI 1, both: idle state', OSSI, 0x5, 'low', 'high'],
    ['MOE, inverted', MOE, 0xf, 'low', 'high'],
    ['MOE, OSSR 1, OC1N off, inverted', MOE | OSSR, 0xb, 'low', 'high'],
  ])('%s', (_, bdtr, ccer, main, complement) => {
    const rig = tim1().set({ CCMR1: 0x50, CR2: 1 << 9, CCER: ccer, BDTR: bdtr });
    expect([rig.out('CH1'), rig.out('CH1N')]).toEqual([main, complement]);
  });
});

describe('break (RM0090 17.3.12)', () => {
  const [BKE, BKP, AOE, OSSI] = [1 << 12, 1 << 13, 1 << 14, 1 << 10] as const;
  const running = (bdtr: number) =>
    tim1()
      .pin('BKIN', bdtr & BKP ? 0 : 1)
      .set({ ARR: 99, CCR1: 50, CCMR1: PWM1, CCER: 5, CR2: 1 << 8, BDTR: MOE | BKE | bdtr, DIER: 0x80, CR1: CEN })
      .run(20);

  it('clears MOE at once and sets the idle state after a dead time', () => {
    const rig = running(BKP | OSSI | 8);
    expect(rig.out('CH1')).toBe('high');
    rig.pin('BKIN', 1);
    expect([rig.get('BDTR') & MOE, rig.get('SR') & BIF, rig.level('brk')]).toEqual([0, BIF, 1]);
    expect([rig.out('CH1'), rig.out('CH1N')]).toEqual(['low', 'low']);
    expect(rig.edges('CH1', 20)).toEqual([[8, 'high']]);
  });

  it('acts on a pin that is active already when it is routed', () => {
    const rig = tim1().set({ ARR: 99, CCR1: 50, CCMR1: PWM1, CCER: 5, BDTR: MOE | BKE | BKP, CR1: CEN });
    expect([rig.get('BDTR') & MOE, rig.get('SR') & BIF]).toEqual([MOE, 0]);
    rig.pin('BKIN', 1);
    expect([rig.get('BDTR') & MOE, rig.get('SR') & BIF]).toEqual([0, BIF]);
  });

  it('lets go of the pins with OSSI clear', () => {
    const rig = running(0).pin('BKIN', 0);
    expect([rig.out('CH1'), rig.out('CH1N')]).toEqual(['none', 'none']);
  });

  it('lets neither MOE be set nor BIF be cleared while the input is active', () => {
    const rig = running(0).pin('BKIN', 0).set({ SR: 0 });
    expect(rig.get('SR') & BIF).toBe(BIF);
    rig.set({ BDTR: MOE | BKE });
    expect(rig.get('BDTR') & MOE).toBe(0);
    rig.pin('BKIN', 1).set({ SR: 0, BDTR: MOE | BKE });
    expect([rig.get('SR') & BIF, rig.get('BDTR') & MOE]).toEqual([0, MOE]);
  });

  it('sets MOE again at the next update event with AOE', () => {
    const rig = running(AOE | BKP)
      .pin('BKIN', 1)
      .run(1);
    rig.pin('BKIN', 0);
    expect(rig.get('BDTR') & MOE).toBe(0);
    expect(rig.edges('CH1', 80)).toEqual([[80, 'high']]);
    expect(rig.get('BDTR') & MOE).toBe(MOE);
  });

  it('comes by software, and from the clock security system', () => {
    const rig = running(0).set({ EGR: BG });
    expect([rig.get('SR') & BIF, rig.get('BDTR') & MOE]).toEqual([BIF, 0]);
    const failing = running(0);
    failing.h.signal('clockFailure').set(1);
    expect(failing.get('BDTR') & MOE).toBe(0);
  });

  it('locks what LOCK says, once', () => {
    const rig = tim1()
      .set({ BDTR: (1 << 8) | 0x12, CR2: 0 })
      .set({ BDTR: OSSI | 0x34, CR2: 0x7f00 });
    expect([rig.get('BDTR'), rig.get('CR2')]).toEqual([(1 << 8) | OSSI | 0x12, 0]);
    const second = tim1()
      .set({ BDTR: 2 << 8, CCER: 0xa })
      .set({ CCER: 1, BDTR: 1 << 10 });
    expect([second.get('CCER'), second.get('BDTR')]).toEqual([1, 2 << 8]);
    const third = tim1()
      .set({ CCMR1: PWM1 | PRELOAD, BDTR: 3 << 8 })
      .set({ CCMR1: 0x50 });
    expect(third.get('CCMR1')).toBe(PWM1 | PRELOAD);
    const told = [rig, second, third].map(({ h }) => h.problems.map(({ what }) => what.split(' cannot')[0]));
    expect(told).toEqual([['TIM1.BDTR.DTG, LOCK'], ['TIM1.CCER.CCxP, CCxNP'], ['TIM1.CCMR1.OCxM, OCxPE']]);
  });

  it('says once which bits of BDTR were locked (17.4.18)', () => {
    const told = (rig: ReturnType<typeof tim1>) => rig.h.problems.map(({ rule, what }) => [rule, what]);
    const rig = tim1()
      .set({ BDTR: (1 << 8) | 0x12 })
      // as drivers switch the outputs on
      .set({ BDTR: MOE | (1 << 8) | 0x12 });
    expect(told(rig)).toEqual([]);
    rig.set({ BDTR: MOE | (1 << 8) | BKE | 0x13 }).set({ BDTR: MOE | (1 << 8) | BKE | 0x14 });
    const what = 'TIM1.BDTR.DTG, BKE cannot be changed any more (LOCK is 1): the write is lost';
    expect(told(rig)).toEqual([['sequence', what]]);
    const late = tim1()
      .set({ BDTR: 0x12 })
      .set({ BDTR: (1 << 8) | 0x12 });
    expect(told(late)).toEqual([
      ['sequence', 'TIM1.BDTR.LOCK cannot be changed any more (LOCK is written once): the write is lost'],
    ]);
  });
});

describe('preloaded control bits (RM0090 17.3.14)', () => {
  it('wait for a COM event: CCxE, CCxNE, OCxM', () => {
    const rig = tim1().set({ BDTR: MOE, CR2: 1, CCMR1: 0x50, CCER: 1 });
    expect([rig.out('CH1'), rig.get('CCER'), rig.get('CCMR1')]).toEqual(['none', 1, 0x50]);
    rig.set({ EGR: COMG });
    expect([rig.out('CH1'), rig.get('SR') & COMIF]).toEqual(['high', COMIF]);
    rig.set({ CCMR1: 0x40 });
    expect(rig.out('CH1')).toBe('high');
    rig.set({ EGR: COMG });
    expect(rig.out('CH1')).toBe('low');
  });
});
