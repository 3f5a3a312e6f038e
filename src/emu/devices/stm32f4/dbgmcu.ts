import { defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw } from '../../registers.js';

const HALTED = 'stopping it while a debugger halts the core';

/** RM0090 38.16. DEV_ID 0x413 is STM32F405/407; REV_ID 0x100F is its revision Y (38.6.1). */
const DBGMCU = registers({
  IDCODE: reg(0x00, { DEV_ID: r(0, 12), REV_ID: r(16, 16) }, 0x100f_6413, 'RM0090 38.6.1'),
  CR: reg(
    0x04,
    {
      DBG_SLEEP: notModelled(rw(0), 'a debugger in low-power modes'),
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
      DBG_TIM2_STOP: notModelled(rw(0), HALTED),
      DBG_TIM3_STOP: notModelled(rw(1), HALTED),
      DBG_TIM4_STOP: notModelled(rw(2), HALTED),
      DBG_TIM5_STOP: notModelled(rw(3), HALTED),
      DBG_TIM6_STOP: notModelled(rw(4), HALTED),
      DBG_TIM7_STOP: notModelled(rw(5), HALTED),
      DBG_TIM12_STOP: notModelled(rw(6), HALTED),
      DBG_TIM13_STOP: notModelled(rw(7), HALTED),
      DBG_TIM14_STOP: notModelled(rw(8), HALTED),
      DBG_RTC_STOP: notModelled(rw(10), HALTED),
      DBG_WWDG_STOP: notModelled(rw(11), HALTED),
      DBG_IWDG_STOP: notModelled(rw(12), HALTED),
      DBG_I2C1_SMBUS_TIMEOUT: notModelled(rw(21), HALTED),
      DBG_I2C2_SMBUS_TIMEOUT: notModelled(rw(22), HALTED),
      DBG_I2C3_SMBUS_TIMEOUT: notModelled(rw(23), HALTED),
      DBG_CAN1_STOP: notModelled(rw(25), HALTED),
      DBG_CAN2_STOP: notModelled(rw(26), HALTED),
    },
    0,
    'RM0090 38.16.4',
    { powerOnOnly: true },
  ),
  APB2_FZ: reg(
    0x0c,
    {
      DBG_TIM1_STOP: notModelled(rw(0), HALTED),
      DBG_TIM8_STOP: notModelled(rw(1), HALTED),
      DBG_TIM9_STOP: notModelled(rw(16), HALTED),
      DBG_TIM10_STOP: notModelled(rw(17), HALTED),
      DBG_TIM11_STOP: notModelled(rw(18), HALTED),
    },
    0,
    'RM0090 38.16.5',
    { powerOnOnly: true },
  ),
});

/** MCU debug component: the part's identity, and freeze bits that matter only to a debugger. */
export function dbgmcu() {
  return defineDevice({ name: 'stm32f4-dbgmcu', size: 0x400, registers: DBGMCU });
}
