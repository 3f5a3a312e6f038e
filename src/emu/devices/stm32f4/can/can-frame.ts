import type { CanFrame, CanWords, CarriedFrame } from '../../../can-link.js';
import { UsageError } from '../../../errors.js';

/** CAN 2.0 frames: from a test's words to those of the mailboxes, and to bits. */

const IDE = 4;
const RTR = 2;

/** @throws UsageError for what is no frame */
export function wordsOf({ id, extended = false, rtr = false, data = [], dlc }: CanFrame): CanWords {
  const bytes = [...data];
  const largest = extended ? 0x1fff_ffff : 0x7ff;
  if (!Number.isInteger(id) || id < 0 || id > largest) {
    const remedy = extended
      ? 'extended identifiers have 29 bits'
      : 'identifiers have 11 bits, or 29 with `extended: true`';
    throw new UsageError({ what: `${id} is no CAN identifier`, remedy });
  }
  const length = dlc ?? bytes.length;
  if (bytes.length > 8 || length > 15 || (!rtr && length < bytes.length) || (rtr && bytes.length > 0)) {
    throw new UsageError({ what: 'a CAN frame has 0 to 8 bytes of data, a remote frame none', remedy: 'see CanFrame' });
  }
  const word = (from: number) => [0, 1, 2, 3].reduce((sum, i) => sum | ((bytes[from + i] ?? 0) << (8 * i)), 0);
  const head = (extended ? (id << 3) | IDE : id << 21) | (rtr ? RTR : 0);
  return { head: head | 0, dlc: length, low: word(0), high: word(4) };
}

/** Bytes a frame carries: a DLC beyond 8 means 8. */
export function dataLength({ head, dlc }: CanWords): number {
  return head & RTR ? 0 : Math.min(dlc, 8);
}

export function frameOf(words: CanWords): Omit<CarriedFrame, 'ns' | 'from'> {
  const { head, dlc, low, high } = words;
  const extended = (head & IDE) !== 0;
  const data = Uint8Array.from({ length: dataLength(words) }, (_, i) => (i < 4 ? low : high) >>> (8 * (i & 3)));
  return { id: extended ? head >>> 3 : head >>> 21, extended, rtr: (head & RTR) !== 0, dlc, data };
}

/** What decides arbitration, as a number: the lower wins. Bits 31:21 base identifier, RTR or SRR, IDE, extension, RTR. */
export function arbitrationKey(head: number): number {
  const base = head & 0xffe0_0000;
  const rtr = (head & RTR) >>> 1;
  if ((head & IDE) === 0) return (base | (rtr << 20)) >>> 0;
  return (base | (3 << 19) | (((head >>> 3) & 0x3_ffff) << 1) | rtr) >>> 0;
}

/** The bits from SOF to the end of the data, not stuffed. */
function payload(words: CanWords): number[] {
  const { head, dlc } = words;
  const bits: number[] = [0];
  const put = (value: number, count: number) => {
    for (let i = count - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  const rtr = (head & RTR) >>> 1;
  put(head >>> 21, 11);
  if (head & IDE) {
    put(3, 2); // SRR, IDE
    put((head >>> 3) & 0x3_ffff, 18);
    put(rtr << 2, 3); // RTR, r1, r0
  } else put(rtr << 2, 3); // RTR, IDE, r0
  put(dlc & 15, 4);
  for (let i = 0; i < dataLength(words); i++) put(((i < 4 ? words.low : words.high) >>> (8 * (i & 3))) & 0xff, 8);
  return bits;
}

/** CRC-15 of the CAN standard. */
export function crc15(bits: readonly number[]): number {
  let crc = 0;
  for (const bit of bits) {
    const feedback = ((crc >>> 14) ^ bit) & 1;
    crc = ((crc << 1) & 0x7fff) ^ (feedback ? 0x4599 : 0);
  }
  return crc;
}

/** Behind five equal bits comes a sixth of the other kind. */
function stuffed(bits: readonly number[]): number[] {
  const out: number[] = [];
  let [last, run] = [-1, 0];
  for (const bit of bits) {
    out.push(bit);
    run = bit === last ? run + 1 : 1;
    last = bit;
    if (run < 5) continue;
    last = 1 - bit;
    out.push(last);
    run = 1;
  }
  return out;
}

/** Every bit of a frame on the bus: stuffed up to the checksum, then delimiter, acknowledge slot (recessive), delimiter, EOF. */
export function frameBits(words: CanWords): number[] {
  const bits = payload(words);
  const crc = crc15(bits);
  for (let i = 14; i >= 0; i--) bits.push((crc >>> i) & 1);
  return [...stuffed(bits), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
}

/** Recessive bits behind the acknowledge slot: its delimiter and EOF. */
export const TAIL_BITS = 8;
