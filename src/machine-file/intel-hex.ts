import { hex } from '../emu/bits.js';
import { UsageError } from '../emu/errors.js';
import { joinSegments, type PlacedBytes } from './segments.js';

/** Intel HEX (Hexadecimal Object File Format Specification, revision A, 1988). Errors name the line. */

export interface HexImage {
  /** By address; pieces that touch are one. */
  readonly segments: readonly PlacedBytes[];
  /** From a start address record: where the program begins. */
  readonly entry: number | undefined;
}

const COLON = 0x3a;
const DAMAGED = 'the file was cut short or changed: convert it again (objcopy -O ihex)';

/** Values of hexadecimal digits by character, 0xff for others. */
const DIGITS = new Uint8Array(256).fill(0xff);
for (let value = 0; value < 16; value++) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
  DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

const isBlank = (code: number) => code === 0x0a || code === 0x0d || code === 0x20 || code === 0x09;

class HexReader {
  readonly #path: string;
  readonly #text: Uint8Array;
  #at = 0;
  #line = 1;
  /** Added to the offsets of data records: segment (type 02) or upper half (type 04). */
  #base = 0;
  #isSegmented = false;
  entry: number | undefined;
  readonly pieces: PlacedBytes[] = [];

  constructor(path: string, text: Uint8Array) {
    this.#path = path;
    this.#text = text;
  }

  refuse(what: string, remedy = DAMAGED): never {
    throw new UsageError({ what, where: `${this.#path}:${this.#line}`, remedy });
  }

  /** Goes to the next record; false at the end of the file. */
  #next(): boolean {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text[this.#at]!;
      if (code === COLON) return true;
      if (code === 0x0a) this.#line++;
      if (!isBlank(code)) this.refuse("a record starts with ':', this line does not");
    }
    return false;
  }

  #byte(): number {
    const high = DIGITS[this.#text[this.#at] ?? 0]!;
    const low = DIGITS[this.#text[this.#at + 1] ?? 0]!;
    if ((high | low) > 15) this.refuse('the record ends too early, or has characters that are no hexadecimal digits');
    this.#at += 2;
    return (high << 4) | low;
  }

  /** A record behind its colon: count, offset, type, data and checksum add up to 0. */
  #record(): { type: number; offset: number; data: Uint8Array } {
    this.#at++;
    const count = this.#byte();
    const [high, low, type] = [this.#byte(), this.#byte(), this.#byte()];
    const data = new Uint8Array(count);
    let sum = count + high + low + type;
    for (let index = 0; index < count; index++) {
      data[index] = this.#byte();
      sum += data[index]!;
    }
    const expected = -sum & 0xff;
    const checksum = this.#byte();
    if (checksum !== expected) this.refuse(`the checksum is ${hex(checksum, 2)}, but should be ${hex(expected, 2)}`);
    if (this.#at < this.#text.length && !isBlank(this.#text[this.#at]!)) {
      this.refuse(`the record is longer than the ${count} bytes it announces`);
    }
    return { type, offset: (high << 8) | low, data };
  }

  #value(data: Uint8Array, size: number, what: string): number {
    if (data.length !== size) this.refuse(`${what} has ${data.length} bytes, not ${size}`);
    return data.reduce((value, byte) => value * 256 + byte, 0);
  }

  #data(offset: number, data: Uint8Array): void {
    const limit = this.#isSegmented ? 0x1_0000 : 2 ** 32 - this.#base;
    if (offset + data.length > limit) this.refuse('the data reach past the end of the addresses, and would wrap');
    if (data.length > 0) this.pieces.push({ physicalAddress: this.#base + offset, data });
  }

  /** Reads up to the end-of-file record. */
  read(): void {
    let ended = false;
    while (!ended && this.#next()) {
      const { type, offset, data } = this.#record();
      if (type === 0) this.#data(offset, data);
      else if (type === 1) ended = true;
      else this.#address(type, data);
    }
    if (ended) this.#end();
    else
      this.refuse(this.pieces.length === 0 ? 'there is no record' : 'the end-of-file record is missing (:00000001FF)');
  }

  #address(type: number, data: Uint8Array): void {
    if (type === 2) this.#base = this.#value(data, 2, 'the extended segment address') * 16;
    else if (type === 4) this.#base = this.#value(data, 2, 'the extended linear address') * 0x1_0000;
    else if (type === 5) this.entry = this.#value(data, 4, 'the start linear address');
    else if (type === 3) {
      const start = this.#value(data, 4, 'the start segment address');
      this.entry = Math.floor(start / 0x1_0000) * 16 + (start % 0x1_0000);
    } else this.refuse(`there are no records of type ${hex(type, 2)}`);
    if (type === 2 || type === 4) this.#isSegmented = type === 2;
  }

  #end(): void {
    if (this.pieces.length === 0) this.refuse('there are no data in the image');
    if (this.#next()) this.refuse('there are records behind the end-of-file record', 'give one image, not several');
  }
}

/** Whether it looks like Intel HEX: the first thing in it is a colon and digits. */
export function looksLikeHex(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < 64 && isBlank(bytes[at] ?? 0)) at++;
  return (
    bytes[at] === COLON && bytes.length > at + 10 && [1, 2, 3, 4, 5, 6, 7, 8].every((i) => DIGITS[bytes[at + i]!]! < 16)
  );
}

/** @throws UsageError with the line */
export function readIntelHex(bytes: Uint8Array, path: string): HexImage {
  const text = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const reader = new HexReader(path, text);
  reader.read();
  return { segments: joinSegments(reader.pieces, path), entry: reader.entry };
}
