import type { BusMaster } from '../../../device.js';

/** What a driver did that makes a device useless until it is reset; caught by the transport (virtio 1.1 2.1.2). */
export class VirtioFailure extends Error {
  /** Section of the specification that says what is to be done instead. */
  readonly section: string;

  constructor(what: string, section: string) {
    super(what);
    this.name = 'VirtioFailure';
    this.section = section;
  }
}

/** Bytes above which a stretch is looked at before it is read. */
const LONG = 4096;

/** A stretch of guest memory. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** Bytes of guest memory, by one copy where it is plain memory. */
export function readGuest(bus: BusMaster, address: number, length: number): Uint8Array {
  const loaded = bus.load?.(address, length);
  if (loaded !== undefined) return loaded;
  // before room is made for what is not there
  const last = address + length - 1;
  if (length > LONG && (last >= 2 ** 32 || bus.read(last, 1) === undefined)) throw unreachable(last, 'read');
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const byte = address + i < 2 ** 32 ? bus.read(address + i, 1) : undefined;
    if (byte === undefined) throw unreachable(address + i, 'read');
    bytes[i] = byte;
  }
  return bytes;
}

export function writeGuest(bus: BusMaster, address: number, bytes: Uint8Array): void {
  if (bus.store?.(address, bytes)) return;
  for (let i = 0; i < bytes.length; i++) {
    if (address + i >= 2 ** 32 || !bus.write(address + i, 1, bytes[i]!)) throw unreachable(address + i, 'written');
  }
}

/** A word of a ring or descriptor; those lie at aligned addresses. */
export function readWord(bus: BusMaster, address: number, size: 2 | 4): number {
  const value = bus.read(address, size);
  if (value === undefined) throw unreachable(address, 'read');
  return value;
}
export function writeWord(bus: BusMaster, address: number, size: 2 | 4, value: number): void {
  if (!bus.write(address, size, value)) throw unreachable(address, 'written');
}

function unreachable(address: number, verb: string): VirtioFailure {
  return new VirtioFailure(`memory at 0x${address.toString(16)} cannot be ${verb}`, 'virtio 1.1 2.6.5');
}
