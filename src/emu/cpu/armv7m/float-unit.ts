import { type DeviceType, defineDevice } from '../../device.js';
import { r, reg, registers, rw } from '../../registers.js';
import type { CoreModel } from './core-model.js';

/** Registers of the floating-point extension in the System Control Space (B3.2.21–B3.2.23, B4.7). */
export const FPU = registers({
  FPCCR: reg(
    0x00,
    {
      LSPACT: rw(0),
      USER: rw(1),
      THREAD: rw(3),
      HFRDY: rw(4),
      MMRDY: rw(5),
      BFRDY: rw(6),
      MONRDY: rw(8),
      LSPEN: rw(30),
      ASPEN: rw(31),
    },
    0xc000_0000,
    'ARMv7-M B3.2.21',
  ),
  FPCAR: reg(0x04, { ADDRESS: rw(3, 29) }, 0, 'ARMv7-M B3.2.22'),
  FPDSCR: reg(0x08, { RMode: rw(22, 2), FZ: rw(24), DN: rw(25), AHP: rw(26) }, 0, 'ARMv7-M B3.2.23'),
  MVFR0: reg(
    0x0c,
    {
      A_SIMD: r(0, 4),
      SINGLE: r(4, 4),
      DOUBLE: r(8, 4),
      TRAPPING: r(12, 4),
      DIVIDE: r(16, 4),
      SQRT: r(20, 4),
      SHORT: r(24, 4),
      ROUND: r(28, 4),
    },
    0x1011_0021,
    'ARMv7-M B4.7.2',
  ),
  MVFR1: reg(0x10, { FTZ: r(0, 4), DNAN: r(4, 4), HPFP: r(24, 4), FUSED: r(28, 4) }, 0x1100_0011, 'ARMv7-M B4.7.3'),
});

/** FPCCR, FPCAR, FPDSCR and the feature registers at 0xE000EF34, over the core's own state. */
export function floatUnit({ float }: CoreModel): DeviceType {
  return defineDevice({
    name: 'fpu',
    size: 0x14,
    registers: FPU,
    setup(d) {
      const { FPCCR, FPCAR, FPDSCR } = d.regs;
      d.computed(FPCCR, () => float.fpccr >>> 0);
      d.computed(FPCAR, () => float.fpcar >>> 0);
      d.computed(FPDSCR, () => float.fpdscr);
      d.onWrite(FPCCR, (value) => {
        float.fpccr = value;
      });
      d.onWrite(FPCAR, (value) => {
        float.fpcar = value;
      });
      d.onWrite(FPDSCR, (value) => {
        float.fpdscr = value;
      });
    },
  });
}
