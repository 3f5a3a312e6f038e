import { defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw, w } from '../../registers.js';
import { APB_NARROW } from './apb.js';

const LOW_POWER = 'Stop and Standby mode';
const PVD = 'the voltage detector';

/** RM0090 section 5.4 (STM32F405/407). */
const PWR = registers({
  CR: reg(
    0x00,
    {
      LPDS: notModelled(rw(0), LOW_POWER),
      PDDS: notModelled(rw(1), LOW_POWER),
      CWUF: w(2),
      CSBF: w(3),
      PVDE: notModelled(rw(4), PVD),
      PLS: notModelled(rw(5, 3), PVD),
      DBP: rw(8),
      FPDS: notModelled(rw(9), LOW_POWER),
      VOS: rw(14),
      // VOS is two bits wide in the STM32F42x; drivers made for both write both, and here the upper one does nothing.
      UNUSED: r(15),
    },
    0x0000_4000,
    'RM0090 5.4.1',
  ),
  CSR: reg(
    0x04,
    {
      WUF: r(0),
      SBF: r(1),
      PVDO: r(2),
      BRR: r(3),
      EWUP: notModelled(rw(8), 'the wake-up pin'),
      BRE: notModelled(rw(9), 'the backup regulator'),
      VOSRDY: r(14),
    },
    0,
    'RM0090 5.4.2',
  ),
});

/** The manual gives no time for the regulator to settle after power-on or a change of VOS; this is the model's. */
const REGULATOR_SETTLES_NS = 40_000;

/** Power control: RM0090 chapter 5. Output `backupAccess` is CR.DBP. */
export function pwr() {
  return defineDevice({
    name: 'stm32f4-pwr',
    size: 0x400,
    registers: PWR,
    narrow: APB_NARROW,
    setup(d) {
      const { CR, CSR } = d.regs;
      const backupAccess = d.output('backupAccess');
      const settle = (): void => {
        CSR.VOSRDY = 1;
      };
      const settled = d.event('vos', settle, d.clockNamed('ns'));
      d.onWrite(CR, (value, old) => {
        CR.value = value & ~0xc; // CWUF and CSBF only act (5.4.1)
        backupAccess.set(CR.DBP);
        if (((value ^ old) >>> 14) & 1) {
          CSR.VOSRDY = 0;
          settled.after(REGULATOR_SETTLES_NS);
        }
      });
      d.onReset(() => settled.after(REGULATOR_SETTLES_NS));
    },
  });
}
