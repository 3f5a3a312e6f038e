import { bkpsram, iwdg, rtc, wwdg } from '../../machine-file/kinds/stm32f4.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** What the power controller tells others, and the core's deep sleep (RM0090 5.2, 5.3). EXTI line 16 is RM0090 12.2.5. */
export const PWR_WIRES = {
  sleepDeep: 'cpu.sleepDeep',
  resume: 'cpu.resume',
  extiPending: 'exti.pending',
  backupAccess: ['rcc.backupAccess', 'rtc.backupAccess', 'bkpsram.backupAccess'],
  battery: ['rcc.battery', 'rtc.battery', 'bkpsram.battery'],
  backupRegulator: 'bkpsram.backupRegulator',
  off: 'rcc.off',
  scale2: 'rcc.scale2',
  pvd: 'exti.line16',
  millivolts: 'flash.millivolts',
} as const;

/** What option bytes and flash operations mean to others (RM0090 3.7.1, 3.7.3). */
export const FLASH_WIRES = {
  access: 'pwr.flashAccess',
  borLevel: 'pwr.borLevel',
  resetOnStop: 'pwr.resetOnStop',
  resetOnStandby: 'pwr.resetOnStandby',
  hardwareWatchdog: 'iwdg.hardware',
  levelTwo: 'syscfg.levelTwo',
  protectionErased: ['rtc.protectionErased', 'bkpsram.protectionErased'],
} as const;

/** Real-time clock, watchdogs, backup SRAM: addresses RM0090 table 1, interrupts table 61, EXTI lines 12.2.5. */
export const powerRows = {
  rtc: at(0x4000_2800, rtc(), {
    clock: 'rtc',
    wires: {
      alarm: ['exti.line17', 'pwr.wakeAlarm'],
      tampStamp: ['exti.line21', 'pwr.wakeTamper'],
      wakeTimer: ['exti.line22', 'pwr.wakeTimer'],
      backupReset: 'rcc.backupReset',
    },
  }),
  wwdg: at(0x4000_2c00, wwdg(), { irq: 0, ...on('APB1', 11) }),
  iwdg: at(0x4000_3000, iwdg(), { clock: 'lsi', wires: { lsiForced: 'rcc.lsiForced' } }),
  bkpsram: at(0x4002_4000, bkpsram(), { enable: 'rcc.AHB1ENR.18' }),
};
