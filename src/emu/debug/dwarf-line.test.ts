import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTable } from './dwarf-line.js';
import { readElf } from './elf.js';
import { ByteWriter, type TestSection, type TestSegment, testElf } from './elf-test-image.js';

const CODE: TestSegment = { paddr: 0x0800_0000, data: new Uint8Array(0x100), flags: 5 };
const SHF_COMPRESSED = 0x800;

function tableOf(sections: readonly TestSection[], segments: readonly TestSegment[] = [CODE]): LineTable {
  return new LineTable(readElf('app.elf', testElf({ machine: 243, segments, sections })));
}

/** DWARF 4, 6.2.4: the opcode lengths that every producer writes for opcode_base 13. */
const STANDARD = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const copy = [1];
const advancePc = (by: number) => new ByteWriter().u8(2).uleb(by).bytes;
const advanceLine = (by: number) => new ByteWriter().u8(3).sleb(by).bytes;
const setFile = (file: number) => new ByteWriter().u8(4).uleb(file).bytes;
const setColumn = (column: number) => new ByteWriter().u8(5).uleb(column).bytes;
const negateStatement = [6];
const constAddPc = [8];
const fixedAdvancePc = (by: number) => new ByteWriter().u8(9).u16(by).bytes;
const setAddress = (address: number) => new ByteWriter().u8(0, 5, 2).u32(address).bytes;
const endSequence = [0, 1, 1];
/** Line base -5, line range 14: DWARF 4, 6.2.5.1. */
const special = (operations: number, lines: number) => [lines + 5 + 14 * operations + 13];

interface Classic {
  readonly version?: number;
  readonly minimum?: number;
  readonly directories?: readonly string[];
  readonly files?: readonly (readonly [name: string, directory: number])[];
  readonly wide?: boolean;
}

function unit(body: readonly number[], wide: boolean): number[] {
  const out = new ByteWriter();
  if (wide) out.u32(0xffff_ffff).u64(body.length);
  else out.u32(body.length);
  return out.append(body).bytes;
}

/** A program of version 2 to 4. */
function classic(opcodes: readonly (readonly number[])[], options: Classic = {}): number[] {
  const { version = 4, minimum = 1, wide = false, directories = ['src'], files = [['main.c', 1]] } = options;
  const head = new ByteWriter().u8(minimum);
  if (version >= 4) head.u8(1);
  head.u8(1, -5, 14, 13, ...STANDARD);
  for (const one of directories) head.text(one);
  head.u8(0);
  for (const [name, directory] of files) head.text(name).uleb(directory).uleb(0).uleb(0);
  head.u8(0);
  const body = new ByteWriter().u16(version);
  if (wide) body.u64(head.bytes.length);
  else body.u32(head.bytes.length);
  return unit(body.append(head.bytes).append(opcodes.flat()).bytes, wide);
}

const lines = (data: readonly number[] | Uint8Array): TestSection => ({ name: '.debug_line', data });
const shown = (table: LineTable, address: number) => {
  const found = table.at(address);
  return found && `${found.path}:${found.line}:${found.column}`;
};
const each = (table: LineTable, ...addresses: number[]) => addresses.map((one) => shown(table, 0x0800_0000 + one));

const PROGRAM = [setAddress(0x0800_0010), advanceLine(9), copy, special(4, 2), advancePc(6), endSequence];

