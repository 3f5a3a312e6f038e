import { type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers, repeat, rw } from '../../../registers.js';

const SECTION = 'PFSoC SYSREG';

/** Registers that are kept and do nothing here: routing, quality of service, pads, memories' power, interrupt enables. */
const KEPT = {
  TEMP0: 0x00,
  TEMP1: 0x04,
  FABRIC_RESET_CR: 0x10,
  BOOT_FAIL_CR: 0x14,
  CONFIG_LOCK_CR: 0x1c,
  FAB_INTEN_U54_1: 0x40,
  FAB_INTEN_U54_2: 0x44,
  FAB_INTEN_U54_3: 0x48,
  FAB_INTEN_U54_4: 0x4c,
  FAB_INTEN_MISC: 0x50,
  GPIO_INTERRUPT_FAB_CR: 0x54,
  APBBUS_CR: 0x80,
  AHBAXI_CR: 0x8c,
  AHBAPB_CR: 0x90,
  DFIAPB_CR: 0x98,
  GPIO_CR: 0x9c,
  MAC0_CR: 0xa4,
  MAC1_CR: 0xa8,
  USB_CR: 0xac,
  MESH_CR: 0xb0,
  MESH_SEED_CR: 0xb4,
  QOS_PERIPHERAL_CR: 0xc0,
  QOS_CPLEXIO_CR: 0xc4,
  QOS_CPLEXDDR_CR: 0xc8,
  RAM_LIGHTSLEEP_CR: 0x168,
  RAM_DEEPSLEEP_CR: 0x16c,
  RAM_SHUTDOWN_CR: 0x170,
  L2_SHUTDOWN_CR: 0x174,
} as const;
/** Multiplexers and pads of the MSS I/O, word by word (IOMUX0_CR; MSSIO_BANK4_CFG_CR to MSSIO_BANK2_IO_CFG_22_23_CR). */
const IOMUX = { first: 0x200, count: 7 } as const;
const PADS = { first: 0x230, count: 21 } as const;

const kept = (offset: number) => reg(offset, { VALUE: rw(0, 32) }, 0, SECTION);
const keptRegisters = Object.fromEntries(Object.entries(KEPT).map(([name, offset]) => [name, kept(offset)])) as Record<
  keyof typeof KEPT,
  ReturnType<typeof kept>
>;

/**
 * The system registers of Microchip's PolarFire SoC that firmware needs (PolarFire SoC register map, SYSREG): clock and reset of the
 * peripherals and configuration, which are kept and have no effect, since every peripheral of the board runs. The other registers of
 * the block read 0, and a write to one is reported.
 */
const SYSREG = registers({
  ...keptRegisters,
  IOMUX_CR: repeat(IOMUX.count, 4, kept(IOMUX.first)),
  MSSIO_CFG_CR: repeat(PADS.count, 4, kept(PADS.first)),
  CLOCK_CONFIG_CR: reg(0x08, { DIVIDER: rw(0, 6) }, 0x24, SECTION),
  RTC_CLOCK_CR: reg(0x0c, { PERIOD: rw(0, 12), ENABLE: rw(16) }, 0x1_0064, SECTION),
  MSS_RESET_CR: reg(0x18, { RESET: rw(0, 16) }, 0, SECTION),
  SUBBLK_CLOCK_CR: reg(0x84, { ENABLE: rw(0, 30) }, 0x0000_0001, SECTION),
  SOFT_RESET_CR: reg(0x88, { RESET: rw(0, 30) }, 0x3fff_fffe, SECTION),
  // the eNVM runs at its rate at once
  ENVM_CR: reg(
    0xb8,
    {
      CLOCK_PERIOD: rw(0, 6),
      CLOCK_OKAY: r(6),
      CLOCK_CONTINUOUS: rw(8),
      CLOCK_SUPPRESS: rw(9),
      READAHEAD: rw(16),
      SLOWREAD: rw(17),
      INTERRUPT_ENABLE: rw(18),
      TIMER: rw(24, 8),
    },
    0x4005_0046,
    SECTION,
  ),
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
