import { placesOf } from '../../emu/devices/stm32f4/dma/dma-requests.js';
import { KINDS, type TimerKind } from '../../emu/devices/stm32f4/timer/timer-kinds.js';
import {
  advancedTimer,
  basicTimer,
  generalTimer,
  oneChannelTimer,
  tim2,
  tim5,
  tim11,
  twoChannelTimer,
} from '../../machine-file/kinds/stm32f4-timers.js';
import { at } from '../rows.js';
import { dmaRequests, on } from './gates.js';

/** A timer's clock: RM0090 7.2 and figure 21. Its registers are on the bus. */
const onApb1 = (bit: number) => ({ ...on('APB1', bit), clock: 'apb1Timers' });
const onApb2 = (bit: number) => ({ ...on('APB2', bit), clock: 'apb2Timers' });

/** Internal triggers by number, with the timer or output that each comes from. */
const triggers = (...sources: readonly string[]) =>
  Object.fromEntries(sources.map((source, i) => [`itr${i}`, source.includes('.') ? source : `${source}.trgo`]));

/** DMA requests, RM0090 tables 42 and 43: `TIM3_CH1` is the request of the wire `ch1Dma`. */
function requests(label: string, kind: TimerKind) {
  const places: Record<string, readonly string[]> = {};
  for (const name of kind.requests) {
    const found = placesOf((request) => request === `${label}_${name?.toUpperCase()}`);
    if (name === undefined || found.length === 0) continue;
    places[name] = found.map(({ controller, stream, channel }) => `${controller}.${stream}.${channel}`);
  }
  return dmaRequests(places, { acknowledged: true });
}

const { advanced, general16, general32, basic } = KINDS;

/**
 * Timers TIM1 to TIM14: addresses RM0090 table 1, interrupts table 61, internal triggers the tables "TIMx internal trigger
 * connection" of 17.4.3, 18.4.3 and 19.4.2.
 */
export const timerRows = {
  tim1: at(0x4001_0000, advancedTimer('TIM1'), {
    ...onApb2(0),
    irq: { brk: 24, up: 25, trgCom: 26, cc: 27 },
    wires: {
      ...triggers('tim5', 'tim2', 'tim3', 'tim4'),
      ...requests('TIM1', advanced),
      clockFailure: 'rcc.nmi',
    },
  }),
  tim8: at(0x4001_0400, advancedTimer('TIM8'), {
    ...onApb2(1),
    irq: { brk: 43, up: 44, trgCom: 45, cc: 46 },
    wires: {
      ...triggers('tim1', 'tim2', 'tim4', 'tim5'),
      ...requests('TIM8', advanced),
      clockFailure: 'rcc.nmi',
    },
  }),
  tim2: at(0x4000_0000, tim2(), {
    ...onApb1(0),
    irq: 28,
    wires: { ...triggers('tim1', 'tim8', 'tim3', 'tim4'), ...requests('TIM2', general32) },
  }),
  tim3: at(0x4000_0400, generalTimer('TIM3'), {
    ...onApb1(1),
    irq: 29,
    wires: { ...triggers('tim1', 'tim2', 'tim5', 'tim4'), ...requests('TIM3', general16) },
  }),
  tim4: at(0x4000_0800, generalTimer('TIM4'), {
    ...onApb1(2),
    irq: 30,
    wires: { ...triggers('tim1', 'tim2', 'tim3', 'tim8'), ...requests('TIM4', general16) },
  }),
  tim5: at(0x4000_0c00, tim5(), {
    ...onApb1(3),
    irq: 50,
    wires: {
      ...triggers('tim2', 'tim3', 'tim4', 'tim8'),
      ...requests('TIM5', general32),
      rtcWakeup: 'rtc.wakeTimer',
    },
  }),
  tim6: at(0x4000_1000, basicTimer('TIM6'), { ...onApb1(4), irq: 54, wires: requests('TIM6', basic) }),
  tim7: at(0x4000_1400, basicTimer('TIM7'), { ...onApb1(5), irq: 55, wires: requests('TIM7', basic) }),
  tim9: at(0x4001_4000, twoChannelTimer('TIM9'), {
    ...onApb2(16),
    irq: 24,
    wires: triggers('tim2', 'tim3', 'tim10.oc1', 'tim11.oc1'),
  }),
  tim10: at(0x4001_4400, oneChannelTimer('TIM10'), { ...onApb2(17), irq: 25 }),
  tim11: at(0x4001_4800, tim11(), { ...onApb2(18), irq: 26 }),
  tim12: at(0x4000_1800, twoChannelTimer('TIM12'), {
    ...onApb1(6),
    irq: 43,
    wires: triggers('tim4', 'tim5', 'tim13.oc1', 'tim14.oc1'),
  }),
  tim13: at(0x4000_1c00, oneChannelTimer('TIM13'), { ...onApb1(7), irq: 44 }),
  tim14: at(0x4000_2000, oneChannelTimer('TIM14'), { ...onApb1(8), irq: 45 }),
};
