import { r, reg, registers, repeat, rw, w } from '../../../registers.js';

/** Registers of virtio over MMIO: what both versions have, then those of version 2 (virtio 1.1 4.2.2) and 1 (4.2.4). */

const MAGIC = 0x7472_6976;
/** "QEMU", as its transports say. */
const VENDOR = 0x554d_4551;
/** Words of device-specific configuration that have registers. */
export const CONFIG_WORDS = 16;

const common = (version: 1 | 2, section: string) =>
  ({
    MagicValue: reg(0x000, { MAGIC: r(0, 32) }, MAGIC, section),
    Version: reg(0x004, { VERSION: r(0, 32) }, version, section),
    DeviceID: reg(0x008, { ID: r(0, 32) }, 0, section),
    VendorID: reg(0x00c, { ID: r(0, 32) }, VENDOR, section),
    DeviceFeatures: reg(0x010, { FEATURES: r(0, 32) }, 0, section),
    DeviceFeaturesSel: reg(0x014, { SEL: w(0, 32) }, 0, section),
    DriverFeatures: reg(0x020, { FEATURES: w(0, 32) }, 0, section),
    DriverFeaturesSel: reg(0x024, { SEL: w(0, 32) }, 0, section),
    QueueSel: reg(0x030, { SEL: w(0, 32) }, 0, section),
    QueueNumMax: reg(0x034, { MAX: r(0, 32) }, 0, section),
    QueueNum: reg(0x038, { NUM: w(0, 32) }, 0, section),
    QueueNotify: reg(0x050, { QUEUE: w(0, 32) }, 0, section),
    InterruptStatus: reg(0x060, { USED: r(0), CONFIG: r(1) }, 0, section),
    InterruptACK: reg(0x064, { USED: w(0), CONFIG: w(1) }, 0, section),
    Status: reg(
      0x070,
      {
        ACKNOWLEDGE: rw(0),
        DRIVER: rw(1),
        DRIVER_OK: rw(2),
        FEATURES_OK: rw(3),
        NEEDS_RESET: r(6),
        FAILED: rw(7),
      },
      0,
      section,
    ),
    config: repeat(CONFIG_WORDS, 4, reg(0x100, { BYTES: rw(0, 32) }, 0, section)),
  }) as const;

export const VIRTIO_MMIO = registers({
  ...common(2, 'virtio 1.1 4.2.2'),
  QueueReady: reg(0x044, { READY: rw(0) }, 0, 'virtio 1.1 4.2.2'),
  QueueDescLow: reg(0x080, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  QueueDescHigh: reg(0x084, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  QueueDriverLow: reg(0x090, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  QueueDriverHigh: reg(0x094, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  QueueDeviceLow: reg(0x0a0, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  QueueDeviceHigh: reg(0x0a4, { ADDRESS: w(0, 32) }, 0, 'virtio 1.1 4.2.2'),
  /** No shared memory: every region has the length −1 (virtio 1.2 4.2.2). */
  SHMSel: reg(0x0ac, { SEL: w(0, 32) }, 0, 'virtio 1.2 4.2.2'),
  SHMLenLow: reg(0x0b0, { LENGTH: r(0, 32) }, 0xffff_ffff, 'virtio 1.2 4.2.2'),
  SHMLenHigh: reg(0x0b4, { LENGTH: r(0, 32) }, 0xffff_ffff, 'virtio 1.2 4.2.2'),
  SHMBaseLow: reg(0x0b8, { BASE: r(0, 32) }, 0xffff_ffff, 'virtio 1.2 4.2.2'),
  SHMBaseHigh: reg(0x0bc, { BASE: r(0, 32) }, 0xffff_ffff, 'virtio 1.2 4.2.2'),
  ConfigGeneration: reg(0x0fc, { GENERATION: r(0, 32) }, 0, 'virtio 1.1 4.2.2'),
});

export const VIRTIO_MMIO_LEGACY = registers({
  ...common(1, 'virtio 1.1 4.2.4'),
  GuestPageSize: reg(0x028, { SIZE: w(0, 32) }, 0, 'virtio 1.1 4.2.4'),
  QueueAlign: reg(0x03c, { ALIGN: w(0, 32) }, 0, 'virtio 1.1 4.2.4'),
  QueuePFN: reg(0x040, { PFN: rw(0, 32) }, 0, 'virtio 1.1 4.2.4'),
});

/** Feature bits of the rings and the transport (virtio 1.1 6). */
export const FEATURE = {
  anyLayout: 27,
  indirectDescriptors: 28,
  eventIndex: 29,
  version1: 32,
} as const;

/** Bits of Status (2.1). */
export const STATUS = { driverOk: 4, featuresOk: 8, needsReset: 0x40 } as const;
export const INTERRUPT = { used: 1, config: 2 } as const;
