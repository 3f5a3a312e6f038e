import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { RegisterSpecs } from '../../../registers.js';
import { APB_NARROW } from '../apb.js';
import { Timer } from './timer.js';
import { KINDS, type TimerKind } from './timer-kinds.js';
import { ADVANCED, BASIC, GENERAL_16, ONE_CHANNEL, TIM2, TIM5, TIM11, TWO_CHANNELS } from './timer-registers.js';
import { STATE, type TimerContext } from './timer-state.js';
import { TimerWrites } from './timer-writes.js';

/**
 * Timers TIM1 to TIM14: RM0090 chapters 17 to 20. `label` is the timer's name, as in its pin functions (`TIM3_CH1`).
 *
 * Wires: outputs `irq` (TIM1, TIM8: `brk`, `up`, `trgCom`, `cc`), `trgo`, `oc1` … `oc4` (OCxREF), `cc1` … `cc4` (a pulse
 * for each capture or compare event of a channel that is on), DMA requests `upDma`, `ch1Dma` …; inputs `itr0` … `itr3`,
 * `clockFailure`, `rtcWakeup` (TIM5).
 */
function timer<R extends RegisterSpecs>(label: string, kind: TimerKind, registers: R): DeviceType<Handle<R>> {
  return defineDevice({
    name: 'stm32-timer',
    size: 0x400,
    registers,
    narrow: APB_NARROW,
    state: STATE,
    setup(d: DeviceContext<R, typeof STATE>) {
      const unit = new Timer(d as unknown as TimerContext, label, kind);
      new TimerWrites(unit).listen();
      d.onReset(() => unit.reset());
    },
  });
}

/** TIM1 and TIM8. */
export const advancedTimer = (label: 'TIM1' | 'TIM8') => timer(label, KINDS.advanced, ADVANCED);
export const tim2 = () => timer('TIM2', KINDS.general32, TIM2);
export const tim5 = () => timer('TIM5', KINDS.general32, TIM5);
/** TIM3 and TIM4. */
export const generalTimer = (label: 'TIM3' | 'TIM4') => timer(label, KINDS.general16, GENERAL_16);
/** TIM9 and TIM12. */
export const twoChannelTimer = (label: 'TIM9' | 'TIM12') => timer(label, KINDS.twoChannels, TWO_CHANNELS);
/** TIM10, TIM13 and TIM14. */
export const oneChannelTimer = (label: 'TIM10' | 'TIM13' | 'TIM14') => timer(label, KINDS.oneChannel, ONE_CHANNEL);
export const tim11 = () => timer('TIM11', KINDS.oneChannel, TIM11);
/** TIM6 and TIM7. */
export const basicTimer = (label: 'TIM6' | 'TIM7') => timer(label, KINDS.basic, BASIC);
