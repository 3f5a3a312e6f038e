import { cfiFlash as makeCfiFlash } from '../../emu/devices/riscv/cfi-flash.js';
import { fwCfg as makeFwCfg } from '../../emu/devices/riscv/fw-cfg.js';
import { goldfishRtc as makeGoldfishRtc } from '../../emu/devices/riscv/goldfish-rtc.js';
import { htif as makeHtif } from '../../emu/devices/riscv/htif/htif.js';
import { ns16550 as makeNs16550 } from '../../emu/devices/riscv/ns16550.js';
import { testFinisher as theTestFinisher } from '../../emu/devices/riscv/test-finisher.js';
import { type VirtioBlockOptions, virtioBlock } from '../../emu/devices/riscv/virtio/block.js';
import { virtioConsole } from '../../emu/devices/riscv/virtio/console.js';
import { type VirtioEntropyOptions, virtioEntropy } from '../../emu/devices/riscv/virtio/entropy.js';
import {
  virtioSlot as makeVirtioSlot,
  type VirtioMmioOptions,
  virtioMmio,
} from '../../emu/devices/riscv/virtio/mmio.js';
import { deviceKind, oneDevice } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Devices of RISC-V machines. */

export const ns16550 = deviceKind(
  {
    type: 'ns16550',
    summary: 'UART of the 16550 family',
    takes: ['...'],
    shape: (o) => ({
      lineControl: o.integer.optional().describe('LCR after reset; 3 = 8N1'),
      stride: o.integer.optional().describe('bytes from one register to the next; 1 if not given'),
    }),
  },
  makeNs16550,
);

export const htif = deviceKind(
  {
    type: 'htif',
    summary: 'host-target interface of Spike: exit code, console, system calls',
    takes: ['...'],
    shape: (o) => ({
      tohost: o.address.optional().describe("where it is in memory; by the image's symbol if not given"),
      fromhost: o.address.optional(),
    }),
  },
  makeHtif,
);

export const testFinisher = oneDevice(
  { type: 'test-finisher', summary: 'ends the run with an exit code (SiFive test device)' },
  theTestFinisher,
);

const legacy = (o: OptionSchemas) => ({
  legacy: o.flag.optional().describe('version 1 of the registers (the default, as in QEMU) or 2'),
});

export const virtioSlot = deviceKind(
  {
    type: 'virtio-mmio',
    summary: 'virtio transport without a device behind it',
    takes: ['...'],
    shape: legacy,
  },
  makeVirtioSlot,
);

export const virtioBlk = deviceKind(
  {
    type: 'virtio-blk',
    summary: 'virtio disk, memory-mapped',
    takes: ['...'],
    shape: (o) => ({
      image: o.bytes.optional().describe('what is on it at first'),
      size: o.size.optional().describe('bytes; the size of the image if not given'),
      readOnly: o.flag.optional(),
      serial: o.text.optional().describe('up to 20 characters'),
      ...legacy(o),
    }),
  },
  ({ legacy: version1, ...disk }: VirtioBlockOptions & VirtioMmioOptions = {}) =>
    virtioMmio(virtioBlock(disk), { ...(version1 !== undefined && { legacy: version1 }) }),
);

export const virtioSerial = deviceKind(
  { type: 'virtio-console', summary: 'virtio console of one port, memory-mapped', takes: ['...'], shape: legacy },
  (options: VirtioMmioOptions = {}) => virtioMmio(virtioConsole(), options),
);

export const virtioRng = deviceKind(
  {
    type: 'virtio-rng',
    summary: 'virtio source of random numbers, the same in every run',
    takes: ['...'],
    shape: (o) => ({ seed: o.integer.optional().describe('another one gives other numbers'), ...legacy(o) }),
  },
  ({ seed, ...options }: VirtioEntropyOptions & VirtioMmioOptions = {}) =>
    virtioMmio(virtioEntropy(seed === undefined ? {} : { seed }), options),
);

export const goldfishRtc = deviceKind(
  {
    type: 'goldfish-rtc',
    summary: 'real-time clock with alarm, which counts machine time from a fixed date',
    takes: ['...'],
    shape: (o) => ({ epochSeconds: o.integer.optional().describe('the date of machine time 0; 2024 if not given') }),
  },
  makeGoldfishRtc,
);

export const cfiFlash = deviceKind(
  {
    type: 'cfi-flash',
    summary: "parallel flash of 32 MiB with Intel's command set",
    takes: ['...'],
    shape: (o) => ({
      image: o.bytes.optional().describe('what is in it; the rest is erased'),
      executable: o.flag
        .optional()
        .describe('code runs from it: a memory, whose controller is `cells`, has the contents'),
    }),
  },
  makeCfiFlash,
);

export const fwCfg = deviceKind(
  {
    type: 'fw-cfg',
    summary: "QEMU's firmware configuration device",
    takes: ['...'],
    shape: (o) => ({
      cpus: o.integer.optional().describe('harts; 1 if not given'),
      files: o.z.record(o.z.string(), o.bytes).optional().describe('contents by name'),
    }),
  },
  makeFwCfg,
);
