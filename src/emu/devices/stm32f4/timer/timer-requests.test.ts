import { describe, expect, it } from 'vitest';
import { basicTimer, generalTimer } from './timer-device.js';
import { CC1IF, CEN, TimerRig, UG, URS } from './timer-rig.js';

const tim3 = () => new TimerRig(generalTimer('TIM3'), 'TIM3');
const [UDE, CC1DE, CC2DE, CCDS] = [1 << 8, 1 << 9, 1 << 10, 8] as const;
const served = (rig: TimerRig, name: string) => {
  rig.h.signal(`${name}.ack`).set(1);
  rig.h.signal(`${name}.ack`).set(0);
};

describe('DMA requests (RM0090 18.4.4)', () => {
  it('stand from the event until they are served', () => {
    const rig = tim3().set({ ARR: 9, DIER: UDE, CR1: CEN }).run(10);
    expect(rig.level('upDma')).toBe(0);
    rig.run(1);
    expect(rig.level('upDma')).toBe(1);
    served(rig, 'upDma');
    expect(rig.level('upDma')).toBe(0);
    expect(rig.pulses('upDma', 10)).toEqual([10]);
  });

  it('come by channel', () => {
    const rig = tim3()
      .set({ ARR: 9, CCR1: 3, CCR2: 6, DIER: CC1DE | CC2DE, CR1: CEN })
      .run(4);
    expect([rig.level('ch1Dma'), rig.level('ch2Dma')]).toEqual([1, 0]);
    rig.run(3);
    expect(rig.level('ch2Dma')).toBe(1);
  });

  it('of channels come with the update event when CCDS is set', () => {
    const rig = tim3().set({ ARR: 9, CCR1: 3, CR2: CCDS, DIER: CC1DE, CR1: CEN }).run(10);
    expect(rig.level('ch1Dma')).toBe(0);
    expect(rig.run(1).level('ch1Dma')).toBe(1);
  });

  it('do not come from UG with URS, and end when they are disabled', () => {
    const rig = tim3().set({ DIER: UDE, CR1: URS, EGR: UG });
    expect(rig.level('upDma')).toBe(0);
    rig.set({ CR1: 0, EGR: UG });
    expect(rig.level('upDma')).toBe(1);
    expect(rig.set({ DIER: 0 }).level('upDma')).toBe(0);
  });

  it('pace the DAC from TIM6', () => {
    const rig = new TimerRig(basicTimer('TIM6'), 'TIM6').set({ ARR: 9, DIER: UDE, CR2: 2 << 4, CR1: CEN });
    expect(rig.pulses('trgo', 31)).toEqual([11, 21, 31]);
    expect(rig.level('upDma')).toBe(1);
  });
});

describe('bursts (RM0090 18.4.17)', () => {
  it('ask for DBL + 1 transfers, which DMAR spreads over the registers from DBA on', () => {
    const rig = tim3().set({ DIER: UDE, DCR: (2 << 8) | 13, EGR: UG });
    for (const value of [100, 200, 300]) {
      expect(rig.level('upDma')).toBe(1);
      rig.set({ DMAR: value });
      served(rig, 'upDma');
    }
    expect(rig.level('upDma')).toBe(0);
    // DMA writes half-words, which the bus fills up.
    rig.h.write(0x4c, 55, 2);
    expect(rig.get('CCR1')).toBe(55);
    rig.set({ DCR: (2 << 8) | 13, CCR1: 100 });
    expect([rig.get('CCR1'), rig.get('CCR2'), rig.get('CCR3')]).toEqual([100, 200, 300]);
    expect([rig.get('DMAR'), rig.get('DMAR'), rig.get('DMAR'), rig.get('DMAR')]).toEqual([100, 200, 300, 100]);
  });

  it('have all effects of a write to the register', () => {
    const rig = tim3().set({ DCR: 0, DMAR: CEN, SR: 0 }).run(11);
    expect(rig.get('CNT')).toBe(10);
    rig.set({ CCR1: 12 }).run(3);
    expect(rig.get('SR') & CC1IF).toBe(CC1IF);
    rig.set({ DCR: 4, DMAR: ~CC1IF });
    expect(rig.get('SR') & CC1IF).toBe(0);
  });
});
