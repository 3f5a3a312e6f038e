/** Builds small ELF files byte by byte for tests (gABI chapter 4), valid unless told otherwise. */

/** A program header and the bytes behind it. */
export interface TestSegment {
  readonly paddr: number;
  readonly vaddr?: number;
  readonly data: Uint8Array | readonly number[];
  readonly memorySize?: number;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags?: number;
  /** Defaults to PT_LOAD. */
  readonly type?: number;
}

export interface TestSection {
  readonly name: string;
  /** SHT_PROGBITS 1, SHT_SYMTAB 2, SHT_STRTAB 3, SHT_NOBITS 8. */
  readonly type?: number;
  readonly flags?: number;
  readonly address?: number;
  readonly data: Uint8Array | readonly number[];
  readonly link?: number;
}

export interface TestElf {
  readonly class?: 32 | 64;
  readonly machine?: number;
  readonly type?: number;
  readonly entry?: number;
  readonly flags?: number;
  readonly segments?: readonly TestSegment[];
  readonly sections?: readonly TestSection[];
}

/** Appends little-endian fields. */
export class ByteWriter {
  readonly bytes: number[] = [];
  u8(...values: number[]): this {
    for (const value of values) this.bytes.push(value & 0xff);
    return this;
  }
  u16(value: number): this {
    return this.u8(value, value >>> 8);
  }
  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }
  /** A word of the ELF class. */
  word(width: 32 | 64, value: number): this {
    return width === 64 ? this.u64(value) : this.u32(value);
  }
  uleb(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.u8((rest % 128) + 128);
    return this.u8(rest);
  }
  sleb(value: number): this {
    let rest = value;
    for (;;) {
      const byte = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && byte < 0x40) || (rest === -1 && byte >= 0x40)) return this.u8(byte);
      this.u8(byte | 0x80);
    }
  }
  text(value: string): this {
    return this.u8(...Buffer.from(value, 'utf8'), 0);
  }
  append(data: Uint8Array | readonly number[]): this {
    for (const byte of data) this.bytes.push(byte);
    return this;
  }
}

/** Adds `.shstrtab` and gives each name's offset in it. */
function withNames(sections: readonly TestSection[]): { all: TestSection[]; offsets: number[] } {
  const names = new ByteWriter().u8(0);
  const offsets = [...sections.map((one) => one.name), '.shstrtab'].map((name) => {
    const offset = names.bytes.length;
    names.text(name);
    return offset;
  });
  return { all: [...sections, { name: '.shstrtab', type: 3, data: names.bytes }], offsets };
}

function programHeader(width: 32 | 64, one: TestSegment, offset: number): number[] {
  const flags = one.flags ?? 5;
  const out = new ByteWriter().u32(one.type ?? 1);
  if (width === 64) out.u32(flags);
  out
    .word(width, offset)
    .word(width, one.vaddr ?? one.paddr)
    .word(width, one.paddr);
  out.word(width, one.data.length).word(width, one.memorySize ?? one.data.length);
  if (width === 32) out.u32(flags);
  return out.word(width, 4).bytes;
}

function sectionHeader(width: 32 | 64, one: TestSection, name: number, offset: number): number[] {
  const out = new ByteWriter().u32(name).u32(one.type ?? 1);
  out
    .word(width, one.flags ?? 0)
    .word(width, one.address ?? 0)
    .word(width, offset)
    .word(width, one.data.length);
  out
    .u32(one.link ?? 0)
    .u32(0)
    .word(width, 1);
  return out.word(width, one.type === 2 ? (width === 64 ? 24 : 16) : 0).bytes;
}

/** An executable with these parts: header, program headers, bytes, section headers. Section 0 is the null section. */
export function testElf(description: TestElf): Uint8Array {
  const width = description.class ?? 32;
  const size = width === 64 ? { header: 64, program: 56, section: 64 } : { header: 52, program: 32, section: 40 };
  const segments = description.segments ?? [];
  const { all, offsets } = withNames(description.sections ?? []);
  let at = size.header + segments.length * size.program;
  const place = (length: number) => {
    const offset = at;
    at += length;
    return offset;
  };
  const programs = segments.map((one) => programHeader(width, one, place(one.data.length)));
  const headers = all.map((one, i) => sectionHeader(width, one, offsets[i]!, place(one.data.length)));
  const out = new ByteWriter().u8(0x7f, 0x45, 0x4c, 0x46, width === 64 ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  out
    .u16(description.type ?? 2)
    .u16(description.machine ?? 40)
    .u32(1)
    .word(width, description.entry ?? 0);
  out
    .word(width, segments.length > 0 ? size.header : 0)
    .word(width, at)
    .u32(description.flags ?? 0);
  out.u16(size.header).u16(size.program).u16(segments.length);
  out
    .u16(size.section)
    .u16(all.length + 1)
    .u16(all.length);
  for (const program of programs) out.append(program);
  for (const one of [...segments, ...all]) out.append(one.data);
  out.append(new Uint8Array(size.section));
  for (const header of headers) out.append(header);
  return Uint8Array.from(out.bytes);
}
