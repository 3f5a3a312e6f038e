import { FIFO_BYTES } from './stream-settings.js';

/** State of the FIFOs of all streams, 16 bytes each. */
export interface FifoState {
  readonly fifo: Uint8Array;
  /** Where the oldest byte lies, and how many there are. */
  readonly fifoHead: Uint8Array;
  readonly fifoLevel: Uint8Array;
}

/**
 * The FIFO of one stream, RM0090 10.3.14. Bytes keep their order from source to destination, lowest address first, which is
 * what packing and unpacking comes to (10.3.11, table 45).
 */
export class Fifo {
  readonly #state: FifoState;
  readonly #stream: number;
  readonly #base: number;

  constructor(state: FifoState, stream: number) {
    this.#state = state;
    this.#stream = stream;
    this.#base = stream * FIFO_BYTES;
  }

  get level(): number {
    return this.#state.fifoLevel[this.#stream]!;
  }
  get room(): number {
    return FIFO_BYTES - this.level;
  }
  clear(): void {
    this.#state.fifoHead[this.#stream] = 0;
    this.#state.fifoLevel[this.#stream] = 0;
  }

  push(value: number, size: number): void {
    const { fifo, fifoHead, fifoLevel } = this.#state;
    const tail = fifoHead[this.#stream]! + fifoLevel[this.#stream]!;
    for (let i = 0; i < size; i++) fifo[this.#base + ((tail + i) % FIFO_BYTES)] = value >>> (8 * i);
    fifoLevel[this.#stream] = fifoLevel[this.#stream]! + size;
  }

  /**
   * The next item. Where fewer bytes than that are left, the others are what the FIFO held before: the manual calls the value
   * undesired (10.3.14, FIFO flush).
   */
  pop(size: number): number {
    const { fifo, fifoHead, fifoLevel } = this.#state;
    const head = fifoHead[this.#stream]!;
    let value = 0;
    for (let i = 0; i < size; i++) value |= fifo[this.#base + ((head + i) % FIFO_BYTES)]! << (8 * i);
    const taken = Math.min(size, fifoLevel[this.#stream]!);
    fifoHead[this.#stream] = (head + taken) % FIFO_BYTES;
    fifoLevel[this.#stream] = fifoLevel[this.#stream]! - taken;
    return value >>> 0;
  }

  /** SxFCR.FS (10.5.10): quarters begun, 4 for empty, 5 for full. */
  get status(): number {
    const { level } = this;
    if (level === 0) return 4;
    return level === FIFO_BYTES ? 5 : level >> 2;
  }
}
