/** Where things are on HiFive Unleashed (FU540-C000 manual v1p0, chapter 5; QEMU 7.2's `sifive_u`), and their interrupts (chapter 8). */

const KIB = 1024;
const MIB = 1024 * KIB;

export const UNLEASHED = {
  modeSelect: { address: 0x1000, size: 0x1000 },
  test: { address: 0x4000 },
  dtim: { address: 0x100_0000, size: 8 * KIB },
  busErrors: { address: 0x170_0000, size: 5 * 0x1000 },
  /** Those of the E51 (hart 0) and of the U54; behind each lies the byte that gives it back to the instruction cache (3.1.1, 4.1.1). */
  itim: { address: 0x180_0000, stride: 0x8000, sizes: [8 * KIB, 28 * KIB, 28 * KIB, 28 * KIB, 28 * KIB] },
  clint: { address: 0x200_0000, size: 0x1_0000 },
  l2cc: { address: 0x201_0000, size: 0x1000, irqs: [1, 2, 3] },
  pdma: { address: 0x300_0000, size: 0x10_0000 },
  l2lim: { address: 0x800_0000, size: 2 * MIB },
  /** The L2 zero device: what is written there stays as long as the cache holds it, which it does here (11.3). */
  l2zero: { address: 0xa00_0000, size: 2 * MIB, window: 32 * MIB },
  plic: { address: 0xc00_0000, size: 0x400_0000, sources: 53 },
  prci: { address: 0x1000_0000, size: 0x1000 },
  uart0: { address: 0x1001_0000, size: 0x1000, irq: 4 },
  uart1: { address: 0x1001_1000, size: 0x1000, irq: 5 },
  pwm0: { address: 0x1002_0000, size: 0x1000, irq: 42 },
  pwm1: { address: 0x1002_1000, size: 0x1000, irq: 46 },
  i2c: { address: 0x1003_0000, size: 0x1000, irq: 50 },
  qspi0: { address: 0x1004_0000, size: 0x1000, irq: 51 },
  qspi1: { address: 0x1004_1000, size: 0x1000, irq: 52 },
  qspi2: { address: 0x1005_0000, size: 0x1000, irq: 6 },
  gpio: { address: 0x1006_0000, size: 0x1000, irq: 7, pins: 16, restart: 10 },
  otp: { address: 0x1007_0000, size: 0x1000 },
  pinControl: { address: 0x1008_0000 },
  gem: { address: 0x1009_0000, size: 0x2000, irq: 53 },
  gemManagement: { address: 0x100a_0000, size: 0x1000 },
  ddrController: { address: 0x100b_0000, size: 0x8000 },
  physicalFilter: { address: 0x100b_8000 },
  ddrManagement: { address: 0x100c_0000 },
  errorDevice: { address: 0x1800_0000, size: 0x800_0000 },
  flash: { address: 0x2000_0000, size: 16 * MIB, window: 256 * MIB },
  ram: { address: 0x8000_0000, size: 128 * MIB },
  /** RTCCLK and HFCLK of the board. */
  timebase: 1_000_000,
  hfclk: 33_333_333,
} as const;