describe('a line program', () => {
  it('names the line of the last row at or before an address, up to the end of the sequence', () => {
    const table = tableOf([lines(classic(PROGRAM))]);
    const found = each(table, 0x0f, 0x10, 0x12, 0x13, 0x14, 0x19, 0x1a);
    expect(found).toEqual([
      undefined,
      'src/main.c:10:0',
      'src/main.c:10:0',
      'src/main.c:10:0',
      'src/main.c:12:0',
      'src/main.c:12:0',
      undefined,
    ]);
    expect(table.problem).toBeUndefined();
  });
  it('knows every opcode', () => {
    const table = tableOf([
      lines(
        classic(
          [
            setAddress(0x0800_0000),
            ...[setColumn(7), special(0, 3)], // 0: line 4
            ...[constAddPc, special(1, -5), negateStatement], // (255 - 13) / 14 = 17, and 1 more: 18: line -1 → 4 - 5
            ...[advanceLine(200), fixedAdvancePc(0x20), setFile(2), copy], // 18 + 32 = 50
            ...[[7], [10], [11], [12, 3], special(2, 1)], // 52
            ...[new ByteWriter().u8(0, 2, 4).uleb(9).bytes, [0, 3, 0x99, 1, 2]], // discriminator, unknown
            ...[advancePc(200), endSequence],
          ],
          { files: [...[['main.c', 1] as const], ['clock.h', 0]] },
        ),
      ),
    ]);
    expect(each(table, 0, 17, 50, 51, 52, 251, 252)).toEqual([
      'src/main.c:4:7',
      'src/main.c:4:7',
      'clock.h:199:7',
      'clock.h:199:7',
      'clock.h:200:7',
      'clock.h:200:7',
      undefined,
    ]);
  });
  it('multiplies by the minimum instruction length, but not what is fixed', () => {
    const program = [setAddress(0x0800_0000), copy, special(2, 1), fixedAdvancePc(3), advanceLine(1), copy];
    const table = tableOf([lines(classic([...program, advancePc(1), endSequence], { minimum: 2 }))]);
    expect(each(table, 3, 4, 6, 7, 8, 9).map((one) => one?.split(':')[1])).toEqual([
      '1',
      '2',
      '2',
      '3',
      '3',
      undefined,
    ]);
  });
  it('takes the last of several rows at one address', () => {
    const program = [setAddress(0x0800_0000), copy, special(0, 4), special(0, 1), advancePc(2), endSequence];
    expect(each(tableOf([lines(classic(program))]), 0)).toEqual(['src/main.c:6:0']);
  });
  it('has no line where the compiler says 0', () => {
    const program = [setAddress(0x0800_0000), copy, special(2, -1), special(2, 5), advancePc(2), endSequence];
    expect(each(tableOf([lines(classic(program))]), 0, 2, 4)).toEqual(['src/main.c:1:0', undefined, 'src/main.c:5:0']);
  });
  it('skips standard opcodes it does not know, by their operand counts', () => {
    const body = classic(PROGRAM);
    const base = body.indexOf(13);
    body.splice(base, 1, 15); // opcode_base
    body.splice(base + 1 + STANDARD.length, 0, 2, 0); // opcode 13 takes two operands, 14 none
    const opcodes = [setAddress(0x0800_0000), [13, 0x85, 1, 3], [14], copy, advancePc(4), endSequence].flat();
    const header = body.slice(4, body.length - PROGRAM.flat().length);
    header[2] = header[2]! + 2; // header_length
    expect(each(tableOf([lines(unit([...header, ...opcodes], false))]), 0, 3, 4)).toEqual([
      'src/main.c:1:0',
      'src/main.c:1:0',
      undefined,
    ]);
  });
  it.each([2, 3, 4])('may have version %i, in 32- and 64-bit DWARF', (version) => {
    expect(each(tableOf([lines(classic(PROGRAM, { version }))]), 0x14)).toEqual(['src/main.c:12:0']);
    expect(each(tableOf([lines(classic(PROGRAM, { version, wide: true }))]), 0x14)).toEqual(['src/main.c:12:0']);
  });
});

