import { type DeviceType, defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw } from '../../registers.js';

/** Units of the Cortex-M4 that answer with their reset values and say so when they are switched on. */

const FPU_OFF = 'the floating-point unit';
const FPU = registers({
  FPCCR: reg(
    0x00,
    {
      LSPACT: r(0),
      USER: r(1),
      THREAD: r(3),
      HFRDY: r(4),
      MMRDY: r(5),
      BFRDY: r(6),
      MONRDY: r(8),
      LSPEN: rw(30),
      ASPEN: rw(31),
    },
    0xc000_0000,
    'ARMv7-M B3.2.21',
  ),
  FPCAR: reg(0x04, { ADDRESS: rw(3, 29) }, 0, 'ARMv7-M B3.2.22'),
  FPDSCR: reg(
    0x08,
    {
      RMode: notModelled(rw(22, 2), FPU_OFF),
      FZ: notModelled(rw(24), FPU_OFF),
      DN: notModelled(rw(25), FPU_OFF),
      AHP: notModelled(rw(26), FPU_OFF),
    },
    0,
    'ARMv7-M B3.2.23',
  ),
  MVFR0: reg(0x0c, { MVFR0: r(0, 32) }, 0x1011_0021, 'DDI 0439D 7.3.1'),
  MVFR1: reg(0x10, { MVFR1: r(0, 32) }, 0x1100_0011, 'DDI 0439D 7.3.1'),
});

export const fpu = defineDevice({ name: 'fpu', size: 0x14, registers: FPU }) as DeviceType;
