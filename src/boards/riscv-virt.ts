import { bananaRom, mmioCalculator, notModelledBlock } from '../machine-file/kinds/common.js';
import { rv32 } from '../machine-file/kinds/cpus.js';
import { ns16550, testFinisher } from '../machine-file/kinds/riscv.js';
import { defineBoard, defineChip } from './define.js';
import { at, KiB, MHz, MiB, ram, rom } from './rows.js';

const RAM = 0x8000_0000;
const RESET_ROM = 0x1000;

/**
 * What QEMU's reset ROM does: a0 = mhartid, a1 = address of the device tree, jump to RAM. There is no device tree yet, so a1
 * is 0.
 */
const RESET_CODE = Uint32Array.of(
  0x0000_0297, // auipc t0, 0
  0xf140_2573, // csrr a0, mhartid
  0x0182_a583, // lw a1, 24(t0)
  0x0142_a283, // lw t0, 20(t0)
  0x0002_8067, // jr t0
  RAM,
  0,
);

const MTIME_HERTZ = MHz(10);
/** Input clock of the UART, as QEMU's device tree gives it: 115200 baud is divisor 2. */
const UART_HERTZ = 3_686_400;
const UART_IRQ = 10;
/** Firmware for `virt` need not set the line up, so it starts with 8N1. */
const EIGHT_BITS = 3;

const virt = defineChip({
  name: 'riscv-virt',
  cpu: rv32({ resetVector: RESET_ROM, timebase: MTIME_HERTZ, clint: 0x200_0000, plic: 0xc00_0000 }),
  hertz: MHz(100),
  clocks: { 'uart0-input': UART_HERTZ },
  memories: {
    mrom: rom(RESET_ROM, KiB(60), { contents: new Uint8Array(RESET_CODE.buffer) }),
    dram: ram(RAM, MiB(128)),
  },
  devices: {
    finisher: at(0x10_0000, testFinisher, { wires: { halt: 'cpu.halt' } }),
    rtc: at(0x10_1000, notModelledBlock('RTC (Goldfish)', { size: 0x1000 })),
    banana: at(0x400_0000, bananaRom),
    calc: at(0x400_1000, mmioCalculator()),
    uart0: at(0x1000_0000, ns16550({ lineControl: EIGHT_BITS }), { irq: UART_IRQ, clock: 'uart0-input' }),
    virtio: at(0x1000_1000, notModelledBlock('virtio-mmio', { size: 0x8000 })),
    fwCfg: at(0x1010_0000, notModelledBlock('fw_cfg', { size: 0x18 })),
  },
  // too large to keep what is written there: an access is an access fault that says so
  absent: {
    'PCIe I/O ports': { address: 0x300_0000, size: 0x1_0000 },
    'parallel flash': { address: 0x2000_0000, size: MiB(64) },
    'PCIe configuration space': { address: 0x3000_0000, size: MiB(256) },
    'PCIe memory space': { address: 0x4000_0000, size: MiB(1024) },
  },
});

/** QEMU's `virt` machine as far as RV32 firmware without S mode needs it: same addresses, same interrupt numbers. */
export const riscvVirt = defineBoard({ name: 'riscv-virt', chip: virt, checked: true });
