/** Asynchronous frames as they lie on a line: RM0090 30.3.1, 30.3.2 (stop bits), 30.3.3 (sampling), 30.3.7 (parity). */

export interface FrameFormat {
  /** 8 or 9: CR1.M; the parity bit is the last of them. */
  readonly wordBits: number;
  readonly parity: 'none' | 'even' | 'odd';
  /** Stop bits in halves: 2 is one bit. */
  readonly stopHalves: number;
}

/** Frame length in half bits: start bit, word, stop bits. */
export function frameHalves(format: FrameFormat): number {
  return 2 + 2 * format.wordBits + format.stopHalves;
}

/** Data bits without the parity bit. */
export function dataBits(format: FrameFormat): number {
  return format.parity === 'none' ? format.wordBits : format.wordBits - 1;
}

function isOdd(word: number): number {
  let ones = 0;
  for (let rest = word; rest !== 0; rest >>>= 1) ones ^= rest & 1;
  return ones;
}

/** The word on the line for `data`: with parity, the top bit is replaced by it (30.3.7). */
export function encode(data: number, format: FrameFormat): number {
  if (format.parity === 'none') return data & ((1 << format.wordBits) - 1);
  const bits = dataBits(format);
  const low = data & ((1 << bits) - 1);
  const parity = isOdd(low) ^ (format.parity === 'odd' ? 1 : 0);
  return low | (parity << bits);
}

export function parityHolds(word: number, format: FrameFormat): boolean {
  if (format.parity === 'none') return true;
  return isOdd(word) === (format.parity === 'odd' ? 1 : 0);
}

export interface Reception {
  readonly word: number;
  /** The stop bit was sampled as 0. */
  readonly framingError: boolean;
  /** The three samples of some bit disagreed. */
  readonly noise: boolean;
}

/** How bits are sampled: 30.3.3. */
export interface Sampling {
  /** Samples a bit: CR1.OVER8. */
  readonly oversampling: 8 | 16;
  /** CR3.ONEBIT: one sample in the middle instead of the majority of three. */
  readonly oneBit: boolean;
}
const BY_THREE: Sampling = { oversampling: 16, oneBit: false };

/**
 * What a receiver with `bitTime` makes of frames that follow each other without gap from a sender with
 * `senderBitTime` (any unit, the same for both). Each bit is sampled at 8, 9 and 10 sixteenths (4, 5 and 6 eighths), and the
 * majority counts (30.3.3). `words` are the frame itself and what comes right after it; the line is idle after the last.
 */
export function receive(
  words: readonly number[],
  format: FrameFormat,
  senderBitTime: number,
  bitTime: number,
  { oversampling, oneBit }: Sampling = BY_THREE,
  /** What the receiver takes them for. */
  taken: FrameFormat = format,
): Reception {
  const line = (time: number): number => {
    const halves = Math.floor((2 * time) / senderBitTime);
    const frame = Math.floor(halves / frameHalves(format));
    const position = Math.floor((halves % frameHalves(format)) / 2);
    if (frame >= words.length || position > format.wordBits) return 1;
    return position === 0 ? 0 : (words[frame]! >>> (position - 1)) & 1;
  };
  let noise = false;
  const sample = (bit: number): number => {
    const middle = oversampling / 2;
    if (oneBit) return line((bit + (middle + 1) / oversampling) * bitTime);
    const ticks = [middle, middle + 1, middle + 2];
    const ones = ticks.reduce((sum, tick) => sum + line((bit + tick / oversampling) * bitTime), 0);
    noise ||= ones === 1 || ones === 2;
    return ones >= 2 ? 1 : 0;
  };
  let word = 0;
  for (let bit = 0; bit < taken.wordBits; bit++) word |= sample(bit + 1) << bit;
  const stop = sample(taken.wordBits + 1);
  return { word, framingError: stop === 0, noise };
}
