import { type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers, rw } from '../../../registers.js';

/**
 * The system registers of Microchip's PolarFire SoC that firmware for one hart needs (PolarFire SoC register map, SYSREG): clock and
 * reset of the peripherals, which are kept and have no effect, since every peripheral of the board runs. The other registers of the
 * block read 0, and a write to one is reported.
 */
const SYSREG = registers({
  CLOCK_CONFIG_CR: reg(0x08, { DIVIDER: rw(0, 6) }, 0x24, 'PFSoC SYSREG'),
  RTC_CLOCK_CR: reg(0x0c, { PERIOD: rw(0, 12), ENABLE: rw(16) }, 0x1_0064, 'PFSoC SYSREG'),
  MSS_RESET_CR: reg(0x18, { RESET: rw(0, 16) }, 0, 'PFSoC SYSREG'),
  SUBBLK_CLOCK_CR: reg(0x84, { ENABLE: rw(0, 30) }, 0x0000_0001, 'PFSoC SYSREG'),
  SOFT_RESET_CR: reg(0x88, { RESET: rw(0, 30) }, 0x3fff_fffe, 'PFSoC SYSREG'),
  ENVM_CR: reg(
    0xb8,
    {
      CLOCK_PERIOD: rw(0, 6),
      CLOCK_CONTINUOUS: rw(8),
      CLOCK_SUPPRESS: rw(9),
      CLOCK_OKAY: r(16),
      READAHEAD: rw(17),
      SLOWREAD: rw(18),
      INTERRUPT_ENABLE: rw(19),
      TIMER: rw(24, 8),
    },
    0x4005_0006,
    'PFSoC SYSREG',
  ),
  MSSIO_CR: reg(0xc4, { BANKS: rw(0, 16) }, 0x3880, 'PFSoC SYSREG'),
});

/** The word by which software resets the whole chip. */
const RESET_WORD = 0xdead;

export const pfsocSysreg: DeviceType<Handle<typeof SYSREG>> = defineDevice({
  name: 'pfsoc-sysreg',
  size: 0x2000,
  registers: SYSREG,
  setup(d) {
    d.onWrite(d.regs.MSS_RESET_CR, (value) => value === RESET_WORD && d.requestReset('software'));
  },
});
