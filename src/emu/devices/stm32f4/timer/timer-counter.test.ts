import { describe, expect, it } from 'vitest';
import { checkDeviceState } from '../../../device-state-check.js';
import { advancedTimer, basicTimer, generalTimer, oneChannelTimer, tim2 } from './timer-device.js';
import { ARPE, CC1IF, CEN, DIR, OPM, TimerRig, UDIS, UG, UIF, URS } from './timer-rig.js';

const tim3 = () => new TimerRig(generalTimer('TIM3'), 'TIM3');
const counts = (rig: TimerRig, clocks: number) => Array.from({ length: clocks }, () => rig.run(1).get('CNT'));

describe('the counter (RM0090 18.3.1, 18.3.2)', () => {
  it('starts counting one clock after CEN is set, and ends one clock after it is cleared', () => {
    const rig = tim3().set({ CR1: CEN });
    expect(counts(rig, 4)).toEqual([0, 1, 2, 3]);
    rig.set({ CR1: 0 });
    expect(counts(rig, 3)).toEqual([4, 4, 4]);
  });

  it('counts up to ARR and from 0 again, with UIF at the overflow', () => {
    const rig = tim3().set({ ARR: 3, CR1: CEN });
    rig.run(1);
    expect(counts(rig, 3)).toEqual([1, 2, 3]);
    expect(rig.get('SR') & UIF).toBe(0);
    expect(counts(rig, 1)).toEqual([0]);
    expect(rig.get('SR') & UIF).toBe(UIF);
  });

  it('counts down from ARR', () => {
    const rig = tim3().set({ ARR: 3, CR1: DIR, EGR: UG, SR: 0 });
    expect(rig.get('CNT')).toBe(3);
    rig.set({ CR1: CEN | DIR }).run(1);
    expect(counts(rig, 5)).toEqual([2, 1, 0, 3, 2]);
    expect(rig.get('SR') & UIF).toBe(UIF);
  });

  it('counts up and down in center-aligned mode, with the direction in DIR', () => {
    const rig = tim3().set({ ARR: 3, CR1: CEN | (1 << 5) });
    rig.run(1);
    expect(counts(rig, 8)).toEqual([1, 2, 3, 2, 1, 0, 1, 2]);
    rig.run(1);
    expect(rig.get('CR1') & DIR).toBe(DIR);
    rig.run(3);
    expect(rig.get('CR1') & DIR).toBe(0);
  });

  it('divides by PSC + 1 from the next update event on', () => {
    const rig = tim3().set({ ARR: 3, CR1: CEN });
    rig.run(2).set({ PSC: 1 });
    expect(counts(rig, 9)).toEqual([2, 3, 0, 0, 1, 1, 2, 2, 3]);
  });

  it('stands while ARR is 0', () => {
    const rig = tim3().set({ ARR: 0, CR1: CEN }).run(100);
    expect([rig.get('CNT'), rig.get('SR')]).toEqual([0, 0]);
  });

  it('takes ARR at once without ARPE, even below the count: it counts on to the end of 16 bits', () => {
    const rig = tim3().set({ CR1: CEN }).run(11).set({ ARR: 5 });
    rig.run(0xffff - 10);
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0xffff, 0]);
    rig.run(1);
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0, 0]);
    rig.run(6);
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0, UIF]);
  });

  it('takes ARR at the next update event with ARPE', () => {
    const rig = tim3()
      .set({ ARR: 3, CR1: CEN | ARPE })
      .run(2)
      .set({ ARR: 1 });
    expect(counts(rig, 6)).toEqual([2, 3, 0, 1, 0, 1]);
  });

  it('generates no update with UDIS; the counter still turns', () => {
    const rig = tim3()
      .set({ ARR: 3, PSC: 9, CR1: CEN | UDIS })
      .run(1);
    expect(counts(rig, 5)).toEqual([1, 2, 3, 0, 1]);
    expect(rig.get('SR') & UIF).toBe(0);
  });

  it('starts anew with UG: counter and prescaler, UIF unless URS is set', () => {
    const rig = tim3().set({ PSC: 3, CR1: CEN }).run(10).set({ EGR: UG });
    expect([rig.get('CNT'), rig.get('SR') & UIF]).toEqual([0, UIF]);
    rig.run(3);
    expect(rig.get('CNT')).toBe(0);
    rig.run(1);
    expect(rig.get('CNT')).toBe(1);
    rig.set({ SR: 0, CR1: CEN | URS, EGR: UG });
    expect(rig.get('SR') & UIF).toBe(0);
  });

  it('stops at the update in one-pulse mode', () => {
    const rig = tim3()
      .set({ ARR: 4, CR1: CEN | OPM })
      .run(6);
    expect([rig.get('CNT'), rig.get('CR1') & CEN, rig.get('SR') & UIF]).toEqual([0, 0, UIF]);
    expect(rig.run(50).get('CNT')).toBe(0);
  });

  it('stops in one-pulse mode at the update that UG makes, too, and at none that UDIS keeps away', () => {
    for (const urs of [0, URS]) {
      const rig = tim3()
        .set({ ARR: 99, CR1: CEN | OPM | urs })
        .run(10)
        .set({ EGR: UG });
      expect([rig.get('CR1') & CEN, rig.get('SR') & UIF]).toEqual([0, urs ? 0 : UIF]);
      expect(rig.run(50).get('CNT')).toBe(0);
    }
    const rig = tim3()
      .set({ ARR: 99, CR1: CEN | OPM | UDIS })
      .run(10)
      .set({ EGR: UG });
    expect([rig.get('CR1') & CEN, rig.run(10).get('CNT')]).toEqual([CEN, 10]);
  });

  it('counts 32 bits in TIM2', () => {
    const rig = new TimerRig(tim2(), 'TIM2').set({ CNT: 0xffff_fff0, CR1: CEN }).run(16);
    expect([rig.get('CNT'), rig.get('SR')]).toEqual([0xffff_ffff, 0]);
    rig.run(1);
    // CCR1 to CCR4 are 0, too: the counter arrives at all of them.
    expect([rig.get('CNT'), rig.get('SR')]).toEqual([0, 0x1f]);
  });

  it('clears flags by writing 0, and keeps those where 1 is written', () => {
    const rig = tim3().set({ ARR: 3, CCR1: 2, CR1: CEN }).run(6);
    rig.set({ SR: ~UIF });
    expect(rig.get('SR') & (UIF | CC1IF)).toBe(CC1IF);
    expect(rig.h.problems).toEqual([]);
  });

  it('interrupts while a flag and its enable bit are set', () => {
    const rig = new TimerRig(basicTimer('TIM6'), 'TIM6').set({ ARR: 9, DIER: 1, CR1: CEN }).run(10);
    expect(rig.level('irq')).toBe(0);
    rig.run(1);
    expect(rig.level('irq')).toBe(1);
    rig.set({ SR: 0 });
    expect(rig.level('irq')).toBe(0);
    expect(rig.pulses('irq', 10)).toEqual([10]);
  });
});

