import { defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw } from '../../registers.js';

/** RM0090 38.16. DEV_ID 0x413 is STM32F405/407; REV_ID 0x100F is its revision Y (38.6.1). */
const DBGMCU = registers({
  IDCODE: reg(0x00, { DEV_ID: r(0, 12), REV_ID: r(16, 16) }, 0x100f_6413, 'RM0090 38.6.1'),
  CR: reg(
    0x04,
    {
      // HCLK in Sleep mode: nothing but a debugger could tell.
      DBG_SLEEP: rw(0),
      DBG_STOP: notModelled(rw(1), 'a debugger in low-power modes'),
      DBG_STANDBY: notModelled(rw(2), 'a debugger in low-power modes'),
      TRACE_IOEN: notModelled(rw(5), 'trace pins'),
      TRACE_MODE: notModelled(rw(6, 2), 'trace pins'),
    },
    0,
    'RM0090 38.16.3',
    { powerOnOnly: true },
  ),
  APB1_FZ: reg(
    0x08,
    {
      DBG_TIM2_STOP: rw(0),
      DBG_TIM3_STOP: rw(1),
      DBG_TIM4_STOP: rw(2),
      DBG_TIM5_STOP: rw(3),
      DBG_TIM6_STOP: rw(4),
      DBG_TIM7_STOP: rw(5),
      DBG_TIM12_STOP: rw(6),
      DBG_TIM13_STOP: rw(7),
      DBG_TIM14_STOP: rw(8),
      DBG_RTC_STOP: rw(10),
      DBG_WWDG_STOP: rw(11),
      DBG_IWDG_STOP: rw(12),
      DBG_I2C1_SMBUS_TIMEOUT: rw(21),
      DBG_I2C2_SMBUS_TIMEOUT: rw(22),
      DBG_I2C3_SMBUS_TIMEOUT: rw(23),
      DBG_CAN1_STOP: rw(25),
      DBG_CAN2_STOP: rw(26),
    },
    0,
    'RM0090 38.16.4',
    { powerOnOnly: true },
  ),
  APB2_FZ: reg(
    0x0c,
    {
      DBG_TIM1_STOP: rw(0),
      DBG_TIM8_STOP: rw(1),
      DBG_TIM9_STOP: rw(16),
      DBG_TIM10_STOP: rw(17),
      DBG_TIM11_STOP: rw(18),
    },
    0,
    'RM0090 38.16.5',
    { powerOnOnly: true },
  ),
});

/**
 * MCU debug component: the part's identity, and bits that freeze a peripheral while a debugger halts the core. No debugger ever
 * halts it here, so they are kept and do nothing, as on a board without one.
 */
export function dbgmcu() {
  return defineDevice({ name: 'stm32f4-dbgmcu', size: 0x400, registers: DBGMCU });
}
