import { describe, expect, it } from 'vitest';
import { advancedTimer, generalTimer, twoChannelTimer } from './timer-device.js';
import { CC1IF, CEN, COMIF, DIR, OPM, TIF, TimerRig, UDIS, UIF, URS } from './timer-rig.js';

const tim3 = () => new TimerRig(generalTimer('TIM3'), 'TIM3');
const [RESET, GATED, TRIGGER, CLOCK] = [4, 5, 6, 7] as const;
const MSM = 0x80;
const [ITR0, ITR2, TI1_ED, TI1, TI2, ETR] = [0, 2 << 4, 4 << 4, 5 << 4, 6 << 4, 7 << 4] as const;
const pulse = (rig: TimerRig, wire: string) => {
  rig.h.signal(wire).set(1);
  rig.h.signal(wire).set(0);
};

describe('slave modes (RM0090 18.3.14)', () => {
  it('reset: starts anew at a rising edge, three clocks later', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ CCMR1: 1, SMCR: RESET | TI1, CR1: CEN })
      .run(101)
      .pin('CH1', 1)
      .run(2);
    expect(rig.get('CNT')).toBe(102);
    rig.run(1);
    expect([rig.get('CNT'), rig.get('SR') & (UIF | TIF)]).toEqual([0, UIF | TIF]);
    expect(rig.run(5).get('CNT')).toBe(5);
    rig
      .set({ SR: 0, CR1: CEN | URS })
      .pin('CH1', 0)
      .run(5)
      .pin('CH1', 1)
      .run(3);
    expect([rig.get('CNT'), rig.get('SR')]).toEqual([0, TIF]);
  });

  it('reset with UDIS: without update event', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ SMCR: RESET | TI1, PSC: 7, CR1: CEN | UDIS })
      .run(50)
      .pin('CH1', 1)
      .run(3);
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0, 0]);
    expect(rig.run(10).get('CNT')).toBe(10);
  });

  it('PWM input: period and pulse width are captured with each period (18.3.6)', () => {
    const rig = tim3().pin('CH1', 0);
    rig.set({ CCMR1: 1 | (2 << 8), CCER: 1 | (3 << 4), SMCR: RESET | TI1, CR1: CEN }).run(20);
    for (let i = 0; i < 3; i++) rig.pin('CH1', 1).run(30).pin('CH1', 0).run(70);
    // Figure "PWM input mode timing": the count before it is reset, a period less one.
    expect([rig.get('CCR1'), rig.get('CCR2')]).toEqual([99, 29]);
  });

  it('gated: counts while the trigger is high', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ SMCR: GATED | TI1, CR1: CEN })
      .run(50);
    expect(rig.get('CNT')).toBe(0);
    rig.pin('CH1', 1).run(40).pin('CH1', 0).run(40);
    expect([rig.get('CNT'), rig.get('SR') & TIF]).toEqual([40, TIF]);
    expect(rig.run(40).get('CNT')).toBe(40);
  });

  it('gated, with CC1P: counts while it is low', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ CCER: 2, SMCR: GATED | TI1, CR1: CEN })
      .run(50);
    expect(rig.get('CNT')).toBe(49);
    expect(rig.pin('CH1', 1).run(50).get('CNT')).toBe(53);
  });

  it.each([
    ['at once', 0],
    ['with MSM', MSM],
  ])("gated: a master's update event lets it count one clock, %s", (_, msm) => {
    const rig = tim3().set({ SMCR: GATED | ITR0 | msm, CR1: CEN, ARR: 3, CR2: 2 << 4, CCMR1: 0x60, CCR1: 1, CCER: 1 });
    const updates = () => rig.pulses('trgo', 20).length;
    const seen: unknown[] = [];
    for (let i = 0; i < 9; i++) {
      const itr = rig.h.signal('itr0');
      itr.set(1);
      itr.set(0);
      seen.push([updates(), rig.get('CNT'), rig.level('oc1')]);
    }
    const round = [
      [0, 1, 0],
      [0, 2, 0],
      [0, 3, 0],
      [1, 0, 1],
    ];
    expect(seen).toEqual([...round, ...round, round[0]]);
  });

  it('trigger: sets CEN', () => {
    const rig = tim3()
      .pin('CH2', 0)
      .set({ SMCR: TRIGGER | TI2 })
      .run(20)
      .pin('CH2', 1)
      .run(3);
    expect([rig.get('CR1') & CEN, rig.get('SR') & TIF]).toEqual([CEN, TIF]);
    expect(rig.run(11).get('CNT')).toBe(10);
  });

  it('external clock mode 1: counts rising edges, divided by PSC', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ SMCR: CLOCK | TI1, CR1: CEN });
    for (let i = 0; i < 7; i++) rig.pin('CH1', 1).run(6).pin('CH1', 0).run(6);
    expect(rig.get('CNT')).toBe(7);
    rig.set({ PSC: 2, EGR: 1 });
    for (let i = 0; i < 7; i++) rig.pin('CH1', 1).run(6).pin('CH1', 0).run(6);
    expect(rig.get('CNT')).toBe(2);
  });

  it('external clock mode 1 on both edges of TI1 (TI1F_ED)', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ SMCR: CLOCK | TI1_ED, CR1: CEN });
    for (let i = 0; i < 5; i++) rig.pin('CH1', 1).run(6).pin('CH1', 0).run(6);
    expect(rig.get('CNT')).toBe(10);
  });

  it('counts triggers of another timer, two clocks after each', () => {
    const rig = tim3()
      .set({ SMCR: CLOCK | ITR2, CR1: CEN })
      .run(10);
    pulse(rig, 'itr2');
    expect(rig.run(1).get('CNT')).toBe(0);
    expect(rig.run(1).get('CNT')).toBe(1);
    pulse(rig, 'itr1');
    expect(rig.run(10).get('CNT')).toBe(1);
  });

  it('external clock mode 2: ETR, with polarity and prescaler', () => {
    const rig = tim3()
      .pin('ETR', 0)
      .set({ SMCR: 1 << 14, CR1: CEN });
    const edges = () => {
      for (let i = 0; i < 8; i++) rig.pin('ETR', 1).run(5).pin('ETR', 0).run(5);
      return rig.get('CNT');
    };
    expect(edges()).toBe(8);
    rig.set({ SMCR: (1 << 14) | (2 << 12) });
    expect(edges()).toBe(10);
    rig.set({ SMCR: (1 << 14) | (1 << 15) });
    expect(edges()).toBe(18);
  });

  it('filters ETR with ETF', () => {
    const rig = tim3()
      .pin('ETR', 0)
      .set({ SMCR: (1 << 14) | (3 << 8), CR1: CEN });
    rig.pin('ETR', 1).run(7).pin('ETR', 0).run(20);
    expect(rig.get('CNT')).toBe(0);
    rig.pin('ETR', 1).run(20);
    expect(rig.get('CNT')).toBe(1);
  });

  it('sees ETR high when a pin that is high already is routed, and low when it is routed no more', () => {
    const rig = tim3()
      .set({ SMCR: GATED | ETR, CR1: CEN })
      .run(50);
    expect(rig.get('CNT')).toBe(0);
    // three clocks through the synchroniser, and CNT_EN a clock later (17.3.1)
    rig.pin('ETR', 1).run(14);
    expect(rig.get('CNT')).toBe(10);
    rig.h.pinFunction('TIM3_ETR').setInput(undefined);
    const stopped = rig.run(10).get('CNT');
    expect(rig.run(50).get('CNT')).toBe(stopped);
  });

  it('resets by ETRF while it counts by itself', () => {
    const rig = tim3()
      .pin('ETR', 0)
      .set({ SMCR: RESET | ETR, CR1: CEN })
      .run(60)
      .pin('ETR', 1)
      .run(3);
    expect(rig.get('CNT')).toBe(0);
  });

  it('waits as long as a slave with MSM', () => {
    const rig = tim3()
      .pin('CH1', 0)
      .set({ SMCR: TRIGGER | TI1 | 0x80, CR2: 1 << 4 })
      .run(20)
      .pin('CH1', 1)
      .run(3);
    expect([rig.level('trgo'), rig.get('CR1') & CEN]).toEqual([1, 0]);
    rig.run(2);
    expect([rig.level('trgo'), rig.get('CR1') & CEN]).toEqual([1, CEN]);
  });

  it('raises an interrupt with TIF', () => {
    const rig = tim3().set({ SMCR: TRIGGER | ITR0, DIER: 0x40 });
    pulse(rig, 'itr0');
    expect(rig.pulses('irq', 5)).toEqual([2]);
  });

  it('has no encoder modes in TIM9', () => {
    const rig = new TimerRig(twoChannelTimer('TIM9'), 'TIM9').set({ SMCR: 1 });
    expect(rig.h.problems.map(({ rule }) => rule)).toEqual(['sequence']);
  });
});

