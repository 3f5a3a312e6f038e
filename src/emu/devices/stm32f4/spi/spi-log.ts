import type { Log } from '../../../log.js';

/** A word that went over an SPI bus, as the port's DR would have it. */
export interface SpiWord {
  readonly mosi: number;
  readonly miso: number;
  readonly bits: number;
  /** Machine time of its last clock edge. */
  readonly ns: number;
}

/** A sample that went over an I2S bus. */
export interface I2sSample {
  readonly sample: number;
  readonly channel: 'left' | 'right';
  /** Sent by the port, or received. */
  readonly sent: boolean;
  /** Machine time of the end of its slot. */
  readonly ns: number;
}

const KEPT = 65_536;

/** What went over the bus since power-on or `clear()`, as far as it is kept (the last 65,536 words and samples at least). */
export class SpiLog {
  readonly #words: Log;
  readonly #samples: Log;
  /** Where looking begins, in both: the last entry counts. */
  readonly #cleared: Log;

  constructor(log: (name: string, options: { width: number; limit: number }) => Log) {
    this.#words = log('words', { width: 4, limit: KEPT });
    this.#samples = log('samples', { width: 4, limit: KEPT });
    this.#cleared = log('cleared', { width: 2, limit: KEPT });
  }

  word(mosi: number, miso: number, bits: number, ns: number): void {
    this.#words.append(mosi, miso, bits, ns);
  }
  sample(sample: number, side: number, sent: boolean, ns: number): void {
    this.#samples.append(sample, side, sent ? 1 : 0, ns);
  }
  clear(): void {
    this.#cleared.append(this.#words.length, this.#samples.length);
  }
  get words(): SpiWord[] {
    return entries(this.#words, this.#start(0)).map(([mosi, miso, bits, ns]) => ({ mosi, miso, bits, ns }));
  }
  get samples(): I2sSample[] {
    return entries(this.#samples, this.#start(1)).map(([sample, side, sent, ns]) => ({
      sample,
      channel: side === 0 ? 'left' : 'right',
      sent: sent === 1,
      ns,
    }));
  }
  #start(part: number): number {
    return this.#cleared.at(this.#cleared.length - 1, part) ?? 0;
  }
}

function entries(log: Log, from: number): [number, number, number, number][] {
  const numbers = log.slice(from);
  return Array.from(
    { length: numbers.length / 4 },
    (_, i) => numbers.slice(4 * i, 4 * i + 4) as [number, number, number, number],
  );
}
