import type { SpiWindow } from '../spi-link.js';

/** The cells of a flash: bytes that wrap at the end. */
export interface FlashCells {
  readonly size: number;
  at(offset: number): number;
  set(offset: number, byte: number): void;
  bytes(offset?: number, length?: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Erases: everything, or a stretch. */
  clear(offset?: number, length?: number): void;
}

const ERASED = 0xff;
const PAGE = 4096;

/** Cells that a controller shows as memory, too: the memory is the only place they are in. */
export class WindowCells implements FlashCells {
  readonly size: number;
  readonly #window: SpiWindow;

  constructor(window: SpiWindow) {
    this.#window = window;
    this.size = window.memory.size;
  }

  at(offset: number): number {
    return this.#window.memory.load(offset % this.size, 1);
  }
  set(offset: number, byte: number): void {
    this.#window.memory.fill(offset % this.size, Uint8Array.of(byte));
  }
  bytes(offset = 0, length = this.size - offset): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => this.at(offset + i));
  }
  write(offset: number, bytes: Uint8Array): void {
    this.#window.memory.fill(offset, bytes.subarray(0, this.size - offset));
  }
  clear(offset = 0, length = this.size - offset): void {
    const erased = new Uint8Array(Math.min(PAGE, length)).fill(ERASED);
    for (let at = 0; at < length; at += erased.length) this.#window.memory.fill(offset + at, erased);
  }
}
