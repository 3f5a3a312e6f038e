import type { DeviceContext } from '../../../device.js';
import { u8 } from '../../../state.js';
import type { Storage } from '../../../storage.js';
import type { VirtioBackend, VirtioDevice, VirtioTransport } from './backend.js';
import type { Chain } from './chain.js';
import { VirtioFailure } from './memory-segments.js';

export interface VirtioBlockOptions {
  /** What the disk holds at first; it is not changed. */
  readonly image?: Uint8Array;
  /** Bytes, rounded up to sectors; the image's size if not given. */
  readonly size?: number;
  readonly readOnly?: boolean;
  /** Up to 20 characters of ASCII, which the driver can ask for. */
  readonly serial?: string;
}

/** What tests see of a disk. */
export interface VirtioDisk {
  readonly size: number;
  /** A copy of what is on it. */
  contents(offset?: number, length?: number): Uint8Array;
}

const SECTOR = 512;
const HEADER = 16;
const ID_LENGTH = 20;
/** virtio 1.1 5.2.6. */
const REQUEST = { in: 0, out: 1, flush: 4, id: 8, discard: 11, writeZeroes: 13 } as const;
const RESULT = { ok: 0, error: 1, unsupported: 2 } as const;
const FEATURE = {
  segmentMost: 2,
  geometry: 4,
  readOnly: 5,
  blockSize: 6,
  flush: 9,
  configWce: 11,
  discard: 13,
  writeZeroes: 14,
} as const;
/** Bytes of one request that are moved at most: larger ones fail. */
const REQUEST_MOST = 256 * 1024 * 1024;
const SEGMENTS_MOST = 254;
const DISCARD_SECTORS_MOST = 0x3f_ffff;
const CONFIG_LENGTH = 60;
/** `flags` of a range (5.2.6): the one that there is. */
const UNMAP = 1;
/** Offset of `writeback` in the configuration. */
const WRITEBACK = 32;

const STATE = { writeThrough: u8() } as const;

/** A disk (virtio 1.1 5.2). What is written is on it at once, so that a flush has nothing to do. */
export function virtioBlock(options: VirtioBlockOptions): VirtioBackend<VirtioDisk> {
  const size = Math.ceil((options.size ?? options.image?.length ?? 0) / SECTOR) * SECTOR;
  const { segmentMost, geometry, readOnly, blockSize, flush, configWce, discard, writeZeroes } = FEATURE;
  const writable = options.readOnly === true ? [readOnly] : [discard, writeZeroes];
  return {
    name: 'virtio-block',
    deviceId: 2,
    features: [segmentMost, geometry, blockSize, flush, configWce, ...writable],
    queues: 1,
    configLength: CONFIG_LENGTH,
    state: STATE,
    create: (d, transport) => new Disk(d, transport, size, options),
  };
}

class Disk implements VirtioDevice<VirtioDisk> {
  readonly handle: VirtioDisk;
  readonly #d: DeviceContext<Record<never, never>, typeof STATE>;
  readonly #transport: VirtioTransport;
  readonly #storage: Storage;
  readonly #options: VirtioBlockOptions;

  constructor(d: DeviceContext, transport: VirtioTransport, size: number, options: VirtioBlockOptions) {
    this.#d = d as unknown as DeviceContext<Record<never, never>, typeof STATE>;
    this.#transport = transport;
    this.#options = options;
    this.#storage = d.storage('disk', size, { contents: options.image });
    this.handle = {
      size,
      contents: (offset = 0, length = size - offset) =>
        this.#storage.bytes(offset, Math.max(0, Math.min(length, size - offset))),
    };
  }