describe('the repetition counter (RM0090 17.3.3)', () => {
  const updates = (rig: TimerRig, clocks: number) => rig.set({ CR2: 2 << 4 }).pulses('trgo', clocks);

  it('lets every REP + 1st overflow update', () => {
    const rig = new TimerRig(advancedTimer('TIM1'), 'TIM1').set({ ARR: 9, RCR: 2, EGR: UG, CR1: CEN });
    expect(updates(rig, 100)).toEqual([31, 61, 91]);
  });
  it('counts overflows and underflows in center-aligned mode', () => {
    const rig = new TimerRig(advancedTimer('TIM1'), 'TIM1').set({ CR1: 3 << 5, ARR: 10, RCR: 1, EGR: UG });
    rig.set({ CR1: CEN | (3 << 5) });
    expect(updates(rig, 61)).toEqual([21, 41, 61]);
  });
});

describe('registers', () => {
  it('are reserved where a kind of timer lacks them', () => {
    const rig = new TimerRig(oneChannelTimer('TIM13'), 'TIM13').set({ CCMR2: 1, CR1: DIR });
    expect([rig.get('CCMR2'), rig.get('CR1')]).toEqual([0, 0]);
    expect(rig.h.problems.map(({ kind }) => kind)).toEqual(['reserved', 'reserved']);
  });
  it('fill both halves of a 32-bit register with a half-word, as the bus does', () => {
    const rig = new TimerRig(tim2(), 'TIM2');
    rig.h.write(0x2c, 0x1234, 2);
    expect(rig.get('ARR')).toBe(0x1234_1234);
  });
});

it('costs no events while nothing shows', () => {
  const rig = tim3().set({ ARR: 1, CCR1: 1, CR1: CEN });
  expect(rig.h.scheduler.next).toBe(Number.POSITIVE_INFINITY);
  rig.run(1e9);
  expect([rig.get('CNT'), rig.get('SR') & 3]).toEqual([1, 3]);
});

it('keeps all its state where snapshots find it', () => {
  const escaped = checkDeviceState(advancedTimer('TIM1'), (h) => {
    const seen: number[] = [];
    const writes: [number, number][] = [
      [0x2c, 99],
      [0x30, 1],
      [0x18, 0x6868],
      [0x1c, 0x0131],
      [0x20, 0x0155],
      [0x34, 30],
      [0x44, 0x8c14],
      [0x0c, 0x5fff],
      [0x14, 1],
      [0x00, 0x61],
    ];
    for (const [offset, value] of writes) h.write(offset, value);
    for (const ticks of [5, 93, 400, 1234]) {
      h.run(ticks);
      h.pinFunction('TIM1_CH3').setInput((seen.length & 1) as 0 | 1);
      seen.push(h.read(0x24), h.read(0x10));
    }
    return seen;
  });
  expect(escaped).toBeUndefined();
});
