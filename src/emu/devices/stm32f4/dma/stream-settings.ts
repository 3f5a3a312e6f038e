import type { Register } from '../../../register-file.js';
import type { RegisterSpec } from '../../../registers.js';
import type { DMA } from './dma-registers.js';

type Group = (typeof DMA)['S']['element'];
type FieldsOf<S> = S extends RegisterSpec<infer F> ? F : never;
/** The registers of one stream. */
export type StreamRegisters = { readonly [K in keyof Group]: Register<FieldsOf<Group[K]>> };

export const DIR = { peripheralToMemory: 0, memoryToPeripheral: 1, memoryToMemory: 2 } as const;

export const FIFO_BYTES = 16;
/** 10.5.5: single, 4, 8 or 16 beats. */
const BEATS = [1, 4, 8, 16] as const;

/** What SxCR and SxFCR of a stream say, in words; with what the hardware forces while the stream is enabled (10.5.5). */
export class StreamSettings {
  readonly #regs: StreamRegisters;

  constructor(regs: StreamRegisters) {
    this.#regs = regs;
  }

  get direction(): number {
    return this.#regs.CR.DIR;
  }
  get memoryToMemory(): boolean {
    return this.#regs.CR.DIR === DIR.memoryToMemory;
  }
  /** Data leave by the memory port. */
  get intoMemory(): boolean {
    return this.#regs.CR.DIR !== DIR.memoryToPeripheral;
  }
  /** 10.3.13: no FIFO threshold; each item goes on at once. Memory to memory is never direct. */
  get direct(): boolean {
    return this.#regs.FCR.DMDIS === 0 && !this.memoryToMemory;
  }
  /** Bytes of a peripheral item: 1, 2, 4. */
  get peripheralSize(): 1 | 2 | 4 {
    return sizeOf(this.#regs.CR.PSIZE);
  }
  /** Bytes of a memory item; in direct mode that of the peripheral (10.3.13). */
  get memorySize(): 1 | 2 | 4 {
    return this.direct ? this.peripheralSize : sizeOf(this.#regs.CR.MSIZE);
  }
  get peripheralBeats(): number {
    return this.direct ? 1 : BEATS[this.#regs.CR.PBURST]!;
  }
  get memoryBeats(): number {
    return this.direct ? 1 : BEATS[this.#regs.CR.MBURST]!;
  }
  /** Bytes from one peripheral address to the next: PINCOS counts in single transfers only (10.5.5). */
  get peripheralStep(): number {
    const { CR } = this.#regs;
    if (!CR.PINC) return 0;
    return CR.PINCOS && !this.direct && this.peripheralBeats === 1 ? 4 : this.peripheralSize;
  }
  get memoryStep(): number {
    return this.#regs.CR.MINC ? this.memorySize : 0;
  }
  get doubleBuffer(): boolean {
    return this.#regs.CR.DBM === 1 && !this.memoryToMemory;
  }
  /** Goes on for ever: CIRC, which double buffering implies, and neither memory to memory nor the peripheral's flow control allow. */
  get circular(): boolean {
    const { CR } = this.#regs;
    return (CR.CIRC === 1 || CR.DBM === 1) && !this.memoryToMemory && !this.peripheralFlow;
  }
  /** The peripheral says which item is the last (10.3.15). */
  get peripheralFlow(): boolean {
    return this.#regs.CR.PFCTRL === 1 && !this.memoryToMemory;
  }
  /** Bytes at which the FIFO is drained, or down to which it is refilled (10.5.10). */
  get threshold(): number {
    return this.direct ? this.peripheralSize : (this.#regs.FCR.FTH + 1) * 4;
  }
  get priority(): number {
    return this.#regs.CR.PL;
  }
  get channel(): number {
    return this.#regs.CR.CHSEL;
  }
}

/** The code 3 is reserved; it is reported, and taken for a word. */
function sizeOf(code: number): 1 | 2 | 4 {
  return code === 0 ? 1 : code === 1 ? 2 : 4;
}