  /** 5.2.4. */
  config(): Uint8Array {
    const bytes = new Uint8Array(CONFIG_LENGTH);
    const view = new DataView(bytes.buffer);
    const sectors = this.#storage.size / SECTOR;
    view.setUint32(0, sectors, true);
    view.setUint32(4, sectors / 2 ** 32, true);
    view.setUint32(12, SEGMENTS_MOST, true);
    // heads and sectors of a track as hosts have always made them up for disks without any
    view.setUint16(16, Math.min(sectors / (16 * 63), 0xffff), true);
    bytes[18] = 16;
    bytes[19] = 63;
    view.setUint32(20, SECTOR, true);
    bytes[WRITEBACK] = this.#d.state.writeThrough[0] === 0 ? 1 : 0;
    view.setUint16(34, 1, true);
    for (const at of [36, 48]) view.setUint32(at, DISCARD_SECTORS_MOST, true);
    for (const at of [40, 44, 52]) view.setUint32(at, 1, true);
    bytes[56] = 1;
    return bytes;
  }
  writeConfig(offset: number, byte: number): void {
    if (offset === WRITEBACK && this.#transport.negotiated(FEATURE.configWce)) {
      this.#d.state.writeThrough[0] = byte === 0 ? 1 : 0;
    }
  }
  reset(): void {
    this.#d.state.writeThrough[0] = 0;
  }

  serve(queue: number): number | undefined {
    const chain = this.#transport.take(queue);
    if (chain === undefined) return undefined;
    if (chain.readableLength < HEADER || chain.writableLength < 1) {
      throw new VirtioFailure('a request has no header or no room for its status', 'virtio 1.1 5.2.6');
    }
    const last = chain.writableLength - 1;
    const { status, written } = this.#carryOut(chain, last);
    chain.write(last, Uint8Array.of(status));
    this.#transport.give(queue, chain, written + 1);
    return chain.readableLength + chain.writableLength;
  }

  #carryOut(chain: Chain, room: number): { status: number; written: number } {
    const header = new DataView(chain.read(0, HEADER).buffer);
    const sector = header.getUint32(8, true) + header.getUint32(12, true) * 2 ** 32;
    switch (header.getUint32(0, true)) {
      case REQUEST.in:
        return this.#read(chain, sector, room);
      case REQUEST.out:
        return { status: this.#write(chain, sector), written: 0 };
      case REQUEST.flush:
        return { status: RESULT.ok, written: 0 };
      case REQUEST.id:
        return this.#identify(chain, room);
      case REQUEST.discard:
        return { status: this.#clear(chain, FEATURE.discard, 0), written: 0 };
      case REQUEST.writeZeroes:
        return { status: this.#clear(chain, FEATURE.writeZeroes, UNMAP), written: 0 };
      default:
        return { status: RESULT.unsupported, written: 0 };
    }
  }

  #read(chain: Chain, sector: number, length: number): { status: number; written: number } {
    if (!this.#holds(sector, length)) return { status: RESULT.error, written: 0 };
    chain.write(0, this.#storage.bytes(sector * SECTOR, length));
    return { status: RESULT.ok, written: length };
  }
  #write(chain: Chain, sector: number): number {
    const length = chain.readableLength - HEADER;
    if (this.#options.readOnly === true || !this.#holds(sector, length)) return RESULT.error;
    this.#storage.write(sector * SECTOR, chain.read(HEADER, length));
    return RESULT.ok;
  }
  #identify(chain: Chain, room: number): { status: number; written: number } {
    const id = new Uint8Array(Math.min(ID_LENGTH, room));
    id.set(new TextEncoder().encode(this.#options.serial ?? '').subarray(0, id.length));
    chain.write(0, id);
    return { status: RESULT.ok, written: id.length };
  }
  /**
   * One range of sectors; both requests leave zeros, so that `unmap` changes nothing. A flag that the request does not have is unsupported
   * (5.2.6.2), and so is a request whose feature was not negotiated.
   */
  #clear(chain: Chain, feature: number, flags: number): number {
    if (!this.#transport.negotiated(feature) || chain.readableLength !== HEADER + 16) return RESULT.unsupported;
    const range = new DataView(chain.read(HEADER, 16).buffer);
    const sector = range.getUint32(0, true) + range.getUint32(4, true) * 2 ** 32;
    const sectors = range.getUint32(8, true);
    if ((range.getUint32(12, true) & ~flags) !== 0) return RESULT.unsupported;
    if (sectors > DISCARD_SECTORS_MOST || !this.#inside(sector, sectors * SECTOR)) return RESULT.error;
    this.#storage.clear(sector * SECTOR, sectors * SECTOR);
    return RESULT.ok;
  }

  #holds(sector: number, length: number): boolean {
    return length % SECTOR === 0 && length <= REQUEST_MOST && this.#inside(sector, length);
  }
  #inside(sector: number, length: number): boolean {
    return sector * SECTOR + length <= this.#storage.size;
  }
}