/** Version 5 (6.2.4): entry formats are described; here strings stand in each place they can. */
function modern(wide: boolean): TestSection[] {
  const [DW_LNCT_path, DW_LNCT_directory_index, DW_LNCT_MD5] = [1, 2, 5];
  const [DW_FORM_string, DW_FORM_data1, DW_FORM_strp, DW_FORM_udata, DW_FORM_data16, DW_FORM_line_strp] = [
    0x08, 0x0b, 0x0e, 0x0f, 0x1e, 0x1f,
  ];
  const lineStr = new ByteWriter().text('/fw').text('lib').text('main.c');
  const str = new ByteWriter().text('unused').text('clock.c');
  const reference = (out: ByteWriter, offset: number) => (wide ? out.u64(offset) : out.u32(offset));
  const head = new ByteWriter().u8(1, 1, 1, -5, 14, 13, ...STANDARD);
  head.u8(1).uleb(DW_LNCT_path).uleb(DW_FORM_line_strp).uleb(2);
  reference(reference(head, 0), 4);
  head.u8(3).uleb(DW_LNCT_path).uleb(DW_FORM_strp);
  head.uleb(DW_LNCT_directory_index).uleb(DW_FORM_udata).uleb(DW_LNCT_MD5).uleb(DW_FORM_data16).uleb(2);
  reference(head, 7).uleb(0).append(new Uint8Array(16));
  reference(head, 7).uleb(1).append(new Uint8Array(16));
  const body = new ByteWriter().u16(5).u8(4, 0);
  if (wide) body.u64(head.bytes.length);
  else body.u32(head.bytes.length);
  body.append(head.bytes).append([...PROGRAM.slice(0, 3), setFile(0), ...PROGRAM.slice(3)].flat());
  // A second program with the strings in place.
  const inline = new ByteWriter().u8(1, 1, 1, -5, 14, 13, ...STANDARD);
  inline.u8(1).uleb(DW_LNCT_path).uleb(DW_FORM_string).uleb(1).text('/fw');
  inline.u8(2).uleb(DW_LNCT_path).uleb(DW_FORM_string).uleb(DW_LNCT_directory_index).uleb(DW_FORM_data1).uleb(2);
  inline.text('main.c').u8(0).text('/abs/./x/../start.c').u8(0);
  const second = new ByteWriter().u16(5).u8(4, 0).u32(inline.bytes.length).append(inline.bytes);
  second.append([setAddress(0x0800_0040), copy, advancePc(4), endSequence].flat());
  return [
    lines([...unit(body.bytes, wide), ...unit(second.bytes, false)]),
    { name: '.debug_line_str', data: lineStr.bytes },
    { name: '.debug_str', data: str.bytes },
  ];
}

describe('a DWARF 5 line program', () => {
  it.each([
    ['32', false],
    ['64', true],
  ])('names files by described entries, counted from 0, in %s-bit DWARF', (_, wide) => {
    const table = tableOf(modern(wide));
    expect(each(table, 0x10, 0x14, 0x40)).toEqual(['/fw/lib/clock.c:10:0', '/fw/clock.c:12:0', '/abs/start.c:1:0']);
    expect(table.problem).toBeUndefined();
  });
  it('gives file names with as many folders as tell them apart', () => {
    const table = tableOf(modern(false));
    expect(table.at(0x0800_0010)!.file).toBe('lib/clock.c');
    expect(table.at(0x0800_0014)!.file).toBe('fw/clock.c');
    expect(table.at(0x0800_0040)!.file).toBe('start.c');
  });
});

describe('the address of a line', () => {
  const table = tableOf(modern(false));
  it('is found by the end of a path', () => {
    expect(table.addressOf('lib/clock.c', 10)).toBe(0x0800_0010);
    expect(table.addressOf('/fw/clock.c', 12)).toBe(0x0800_0014);
    expect(table.addressOf('clock.c', 12)).toBe(0x0800_0014);
  });
  it('is none for a line without code, or an unknown file', () => {
    expect(table.addressOf('clock.c', 11)).toBeUndefined();
    expect(table.addressOf('lock.c', 12)).toBeUndefined();
    expect(table.addressOf('lib/clock.c', 12)).toBeUndefined();
  });
  it('is the lowest where a statement begins', () => {
    const program = [setAddress(0x0800_0000), negateStatement, copy, negateStatement, special(4, 0), advancePc(4)];
    const both = classic([...program, endSequence]);
    expect(tableOf([lines(both)]).addressOf('main.c', 1)).toBe(0x0800_0004);
    const neither = classic([setAddress(0x0800_0002), negateStatement, copy, advancePc(4), endSequence]);
    expect(tableOf([lines(neither)]).addressOf('main.c', 1)).toBe(0x0800_0002);
  });
});