describe('one-pulse mode by a trigger (RM0090 18.3.10)', () => {
  /** Delay CCR1 = 4, pulse to ARR = 9, on TI2: PWM mode 2. */
  const onePulse = (fast: number, ccr1 = 4) =>
    tim3()
      .pin('CH2', 0)
      .set({ ARR: 9, CCR1: ccr1, CCMR1: 0x170 | fast, CCER: 1, SMCR: TRIGGER | TI2, CR1: OPM })
      .run(20)
      .pin('CH2', 1);
  it('gives one pulse, delayed', () => {
    const rig = onePulse(0);
    // Trigger at 3, CNT_EN at 4: CNT is 4 at 8 and turns at 14.
    expect(rig.edges('CH1', 60)).toEqual([
      [8, 'high'],
      [14, 'low'],
    ]);
    expect(rig.get('CR1') & CEN).toBe(0);
  });
  it('has a minimal delay of 5 clocks, with OCxFE of 3', () => {
    expect(onePulse(0, 1).edges('CH1', 60)[0]).toEqual([5, 'high']);
    expect(onePulse(4, 1).edges('CH1', 60)).toEqual([
      [3, 'high'],
      [14, 'low'],
    ]);
  });
});

describe('encoder mode (RM0090 18.3.12)', () => {
  const encoder = (mode: number) =>
    tim3().pin('CH1', 0).pin('CH2', 0).set({ CCMR1: 0x101, SMCR: mode, CR1: CEN }).run(5);
  /** A quarter of a turn each: TI1 leads when turning up. */
  const turn = (rig: TimerRig, quarters: number) => {
    const sequence = [
      ['CH1', 1],
      ['CH2', 1],
      ['CH1', 0],
      ['CH2', 0],
    ] as const;
    for (let i = 0; i < Math.abs(quarters); i++) {
      const [role, level] = sequence[quarters > 0 ? i % 4 : 3 - (i % 4)]!;
      rig.pin(role, quarters > 0 ? level : ((level ^ 1) as 0 | 1)).run(10);
    }
    return rig;
  };
  it('counts four edges a period on both inputs, and gives the direction', () => {
    const rig = turn(encoder(3), 8);
    expect([rig.get('CNT'), rig.get('CR1') & DIR]).toEqual([8, 0]);
    turn(rig, -12);
    expect([rig.get('CNT'), rig.get('CR1') & DIR]).toEqual([0x1_0000 - 4, DIR]);
  });
  it('counts between 0 and ARR, with update events', () => {
    const rig = turn(encoder(3).set({ ARR: 3 }), 8);
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0, UIF]);
    expect(turn(rig, -4).get('CNT')).toBe(0);
  });
  it('counts edges of TI2 in mode 1, of TI1 in mode 2 (18.4.3)', () => {
    expect([1, 2, 3, 4].map((quarters) => turn(encoder(1), quarters).get('CNT'))).toEqual([0, 1, 1, 2]);
    expect([1, 2, 3, 4].map((quarters) => turn(encoder(2), quarters).get('CNT'))).toEqual([1, 1, 2, 2]);
  });
  it('turns round with CC1P', () => {
    const rig = turn(encoder(3).set({ CCER: 2 }), 4);
    expect(rig.get('CNT')).toBe(0x1_0000 - 4);
  });
  it('counts nothing while CEN is clear', () => {
    expect(turn(encoder(3).set({ CR1: 0 }), 4).get('CNT')).toBe(0);
  });
});

