import { type BusMaster, type DeviceContext, type DeviceType, defineDevice } from '../../device.js';
import { i32 } from '../../state.js';

export interface FwCfgOptions {
  /** Harts of the machine. */
  readonly cpus?: number;
  /** Files by name, at most 55 characters of ASCII. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** QEMU's firmware configuration device (docs/specs/fw_cfg), memory-mapped: sections below are that document's. */
const OFFSET = { data: 0, selector: 8, dma: 16 } as const;
const SIZE = 0x18;

/** Items by key. */
const KEY = { signature: 0x00, id: 0x01, cpus: 0x05, directory: 0x19, files: 0x20 } as const;
/** Selecting an item for writing has this bit in the key; nothing can be written any more. */
const WRITE_CHANNEL = 0x4000;
/** Traditional interface, and DMA. */
const INTERFACES = 3;
const NAME_LENGTH = 56;

const DMA = { error: 1, read: 2, skip: 4, select: 8, write: 16, descriptor: 16 } as const;
const DMA_SIGNATURE = 'QEMU CFG';
/** Bytes moved at a time. */
const PIECE = 65_536;

const STATE = { key: i32(), position: i32(), addressHigh: i32() } as const;
type Context = DeviceContext<Record<never, never>, typeof STATE>;

/** Items that firmware selects and reads byte by byte, or by DMA. */
export function fwCfg(options: FwCfgOptions = {}): DeviceType {
  const items = itemsOf(options);
  return defineDevice({
    name: 'fw_cfg',
    size: SIZE,
    state: STATE,
    read(offset, size, d) {
      if (offset < OFFSET.selector) return little(take(d, items, size));
      if (offset < OFFSET.dma) return 0;
      const at = offset - OFFSET.dma;
      return little(new TextEncoder().encode(DMA_SIGNATURE).subarray(at, at + size));
    },
    write(offset, value, size, d) {
      // all registers but the data are big-endian
      const bytes = Uint8Array.from({ length: size }, (_, i) => value >>> (8 * i));
      const swapped = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
      if (offset === OFFSET.selector && size === 2) select(d, swapped);
      else if (offset === OFFSET.dma && size === 4) d.state.addressHigh[0] = swapped;
      else if (offset === OFFSET.dma + 4 && size === 4) startDma(d, items, swapped);
      else refuse(d, offset, size);
    },
  });
}

type Items = ReadonlyMap<number, Uint8Array>;

function itemsOf({ cpus = 1, files = {} }: FwCfgOptions): Items {
  const items = new Map<number, Uint8Array>();
  items.set(KEY.signature, new TextEncoder().encode('QEMU'));
  items.set(KEY.id, Uint8Array.of(INTERFACES, 0, 0, 0));
  items.set(KEY.cpus, Uint8Array.of(cpus & 0xff, cpus >> 8));
  const names = Object.keys(files).sort();
  for (const [i, name] of names.entries()) items.set(KEY.files + i, files[name]!);
  items.set(KEY.directory, directoryOf(names.map((name) => [name, files[name]!.length] as const)));
  return items;
}

/** The number of files, then size, key and name of each. */
function directoryOf(files: readonly (readonly [name: string, length: number])[]): Uint8Array {
  const bytes = new Uint8Array(4 + files.length * (8 + NAME_LENGTH));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, files.length);
  for (const [i, [name, length]] of files.entries()) {
    const at = 4 + i * (8 + NAME_LENGTH);
    view.setUint32(at, length);
    view.setUint16(at + 4, KEY.files + i);
    bytes.set(new TextEncoder().encode(name).subarray(0, NAME_LENGTH - 1), at + 8);
  }
  return bytes;
}

function select(d: Context, key: number): void {
  d.state.key[0] = key;
  d.state.position[0] = 0;
}

/** The next bytes of the selected item; behind its end there are zeros. */
function take(d: Context, items: Items, length: number): Uint8Array {
  const item = items.get(d.state.key[0]! & ~WRITE_CHANNEL) ?? new Uint8Array(0);
  const bytes = new Uint8Array(length);
  const from = d.state.position[0]!;
  bytes.set(item.subarray(from, from + length));
  d.state.position[0] = Math.min(from + length, item.length);
  return bytes;
}

/** "Guest-side DMA Interface": control, length and address lie in memory, big-endian; control tells how it ended. */
function startDma(d: Context, items: Items, low: number): void {
  const at = d.state.addressHigh[0] === 0 ? low : undefined;
  d.state.addressHigh[0] = 0;
  const words = at === undefined ? undefined : readBig(d.bus, at, DMA.descriptor / 4);
  if (at === undefined || words === undefined) {
    const what = `${d.name}: there is no memory at the address of the DMA request`;
    d.report({ kind: 'guest-error', what });
    return;
  }
  const done = carryOut(d, items, words);
  writeBytes(d.bus, at, Uint8Array.of(0, 0, 0, done ? 0 : DMA.error));
}

function carryOut(d: Context, items: Items, words: readonly number[]): boolean {
  const [control, length, high, address] = words as [number, number, number, number];
  if (control & DMA.select) select(d, control >>> 16);
  if (control & DMA.read) return high === 0 && moveTo(d, items, address, length);
  if (control & DMA.write) return false;
  if (control & DMA.skip) skip(d, items, length);
  return true;
}

function moveTo(d: Context, items: Items, address: number, length: number): boolean {
  for (let done = 0; done < length; done += PIECE) {
    const count = Math.min(PIECE, length - done);
    if (!writeBytes(d.bus, address + done, take(d, items, count))) return false;
  }
  return true;
}
function skip(d: Context, items: Items, length: number): void {
  const item = items.get(d.state.key[0]! & ~WRITE_CHANNEL);
  d.state.position[0] = Math.min(d.state.position[0]! + length, item?.length ?? 0);
}

function readBig(bus: BusMaster, address: number, count: number): number[] | undefined {
  const words: number[] = [];
  for (let i = 0; i < count * 4; i++) {
    const byte = address + i < 2 ** 32 ? bus.read(address + i, 1) : undefined;
    if (byte === undefined) return undefined;
    words[i >> 2] = ((words[i >> 2] ?? 0) * 256 + byte) >>> 0;
  }
  return words;
}
function writeBytes(bus: BusMaster, address: number, bytes: Uint8Array): boolean {
  if (bus.store?.(address, bytes)) return true;
  for (let i = 0; i < bytes.length; i++) {
    if (address + i >= 2 ** 32 || !bus.write(address + i, 1, bytes[i]!)) return false;
  }
  return true;
}

function little(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

function refuse(d: Context, offset: number, size: number): void {
  const what = `${d.name} was written with ${size} byte${size > 1 ? 's' : ''} at offset ${offset}: the write is lost`;
  const remedy = 'write 2 bytes to the selector (8), or the two words of the DMA address (16, 20), big-endian';
  d.report({ kind: 'guest-error', what, remedy });
}