describe('what the linker dropped', () => {
  const dropped = classic([setAddress(0), advanceLine(98), copy, advancePc(0x40), endSequence]);
  it('is ignored at address 0 where no code is loaded', () => {
    const data = { ...CODE, paddr: 0, flags: 6 };
    for (const segments of [[CODE], [CODE, data]]) {
      const table = tableOf([lines([...dropped, ...classic(PROGRAM)])], segments);
      expect(table.at(0)).toBeUndefined();
      expect(table.addressOf('main.c', 99)).toBeUndefined();
      expect(each(table, 0x10)).toEqual(['src/main.c:10:0']);
    }
  });
  it('does not hide code that is loaded at 0', () => {
    const real = classic([setAddress(0x10), copy, advancePc(8), endSequence]);
    const table = tableOf([lines([...real, ...dropped])], [{ ...CODE, paddr: 0 }]);
    expect([0x0f, 0x10, 0x17, 0x18].map((address) => table.at(address)!.line)).toEqual([99, 1, 1, 99]);
  });
});

describe('compressed line tables', () => {
  const plain = classic(PROGRAM);
  const zlib = (type: number, size: number) =>
    new ByteWriter()
      .u32(type)
      .u32(size)
      .u32(1)
      .append(deflateSync(Uint8Array.from(plain))).bytes;
  const compressed = (data: number[]) => tableOf([{ ...lines(data), flags: SHF_COMPRESSED }]);

  it('are decompressed', () => {
    expect(each(compressed(zlib(1, plain.length)), 0x14)).toEqual(['src/main.c:12:0']);
    const old = new ByteWriter().u8(...Buffer.from('ZLIB'), 0, 0, 0, 0, 0, 0, 0, plain.length);
    const table = tableOf([{ name: '.zdebug_line', data: old.append(deflateSync(Uint8Array.from(plain))).bytes }]);
    expect(each(table, 0x14)).toEqual(['src/main.c:12:0']);
  });
  it('that cannot be are a problem, not an exception', () => {
    const problem = (data: number[]) => {
      const table = compressed(data);
      expect(table.at(0x0800_0010)).toBeUndefined();
      return table.problem;
    };
    expect(problem(zlib(2, plain.length))).toBe(
      '.debug_line is compressed by method 2, only zlib (1) is known: link with -gz=zlib',
    );
    expect(problem([1, 0])).toBe('.debug_line has no complete compression header');
    expect(problem(zlib(1, 0xffff_ffff))).toBe('.debug_line would be 4294967295 bytes decompressed');
    expect(problem(zlib(1, 10))).toContain('.debug_line cannot be decompressed: ');
    expect(problem(zlib(1, plain.length).slice(0, 30))).toContain('.debug_line cannot be decompressed: ');
  });
});