describe('trigger output (RM0090 18.4.2, MMS)', () => {
  it.each([
    ['reset: UG', 0, [] as number[]],
    ['update', 2, [11, 21, 31]],
    ['compare pulse', 3, [6, 16, 26]],
    ['OC1REF', 4, [6, 16, 26]],
    ['OC2REF', 5, [8, 18, 28]],
  ])('%s', (_, mms, at) => {
    const rig = tim3().set({ ARR: 9, CCR1: 5, CCR2: 7, CCMR1: 0x7070, CR2: mms << 4, CR1: CEN });
    expect(rig.pulses('trgo', 32)).toEqual(at);
  });
  it('enable: follows CEN', () => {
    const rig = tim3().set({ CR2: 1 << 4, CR1: CEN });
    expect(rig.level('trgo')).toBe(1);
    expect(rig.set({ CR1: 0 }).level('trgo')).toBe(0);
  });
  it('pulses at UG', () => {
    const rig = tim3();
    let pulses = 0;
    rig.h.signal('trgo').listen((level) => (pulses += level));
    rig.set({ EGR: 1 });
    expect(pulses).toBe(1);
  });
});

it('takes a COM event from the trigger with CCUS (RM0090 17.4.2)', () => {
  const rig = new TimerRig(advancedTimer('TIM1'), 'TIM1').set({
    BDTR: 0x8000,
    CR2: 5,
    SMCR: ITR0,
    CCMR1: 0x50,
    CCER: 1,
  });
  pulse(rig, 'itr0');
  rig.run(2);
  expect([rig.get('SR') & (COMIF | CC1IF), rig.out('CH1')]).toEqual([COMIF, 'high']);
});
