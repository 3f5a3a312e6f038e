import type { HtifContext } from './htif.js';

/** Offsets of the two double-words in the device's own registers (QEMU's `spike`). */
export const REGISTERS = { fromhost: 0, tohost: 8 } as const;

/** A command or an answer: device and command in the upper 16 bits, 48 bits of payload. */
export interface Message {
  readonly device: number;
  readonly command: number;
  readonly payload: number;
}

export function messageOf(low: number, high: number): Message {
  return {
    device: high >>> 24,
    command: (high >>> 16) & 0xff,
    payload: (low >>> 0) + (high & 0xffff) * 2 ** 32,
  };
}

/** `tohost` and `fromhost`: in the program's memory, where its symbols say, or the device's own registers. */
export class Mailbox {
  readonly #d: HtifContext;
  readonly #places: { readonly tohost: number; readonly fromhost: number } | undefined;

  constructor(d: HtifContext, places: { readonly tohost: number; readonly fromhost: number } | undefined) {
    this.#d = d;
    this.#places = places;
  }

  read(which: keyof typeof REGISTERS): readonly [low: number, high: number] {
    if (this.#places === undefined) {
      const { words } = this.#d.state;
      const at = REGISTERS[which] / 4;
      return [words[at]!, words[at + 1]!];
    }
    const at = this.#places[which];
    return [this.#d.bus.read(at, 4) ?? 0, this.#d.bus.read(at + 4, 4) ?? 0];
  }

  write(which: keyof typeof REGISTERS, low: number, high: number): void {
    if (this.#places === undefined) {
      this.#d.state.words.set([low, high], REGISTERS[which] / 4);
      return;
    }
    const at = this.#places[which];
    this.#d.bus.write(at, 4, low >>> 0);
    this.#d.bus.write(at + 4, 4, high >>> 0);
  }

  isEmpty(which: keyof typeof REGISTERS): boolean {
    const [low, high] = this.read(which);
    return low === 0 && high === 0;
  }
}
