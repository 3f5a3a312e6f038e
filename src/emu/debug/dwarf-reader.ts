/** A cursor over little-endian DWARF bytes that never reads past its end. DWARF 5, section 7. */

/** What is wrong with the debug information; caught where lookups begin, never seen by callers. */
export class DwarfError extends Error {}

/** A string that stands in a section, decoded when somebody asks. */
export interface StringPlace {
  readonly section: Uint8Array;
  readonly offset: number;
}

/** Paths are shorter; a damaged section must not make every string as long as itself. */
const MAX_STRING = 4096;

/** The text at `place`, up to its NUL. */
export function textAt(place: StringPlace): string {
  const bytes = place.section.subarray(place.offset, place.offset + MAX_STRING);
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('utf8');
}

/** Reads forward from `at`; every method throws DwarfError instead of passing `end`. */
export class DwarfReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (at < 0 || at > end || end > bytes.length) throw new DwarfError(`offset ${at} is outside the section`);
  }

  get more(): boolean {
    return this.at < this.end;
  }

  /** Steps over `size` bytes and gives where they start. */
  skip(size: number): number {
    const start = this.at;
    if (size > this.end - start) throw new DwarfError(`cut off at byte ${start}`);
    this.at = start + size;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  s8(): number {
    return this.#view.getInt8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** An unsigned number of `size` bytes, exact up to 2^53. */
  unsigned(size: number): number {
    if (size === 1) return this.u8();
    if (size === 2) return this.u16();
    if (size === 4) return this.u32();
    if (size === 8) return Number(this.#view.getBigUint64(this.skip(8), true));
    throw new DwarfError(`a number of ${size} bytes at byte ${this.at}`);
  }

  /** Unsigned LEB128 (7.6), exact up to 2^53. */
  uleb(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Signed LEB128 (7.6), exact up to ±2^53. */
  sleb(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return (byte & 0x40) !== 0 ? value - scale * 128 : value;
    }
  }

  /** A NUL-terminated string in place. */
  string(): StringPlace {
    const start = this.at;
    const length = this.bytes.subarray(start, this.end).indexOf(0);
    if (length < 0) throw new DwarfError(`a string without end at byte ${start}`);
    this.at = start + length + 1;
    return { section: this.bytes, offset: start };
  }
}

/** A unit of `.debug_info` or `.debug_line`: the reader spans what follows its length field. */
export interface DwarfUnit {
  /** Where its length field stands in the section: how other sections refer to it. */
  readonly offset: number;
  readonly reader: DwarfReader;
  /** Bytes of an offset: 4 in 32-bit DWARF, 8 in 64-bit DWARF (7.4). */
  readonly offsetSize: 4 | 8;
}

function unitAt(bytes: Uint8Array, offset: number): DwarfUnit {
  const reader = new DwarfReader(bytes, offset);
  const first = reader.u32();
  if (first >= 0xffff_fff0 && first !== 0xffff_ffff) throw new DwarfError(`a reserved unit length at byte ${offset}`);
  const offsetSize = first === 0xffff_ffff ? 8 : 4;
  const length = offsetSize === 8 ? reader.unsigned(8) : first;
  const end = reader.at + length;
  if (end > bytes.length)
    throw new DwarfError(`the unit at byte ${offset} should end at ${end}, past the section's end`);
  return { offset, reader: new DwarfReader(bytes, reader.at, end), offsetSize };
}

/** The units of a section in order, up to the first whose length is wrong; `problem` says so then. */
export function splitUnits(bytes: Uint8Array): { units: DwarfUnit[]; problem?: string } {
  const units: DwarfUnit[] = [];
  try {
    for (let at = 0; at < bytes.length; ) {
      const unit = unitAt(bytes, at);
      units.push(unit);
      at = unit.reader.end;
    }
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
    return { units, problem: error.message };
  }
  return { units };
}
