import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers } from '../../../registers.js';
import type { VirtioBackend } from './backend.js';
import { VIRTIO_MMIO, VIRTIO_MMIO_LEGACY } from './mmio-registers.js';
import { Transport, type TransportContext, type TransportState, transportState } from './transport.js';
import { QUEUE, QUEUE_MOST } from './virtqueue.js';

export interface VirtioMmioOptions {
  /** Version 1 of the registers, as QEMU's `virt` has it unless told otherwise; version 2 if false. Default true. */
  readonly legacy?: boolean;
}

/** Bytes of registers, as QEMU maps them. */
const SIZE = 0x200;

/**
 * A virtio device behind memory-mapped registers (virtio 1.1 4.2), version 1 ("legacy") or 2. Its interrupt is the wire `irq`.
 * Buffers are looked at 10 µs after the notification: what a host would take at least.
 */
export function virtioMmio<H extends object>(
  backend: VirtioBackend<H>,
  { legacy = true }: VirtioMmioOptions = {},
): DeviceType<Handle<typeof VIRTIO_MMIO_LEGACY, H>> {
  const common = { name: backend.name, size: SIZE, state: { ...transportState(backend.queues), ...backend.state } };
  const type = legacy
    ? defineDevice({
        ...common,
        registers: VIRTIO_MMIO_LEGACY,
        setup: (d: DeviceContext<typeof VIRTIO_MMIO_LEGACY, TransportState>) => {
          const transport = new Transport(contextOf(d), d.regs, backend, true);
          connectLegacy(d, transport);
          return transport.device.handle;
        },
      })
    : defineDevice({
        ...common,
        registers: VIRTIO_MMIO,
        setup: (d: DeviceContext<typeof VIRTIO_MMIO, TransportState>) => {
          const transport = new Transport(contextOf(d), d.regs, backend, false);
          connectModern(d, transport);
          return transport.device.handle;
        },
      });
  return type as DeviceType<Handle<typeof VIRTIO_MMIO_LEGACY, H>>;
}

/** A transport without device behind it: it says so by device number 0 (4.2.2), and knows nothing else, as QEMU's. */
export function virtioSlot({ legacy = true }: VirtioMmioOptions = {}): DeviceType<Handle<typeof EMPTY>> {
  return defineDevice({
    name: 'virtio-mmio',
    size: SIZE,
    registers: legacy ? EMPTY_LEGACY : EMPTY,
    setup(d) {
      d.output('irq');
    },
  });
}

const { MagicValue, DeviceID, VendorID } = VIRTIO_MMIO;
const emptyOf = (version: 1 | 2) =>
  registers({
    MagicValue,
    Version: reg(0x004, { VERSION: r(0, 32) }, version, 'virtio 1.1 4.2.2'),
    DeviceID,
    VendorID,
  });
const EMPTY = emptyOf(2);
const EMPTY_LEGACY = emptyOf(1);

function contextOf(d: unknown): TransportContext {
  return d as TransportContext;
}

/** 4.2.2: three addresses a queue, and a bit that says that they hold. */
function connectModern(d: DeviceContext<typeof VIRTIO_MMIO, TransportState>, transport: Transport<object>): void {
  const { regs } = d;
  const addresses = [
    [regs.QueueDescLow, QUEUE.descriptors],
    [regs.QueueDescHigh, QUEUE.descriptorsHigh],
    [regs.QueueDriverLow, QUEUE.available],
    [regs.QueueDriverHigh, QUEUE.availableHigh],
    [regs.QueueDeviceLow, QUEUE.used],
    [regs.QueueDeviceHigh, QUEUE.usedHigh],
  ] as const;
  for (const [register, word] of addresses) {
    d.onWrite(register, (value) => {
      if (transport.selected) transport.selected[word] = value;
    });
  }
  d.computed(regs.QueueReady, () => transport.selected?.[QUEUE.ready] ?? 0);
  d.onWrite(regs.QueueReady, (value) => {
    const words = transport.selected;
    if (words === undefined) return;
    words[QUEUE.ready] = 0;
    if (value === 0) return;
    const high = words[QUEUE.descriptorsHigh]! | words[QUEUE.availableHigh]! | words[QUEUE.usedHigh]!;
    if (high !== 0) transport.fail('a queue lies above 4 GiB, where there is no memory', 'virtio 1.1 4.2.2');
    else enable(words, transport);
  });
}

/** 4.2.4: all of a queue lies in one run of pages, whose number sets it up; 0 takes it down. */
function connectLegacy(
  d: DeviceContext<typeof VIRTIO_MMIO_LEGACY, TransportState>,
  transport: Transport<object>,
): void {
  const { regs } = d;
  d.onWrite(regs.QueueAlign, (value) => {
    if (transport.selected) transport.selected[QUEUE.alignment] = value;
  });
  d.computed(regs.QueuePFN, () => transport.selected?.[QUEUE.pageNumber] ?? 0);
  d.onWrite(regs.QueuePFN, (value) => {
    const words = transport.selected;
    if (words === undefined) return;
    words[QUEUE.ready] = 0;
    words[QUEUE.taken] = 0;
    words[QUEUE.given] = 0;
    words[QUEUE.pageNumber] = value;
    if (value !== 0) place(words, regs.GuestPageSize.value, transport);
  });
}

/** Where the rings are (2.6.2): descriptors, available ring, then aligned the used ring. */
function place(words: Int32Array, pageSize: number, transport: Transport<object>): void {
  const num = words[QUEUE.num]!;
  const alignment = words[QUEUE.alignment]! >>> 0;
  const start = (words[QUEUE.pageNumber]! >>> 0) * (pageSize >>> 0);
  const available = start + 16 * num;
  const used = Math.ceil((available + 6 + 2 * num) / alignment) * alignment;
  if (!isPowerOfTwo(pageSize) || !isPowerOfTwo(alignment) || used + 6 + 8 * num > 2 ** 32) {
    transport.fail('GuestPageSize, QueueAlign and QueuePFN give no place for a queue', 'virtio 1.1 4.2.4');
    return;
  }
  words[QUEUE.descriptors] = start;
  words[QUEUE.available] = available;
  words[QUEUE.used] = used;
  enable(words, transport);
}

function enable(words: Int32Array, transport: Transport<object>): void {
  const num = words[QUEUE.num]! >>> 0;
  if (isPowerOfTwo(num) && num <= QUEUE_MOST) words[QUEUE.ready] = 1;
  else transport.fail(`a queue of ${num} entries: a power of two up to ${QUEUE_MOST} is asked for`, 'virtio 1.1 2.6');
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
