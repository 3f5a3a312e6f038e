/** Where things are on QEMU's `virt`, and their interrupt numbers: for the board and for its device tree. */

const KIB = 1024;
const MIB = 1024 * KIB;

export const VIRT = {
  resetRom: { address: 0x1000, size: 60 * KIB },
  finisher: { address: 0x10_0000, size: 0x1000 },
  rtc: { address: 0x10_1000, size: 0x1000, irq: 11 },
  clint: { address: 0x200_0000, size: 0x1_0000 },
  pciPorts: { address: 0x300_0000, size: 0x1_0000 },
  plic: { address: 0xc00_0000, size: 0x60_0000, sources: 96 },
  uart0: { address: 0x1000_0000, size: 0x100, irq: 10, hertz: 3_686_400 },
  /** Eight slots, `stride` apart; the first one's interrupt is `irq`. */
  virtio: { address: 0x1000_1000, stride: 0x1000, count: 8, irq: 1 },
  /** Of the calculator, which QEMU has not got: none of its devices has this line. */
  calcIrq: 20,
  fwCfg: { address: 0x1010_0000, size: 0x18 },
  flash: { address: 0x2000_0000, size: 32 * MIB, count: 2 },
  pciConfiguration: { address: 0x3000_0000, size: 256 * MIB },
  pciMemory: { address: 0x4000_0000, size: 1024 * MIB },
  ram: { address: 0x8000_0000, size: 128 * MIB },
  timebase: 10_000_000,
} as const;
