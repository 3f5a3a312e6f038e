import type { DeviceMemory } from '../../device.js';
import type { Storage } from '../../storage.js';

/** What a flash holds: bytes of its own, or a memory of the machine that code runs from. */
export interface FlashCells {
  /** 1, 2 or 4 bytes, little endian, unsigned. */
  load(offset: number, size: number): number;
  store(offset: number, value: number, size: number): void;
  erase(offset: number, length: number): void;
  /** A copy. */
  bytes(offset: number, length: number): Uint8Array;
}

const ERASED = 0xff;

export function cellsInStorage(storage: Storage): FlashCells {
  return {
    load(offset, size) {
      let value = 0;
      for (let i = 0; i < size; i++) value |= storage.at(offset + i) << (8 * i);
      return value >>> 0;
    },
    store(offset, value, size) {
      for (let i = 0; i < size; i++) storage.set(offset + i, (value >>> (8 * i)) & 0xff);
    },
    erase: (offset, length) => storage.clear(offset, length),
    bytes: (offset, length) => storage.bytes(offset, length),
  };
}

export function cellsInMemory(memory: DeviceMemory): FlashCells {
  return {
    load: (offset, size) => memory.load(offset, size),
    store: (offset, value, size) =>
      memory.fill(
        offset,
        Uint8Array.from({ length: size }, (_, i) => value >>> (8 * i)),
      ),
    erase: (offset, length) => memory.fill(offset, new Uint8Array(length).fill(ERASED)),
    bytes: (offset, length) => Uint8Array.from({ length }, (_, i) => memory.load(offset + i, 1)),
  };
}
