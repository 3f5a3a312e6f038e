import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../emu/errors.js';
import { type FirmwareImage, type ImageOptions, readImage } from './images.js';

const ELF = fileURLToPath(new URL('../../examples/firmware-tests/blinky/blinky.elf', import.meta.url));

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (path: string, contents: Uint8Array, options: ImageOptions = {}) =>
  readImage(path, { ...options, bytes: contents });

function refused(path: string, contents: Uint8Array, options: ImageOptions = {}): string {
  try {
    read(path, contents, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { what, where, remedy } = error.problem;
    return `${where}: ${what}${remedy ? ` (${remedy})` : ''}`;
  }
  return 'accepted';
}

/** One record of Intel HEX. */
function record(type: number, offset: number, ...data: readonly number[]): string {
  const all = [data.length, offset >> 8, offset & 0xff, type, ...data];
  const sum = -all.reduce((a, b) => a + b, 0) & 0xff;
  return `:${[...all, sum].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}\n`;
}
const END = record(1, 0);

interface Block {
  readonly address: number;
  readonly data: readonly number[];
  readonly number: number;
  readonly count: number;
  readonly family?: number;
  readonly flags?: number;
}

/** One block of UF2. */
function uf2Block({ address, data, number, count, family = 0x6d09_22fa, flags = 0x2000 }: Block): Uint8Array {
  const block = new Uint8Array(512);
  const view = new DataView(block.buffer);
  const words = [0x0a32_4655, 0x9e5d_5157, flags, address, data.length, number, count, family];
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  block.set(data, 32);
  view.setUint32(508, 0x0ab1_6f30, true);
  return block;
}
const uf2 = (...blocks: readonly Block[]) => Uint8Array.from(blocks.flatMap((block) => [...uf2Block(block)]));
const two = (change: Partial<Block> = {}): readonly [Block, Block] => [
  { address: 0x800_0000, data: [1, 2], number: 0, count: 2 },
  { address: 0x800_0002, data: [3], number: 1, count: 2, ...change },
];

const shown = ({ segments, entry }: FirmwareImage) => ({
  entry,
  segments: segments.map(({ physicalAddress, data }) => [physicalAddress, [...data]]),
});

describe('what a file is', () => {
  test('its contents say', () => {
    expect(readImage(ELF)).toMatchObject({ format: 'elf', entry: expect.any(Number) });
    expect(read('a.bin', bytes(record(0, 0, 1) + END)).format).toBe('hex');
    expect(read('a.bin', uf2(...two())).format).toBe('uf2');
    expect(read('a.img', Uint8Array.of(1, 2), { at: 4 }).format).toBe('bin');
  });

  test('may be said', () => {
    expect(shown(read('a.hex', bytes(END), { format: 'bin', at: 16 })).segments).toEqual([[16, [...bytes(END)]]]);
  });

  test('is wrong where its name says something else', () => {
    expect(refused('a.elf', bytes('hello'))).toContain('a.elf');
    expect(refused('a.hex', bytes('hello'))).toMatchInlineSnapshot(
      `"a.hex:1: a record starts with ':', this line does not (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(refused('a.uf2', new Uint8Array(512))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x0: the block has 0x00000000 where 0x0a324655 belongs (the file was cut short or damaged: convert it again)"`,
    );
    expect(refused('a.srec', bytes('S00600004844521B\n'), { at: 0 })).toMatchInlineSnapshot(
      `"a.srec: the image holds S-records, which are not read (convert them: objcopy -I srec -O ihex)"`,
    );
    expect(refused('a.bin', bytes('hello'))).toMatchInlineSnapshot(
      `"a.bin: the image is neither ELF, Intel HEX nor UF2, so it is raw bytes, which have no address (say where they go: a.bin@0x08000000)"`,
    );
    expect(refused('a.bin', bytes(''), { at: 0 })).toMatchInlineSnapshot(`"a.bin: the image is empty"`);
    expect(refused('a.bin', bytes('hello'), { at: 0xffff_fffe })).toMatchInlineSnapshot(
      `"a.bin: 5 bytes at 0xfffffffe reach past the addresses"`,
    );
    expect(refused('a.hex', bytes(record(0, 0, 1) + END), { at: 0 })).toMatchInlineSnapshot(
      `"a.hex: an image in Intel HEX has its own addresses, and cannot be put at another one (leave out '@address', or say that it is raw: format: bin)"`,
    );
  });

  test('missing is said', () => {
    expect(() => readImage('/nowhere/a.bin')).toThrow('the image does not exist');
  });
});

describe('Intel HEX', () => {
  const hex = (...records: readonly string[]) => shown(read('a.hex', bytes(records.join(''))));

  test('has data at linear addresses, pieces that touch as one', () => {
    const image = hex(record(4, 0, 0x80, 0), record(0, 2, 3, 4), record(0, 0, 1, 2), record(0, 0x100, 9), END);
    expect(image.segments).toEqual([
      [0x8000_0000, [1, 2, 3, 4]],
      [0x8000_0100, [9]],
    ]);
  });

  test('has data at segment addresses, and start addresses of both forms', () => {
    expect(hex(record(2, 0, 0x12, 0x34), record(0, 5, 1), record(3, 0, 0x12, 0x34, 0, 5), END)).toEqual({
      segments: [[0x1_2345, [1]]],
      entry: 0x1_2345,
    });
    expect(hex(record(0, 0, 1), record(5, 0, 8, 0, 1, 0xc1), END).entry).toBe(0x800_01c1);
  });

  test('takes blank lines, CR LF, small letters and a byte order mark', () => {
    const text = `\n${record(0, 0, 0xab)}\n\n${END}`.toLowerCase().replaceAll('\n', '\r\n');
    expect(shown(read('a.hex', bytes(`\ufeff${text}`))).segments).toEqual([[0, [0xab]]]);
  });

  test('that is damaged names the line', () => {
    const wrong = (...records: readonly string[]) => refused('a.hex', bytes(records.join('')));
    expect(wrong(record(0, 0, 1), ':0100000001FF\n', END)).toMatchInlineSnapshot(
      `"a.hex:2: the checksum is 0xff, but should be 0xfe (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1))).toMatchInlineSnapshot(
      `"a.hex:2: the end-of-file record is missing (:00000001FF) (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1), 'x')).toMatchInlineSnapshot(
      `"a.hex:2: a record starts with ':', this line does not (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1), ':02000')).toMatchInlineSnapshot(
      `"a.hex:2: the record ends too early, or has characters that are no hexadecimal digits (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1), `${END.trim()}00`)).toMatchInlineSnapshot(
      `"a.hex:2: the record is longer than the 0 bytes it announces (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1), record(6, 0), END)).toMatchInlineSnapshot(
      `"a.hex:2: there are no records of type 0x06 (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1), record(4, 0, 1), END)).toMatchInlineSnapshot(
      `"a.hex:2: the extended linear address has 1 bytes, not 2 (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(record(0, 0, 1, 2), record(0, 1, 3), END)).toMatchInlineSnapshot(
      `"a.hex: two pieces of the image load over each other at 0x00000001 (give an image that holds every address once)"`,
    );
    expect(wrong(record(4, 0, 0xff, 0xff), record(0, 0xffff, 1, 2), END)).toMatchInlineSnapshot(
      `"a.hex:2: the data reach past the end of the addresses, and would wrap (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
    expect(wrong(END, record(0, 0, 1))).toMatchInlineSnapshot(
      `"a.hex:1: there are no data in the image (the file was cut short or changed: convert it again (objcopy -O ihex))"`,
    );
  });
});

describe('UF2', () => {
  test('has data by address, in any order of its blocks', () => {
    const [first, second] = two();
    expect(shown(read('a.uf2', uf2(second, first))).segments).toEqual([[0x800_0000, [1, 2, 3]]]);
  });

  test('leaves out blocks for other places, and those that are to be ignored', () => {
    const elsewhere = { address: 0, data: [9], number: 0, count: 1, flags: 1 };
    const ignored = { address: 0x10ff_ff00, data: [9], number: 0, count: 1, family: 0xe48b_ff57 };
    expect(shown(read('a.uf2', uf2(ignored, elsewhere, ...two()))).segments).toEqual([[0x800_0000, [1, 2, 3]]]);
  });

  test('that is damaged names the offset', () => {
    const wrong = (...blocks: readonly Block[]) => refused('a.uf2', uf2(...blocks));
    expect(wrong(two()[0])).toMatchInlineSnapshot(
      `"a.uf2, offset 0x0: block 1 of 2 is missing (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two({ number: 0 }))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x214: block 0 is there twice (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two({ count: 3 }))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x218: the block belongs to 3 blocks, those before to 2 (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two({ number: 7 }))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x214: the block says that it is number 7 of 2 (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two({ address: 0x800_0001 }))).toMatchInlineSnapshot(
      `"a.uf2: two pieces of the image load over each other at 0x08000001 (give an image that holds every address once)"`,
    );
    expect(wrong(...two({ address: 0xffff_ffff, data: [1, 2] }))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x20c: 2 bytes at 0xffffffff reach past the addresses (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two({ flags: 0x1000 }))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x208: the block holds a part of a file, not of an image (the file was cut short or damaged: convert it again)"`,
    );
    expect(wrong(...two(), { ...two()[0], count: 1, family: 0xe48b_ff56 })).toMatchInlineSnapshot(
      `"a.uf2, offset 0x0: the file is for several families: STM32F407, RP2040 (give a file for one chip)"`,
    );
    expect(refused('a.uf2', uf2(...two()).subarray(0, 1000))).toMatchInlineSnapshot(
      `"a.uf2, offset 0x3e8: 1000 bytes are no whole blocks of 512 (the file was cut short or damaged: convert it again)"`,
    );
    const large = uf2(...two());
    new DataView(large.buffer).setUint32(512 + 16, 477, true);
    expect(refused('a.uf2', large)).toMatchInlineSnapshot(
      `"a.uf2, offset 0x210: the block holds 477 bytes, more than 476 (the file was cut short or damaged: convert it again)"`,
    );
    large[512 + 508] = 0;
    expect(refused('a.uf2', large)).toMatchInlineSnapshot(
      `"a.uf2, offset 0x3fc: the block has 0x0ab16f00 where 0x0ab16f30 belongs (the file was cut short or damaged: convert it again)"`,
    );
  });
});

test('what is written is read', () => {
  const chunk = fc.record({
    gap: fc.nat({ max: 3 }),
    data: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 1, maxLength: 20 }), fc.nat({ max: 0xfffe }), (chunks, upper) => {
      const memory = new Map<number, number>();
      const blocks: Block[] = [];
      let offset = 0;
      for (const { gap, data } of chunks) {
        offset += gap;
        for (const [index, byte] of data.entries()) memory.set(upper * 0x1_0000 + offset + index, byte);
        blocks.push({ address: upper * 0x1_0000 + offset, data, number: blocks.length, count: chunks.length });
        offset += data.length;
      }
      const hex = blocks.map(({ address, data }) => record(0, address & 0xffff, ...data)).join('');
      const text = `${record(4, 0, upper >> 8, upper & 0xff)}${hex}${END}`;
      for (const image of [read('a.hex', bytes(text)), read('a.uf2', uf2(...blocks))]) {
        const found = image.segments.flatMap(({ physicalAddress, data }) =>
          [...data].map((byte, index) => [physicalAddress + index, byte] as const),
        );
        expect(new Map(found)).toEqual(memory);
      }
    }),
    { numRuns: 50 },
  );
});