describe('damaged line tables', () => {
  const problem = (data: readonly number[]) => {
    const table = tableOf([lines(data)]);
    expect(() => table.at(0x0800_0010)).not.toThrow();
    return table.problem;
  };
  it('say what is wrong', () => {
    expect(tableOf([]).problem).toBe('the image has no line information: compile with -g');
    expect(problem(classic(PROGRAM, { version: 6 }))).toBe(
      '.debug_line, program at 0x00000000: version 6; 2 to 5 are known',
    );
    expect(problem(classic(PROGRAM).slice(0, -1))).toContain('.debug_line: the unit at byte 0 should end at');
    expect(problem([0xf0, 0xff, 0xff, 0xff])).toBe('.debug_line: a reserved unit length at byte 0');
    const falling = [setAddress(0x0800_0010), copy, setAddress(0x0800_0008), copy, advancePc(9), endSequence];
    expect(problem(classic(falling))).toContain('addresses fall');
    expect(problem(classic([[0, 9, 2, 1]]))).toContain('cut off');
  });
  it('keep the programs that can be read', () => {
    const table = tableOf([lines([...classic(PROGRAM, { version: 6 }), ...classic(PROGRAM)])]);
    expect(each(table, 0x14)).toEqual(['src/main.c:12:0']);
    expect(table.problem).toContain('program at 0x00000000');
  });
  it('drop a sequence that does not end', () => {
    const table = tableOf([lines(classic([...PROGRAM, setAddress(0x0800_0040), copy]))]);
    expect(each(table, 0x14, 0x40)).toEqual(['src/main.c:12:0', undefined]);
  });
  it('refuse entries that take no bytes', () => {
    const head = new ByteWriter()
      .u8(1, 1, 1, -5, 14, 13, ...STANDARD)
      .u8(0)
      .uleb(2 ** 40);
    expect(problem(unit(new ByteWriter().u16(5).u8(4, 0).u32(99).append(head.bytes).bytes, false))).toContain(
      'entries without bytes',
    );
  });

  it('never throw out of a lookup, whatever is cut off or changed', () => {
    const sections = modern(false);
    const sources = [classic(PROGRAM), sections[0]!.data, modern(true)[0]!.data].map((one) => Uint8Array.from(one));
    const edit = fc.tuple(fc.nat(250), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    const edits = fc.array(edit, { minLength: 1, maxLength: 8 });
    const property = fc.property(fc.constantFrom(...sources), fc.nat(250), edits, (source, length, changes) => {
      const bytes = source.slice(0, length);
      for (const [offset, value] of changes) if (offset < bytes.length) bytes[offset] = value;
      const table = tableOf([lines(bytes), ...sections.slice(1)]);
      for (const address of [0, 0x0800_0010, 0x0800_0041]) table.at(address);
      table.addressOf('clock.c', 10);
      expect(['string', 'undefined']).toContain(typeof table.problem);
    });
    fc.assert(property, { numRuns: 2000, seed: 5 });
  });
});

/** A `.debug_info` unit with only its root entry, and the abbreviation for it. */
function compilationUnit(version: number, directory: string): TestSection[] {
  const [DW_TAG_compile_unit, DW_AT_stmt_list, DW_AT_comp_dir, DW_AT_language] = [0x11, 0x10, 0x1b, 0x13];
  const [DW_FORM_data4, DW_FORM_string, DW_FORM_data2, DW_FORM_sec_offset] = [0x06, 0x08, 0x05, 0x17];
  const stmtList = version >= 4 ? DW_FORM_sec_offset : DW_FORM_data4;
  const abbrev = new ByteWriter().uleb(7).uleb(0x2e).u8(0, 0, 0);
  abbrev.uleb(9).uleb(DW_TAG_compile_unit).u8(1).uleb(DW_AT_language).uleb(DW_FORM_data2);
  abbrev.uleb(DW_AT_comp_dir).uleb(DW_FORM_string).uleb(DW_AT_stmt_list).uleb(stmtList).u8(0, 0, 0);
  const info = new ByteWriter().u16(version).u32(0).u8(4).uleb(9).u16(12).text(directory).u32(0);
  return [
    { name: '.debug_abbrev', data: abbrev.bytes },
    { name: '.debug_info', data: unit(info.bytes, false) },
  ];
}

describe('relative directories before DWARF 5', () => {
  it.each([2, 4])('start at the compilation directory of the unit, version %i', (version) => {
    const table = tableOf([lines(classic(PROGRAM, { version })), ...compilationUnit(version, '/home/me/fw')]);
    expect(each(table, 0x14)).toEqual(['/home/me/fw/src/main.c:12:0']);
  });
  it('are tidied on every platform', () => {
    const options = { directories: ['..\\src'], files: [['.\\main.c', 1]] } as const;
    const table = tableOf([lines(classic(PROGRAM, options)), ...compilationUnit(4, 'C:\\fw\\build')]);
    expect(table.at(0x0800_0014)).toEqual({ file: 'main.c', path: 'C:/fw/src/main.c', line: 12, column: 0 });
  });
  it('stay relative where the unit cannot be read', () => {
    const [, info] = compilationUnit(4, '/home/me/fw');
    expect(each(tableOf([lines(classic(PROGRAM)), info!]), 0x14)).toEqual(['src/main.c:12:0']);
  });
});
