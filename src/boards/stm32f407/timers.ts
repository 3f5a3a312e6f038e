import {
  advancedTimer,
  basicTimer,
  generalTimer,
  oneChannelTimer,
  tim2,
  tim5,
  tim11,
  twoChannelTimer,
} from '../../emu/devices/stm32f4/timer/timer-device.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** A timer's clock: RM0090 7.2 and figure 21. Its registers are on the bus. */
const onApb1 = (bit: number) => ({ ...on('APB1', bit), clock: 'apb1Timers' });
const onApb2 = (bit: number) => ({ ...on('APB2', bit), clock: 'apb2Timers' });

/** Internal triggers by number, with the timer or output that each comes from. */
const triggers = (...sources: readonly string[]) =>
  Object.fromEntries(sources.map((source, i) => [`itr${i}`, source.includes('.') ? source : `${source}.trgo`]));

/**
 * Timers TIM1 to TIM14: addresses RM0090 table 1, interrupts table 61, internal triggers tables "TIMx internal trigger
 * connection" of 17.4.3, 18.4.3 and 19.4.3.
 */
export const timerRows = {
  tim1: at(0x4001_0000, advancedTimer('TIM1'), {
    irq: { brk: 24, up: 25, trgCom: 26, cc: 27 },
    ...onApb2(0),
    wires: { ...triggers('tim5', 'tim2', 'tim3', 'tim4'), clockFailure: 'rcc.nmi' },
  }),
  tim8: at(0x4001_0400, advancedTimer('TIM8'), {
    irq: { brk: 43, up: 44, trgCom: 45, cc: 46 },
    ...onApb2(1),
    wires: { ...triggers('tim1', 'tim2', 'tim4', 'tim5'), clockFailure: 'rcc.nmi' },
  }),
  tim2: at(0x4000_0000, tim2(), { irq: 28, ...onApb1(0), wires: triggers('tim1', 'tim8', 'tim3', 'tim4') }),
  tim3: at(0x4000_0400, generalTimer('TIM3'), {
    irq: 29,
    ...onApb1(1),
    wires: triggers('tim1', 'tim2', 'tim5', 'tim4'),
  }),
  tim4: at(0x4000_0800, generalTimer('TIM4'), {
    irq: 30,
    ...onApb1(2),
    wires: triggers('tim1', 'tim2', 'tim3', 'tim8'),
  }),
  tim5: at(0x4000_0c00, tim5(), { irq: 50, ...onApb1(3), wires: triggers('tim2', 'tim3', 'tim4', 'tim8') }),
  tim6: at(0x4000_1000, basicTimer('TIM6'), { irq: 54, ...onApb1(4) }),
  tim7: at(0x4000_1400, basicTimer('TIM7'), { irq: 55, ...onApb1(5) }),
  tim9: at(0x4001_4000, twoChannelTimer('TIM9'), {
    irq: 24,
    ...onApb2(16),
    wires: triggers('tim2', 'tim3', 'tim10.oc1', 'tim11.oc1'),
  }),
  tim10: at(0x4001_4400, oneChannelTimer('TIM10'), { irq: 25, ...onApb2(17) }),
  tim11: at(0x4001_4800, tim11(), { irq: 26, ...onApb2(18) }),
  tim12: at(0x4000_1800, twoChannelTimer('TIM12'), {
    irq: 43,
    ...onApb1(6),
    wires: triggers('tim4', 'tim5', 'tim13.oc1', 'tim14.oc1'),
  }),
  tim13: at(0x4000_1c00, oneChannelTimer('TIM13'), { irq: 44, ...onApb1(7) }),
  tim14: at(0x4000_2000, oneChannelTimer('TIM14'), { irq: 45, ...onApb1(8) }),
};
