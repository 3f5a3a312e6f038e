import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.js';
import { readElf, requireElfFor } from './elf.js';
import { CORTEX_M4, installed, Workshop } from './elf-test-compiler.js';
import { ByteWriter, type TestElf, type TestSection, testElf } from './elf-test-image.js';

const FLASH = { name: 'flash', base: 0x0800_0000, size: 0x10_0000 };
const SRAM1 = { name: 'sram1', base: 0x2000_0000, size: 0x1c000 };
const SRAM2 = { name: 'sram2', base: 0x2001_c000, size: 0x4000 };
const BOARD = { machine: 'arm', class: 32, memories: [FLASH, SRAM1, SRAM2], fpu: false } as const;
const RISCV = { ...BOARD, machine: 'riscv', memories: [{ name: 'ram', base: 0x8000_0000, size: 0x1000 }] } as const;

/** `.ARM.attributes` with these file-scope attributes (IHI 0045 §3.1). */
function armAttributes(attributes: readonly number[]): TestSection {
  const vendor = new ByteWriter()
    .text('aeabi')
    .u8(1)
    .u32(5 + attributes.length)
    .u8(...attributes);
  const data = new ByteWriter()
    .u8(0x41)
    .u32(4 + vendor.bytes.length)
    .append(vendor.bytes).bytes;
  return { name: '.ARM.attributes', type: 0x7000_0003, data };
}

const BLINKY: TestElf = {
  entry: 0x0800_0009,
  segments: [
    { paddr: 0x0800_0000, data: [0, 0, 2, 0x20, 9, 0, 0, 8, 0xfe, 0xe7] },
    { paddr: 0x0800_000a, vaddr: 0x2000_0000, data: [5, 0, 0, 0], memorySize: 0x100, flags: 6 },
  ],
  sections: [{ name: '.text', flags: 6, address: 0x0800_0000, data: [0xfe, 0xe7] }],
};
const HELLO: TestElf = { machine: 243, entry: 0x8000_0000, segments: [{ paddr: 0x8000_0000, data: [1, 0] }] };

/** The message of the UsageError that `act` throws. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('nothing was refused');
}

const read = (description: TestElf) => readElf('app.elf', testElf(description));
const refused = (bytes: Uint8Array | readonly number[]) => refusal(() => readElf('app.elf', Uint8Array.from(bytes)));
const patched = (offset: number, ...bytes: number[]) => {
  const image = testElf(BLINKY);
  image.set(bytes, offset);
  return refused(image);
};

describe('reading an executable', () => {
  it('gives segments by physical address, with the bytes of the file', () => {
    const image = read({ ...BLINKY, segments: [...BLINKY.segments!].reverse() });
    expect(image).toMatchObject({ class: 32, machine: 'arm', entry: 0x0800_0009, path: 'app.elf' });
    expect(image.segments).toMatchObject([
      { physicalAddress: 0x0800_0000, virtualAddress: 0x0800_0000, memorySize: 10, flags: 'rx' },
      { physicalAddress: 0x0800_000a, virtualAddress: 0x2000_0000, memorySize: 0x100, flags: 'rw' },
    ]);
    expect([...image.segments[1]!.data]).toEqual([5, 0, 0, 0]);
  });
  it('reads bytes that are a view into a larger buffer', () => {
    const image = testElf(BLINKY);
    const larger = new Uint8Array(image.length + 7);
    larger.set(image, 7);
    expect([...readElf('app.elf', larger.subarray(7)).segments[1]!.data]).toEqual([5, 0, 0, 0]);
  });
  it('names sections and reads their bytes', () => {
    const text = read(BLINKY).sections.find((one) => one.name === '.text');
    expect(text).toMatchObject({ type: 'progbits', address: 0x0800_0000, allocated: true, executable: true });
    expect([...text!.data]).toEqual([0xfe, 0xe7]);
  });
  it('reads 64-bit RISC-V', () => {
    const image = read({ ...HELLO, class: 64, sections: [{ name: '.note', data: [1, 2, 3] }] });
    expect(image).toMatchObject({ class: 64, machine: 'riscv', entry: 0x8000_0000 });
    expect(image.segments).toMatchObject([{ physicalAddress: 0x8000_0000, memorySize: 2, flags: 'rx' }]);
    expect([...image.sections.find((one) => one.name === '.note')!.data]).toEqual([1, 2, 3]);
  });
  it('leaves the ELF headers out of a segment that starts with them', () => {
    const bytes = testElf({ ...BLINKY, segments: BLINKY.segments!.slice(0, 1) });
    const view = new DataView(bytes.buffer);
    const headers = 52 + 32;
    view.setUint32(52 + 4, 0, true); // p_offset
    view.setUint32(52 + 8, 0x0800_0000 - headers - 10, true); // p_vaddr
    view.setUint32(52 + 12, 0x0800_0000 - headers - 10, true); // p_paddr
    view.setUint32(52 + 16, headers + 10 + 2, true); // p_filesz, up to the end of .text
    view.setUint32(52 + 20, headers + 10 + 2, true);
    const [segment] = readElf('app.elf', bytes).segments;
    expect(segment).toMatchObject({ physicalAddress: 0x0800_0000, virtualAddress: 0x0800_0000, memorySize: 2 });
    expect([...segment!.data]).toEqual([0xfe, 0xe7]);
  });
  it('reads an image without section headers', () => {
    const bytes = testElf(BLINKY);
    bytes.fill(0, 32, 36); // e_shoff
    expect(readElf('app.elf', bytes).sections).toEqual([]);
  });
});

describe('floating point', () => {
  it('is hard-float by Tag_ABI_VFP_args, uses an FPU by Tag_FP_arch', () => {
    const built = (...attributes: number[]) => read({ ...BLINKY, sections: [armAttributes(attributes)] });
    expect(built(5, 0x34, 0, 6, 13, 7, 0x4d)).toMatchObject({ hardFloat: false, usesFpu: false, armProfile: 'M' });
    expect(built(5, 0x34, 0, 10, 6)).toMatchObject({ hardFloat: false, usesFpu: true });
    expect(built(5, 0x34, 0, 10, 6, 32, 1, 0x67, 0, 28, 1)).toMatchObject({ hardFloat: true, usesFpu: true });
  });
  it('is hard-float by e_flags', () => {
    expect(read({ ...BLINKY, flags: 0x0500_0400 }).hardFloat).toBe(true);
    expect(read({ ...BLINKY, flags: 0x0500_0200 }).hardFloat).toBe(false);
    expect(read({ ...HELLO, flags: 0x1 }).hardFloat).toBe(false);
    expect(read({ ...HELLO, flags: 0x3 }).hardFloat).toBe(true);
  });
});

describe('files that cannot be read', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fwtest-elf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const said = (name: string) => refusal(() => readElf(join(folder, name))).replaceAll(folder, '');

  it('says that a file is missing', () => {
    expect(said('none.elf')).toMatchInlineSnapshot(`
      "the firmware file does not exist
        where: /none.elf (ENOENT)
        remedy: build the firmware first, or correct the path"
    `);
  });
  it('says that the path is a directory', () => {
    mkdirSync(join(folder, 'build'));
    expect(said('build')).toMatchInlineSnapshot(`
      "the firmware path is a directory
        where: /build
        remedy: give the ELF file inside it"
    `);
  });
  it('says that a file is empty', () => {
    writeFileSync(join(folder, 'empty.elf'), '');
    expect(said('empty.elf')).toMatchInlineSnapshot(`
      "the firmware file is empty
        where: /empty.elf: 0 bytes
        remedy: build it again"
    `);
  });
  it('reads a good file', () => {
    writeFileSync(join(folder, 'good.elf'), testElf(BLINKY));
    expect(readElf(join(folder, 'good.elf')).segments).toHaveLength(2);
  });
});

describe('files that are no ELF', () => {
  const looksLike = (bytes: string | readonly number[]) =>
    refused(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);

  it('says what the file looks like and what to give instead', () => {
    expect(looksLike(':020000040800F2\n:10000000000002208D0100089101000893010008A9\n')).toMatchInlineSnapshot(`
      "not an ELF file: it looks like an Intel HEX file
        where: app.elf: EI_MAG
        remedy: it was made from an ELF: give the ELF that the linker wrote (usually .elf, .axf or .out), which also has the symbols and lines"
    `);
    expect(looksLike([0, 0, 2, 0x20, 0x8d, 1, 0, 8, 0x91, 1, 0, 8])).toMatchInlineSnapshot(`
      "not an ELF file: it looks like a raw binary that starts with a Cortex-M vector table
        where: app.elf: EI_MAG
        remedy: it was made from an ELF: give the ELF that the linker wrote (usually .elf, .axf or .out), which also has the symbols and lines"
    `);
    expect(looksLike('!<arch>\nlibc.a/')).toMatchInlineSnapshot(`
      "not an ELF file: it looks like a static library (ar archive)
        where: app.elf: EI_MAG
        remedy: link it into an executable first, then give the ELF that the linker wrote (usually .elf, .axf or .out)"
    `);
  });
  it.each([
    ['a UF2 file', 'UF2\nWQ]\x9e'],
    ['a Windows program (PE)', 'MZ\x90\0'],
    ['a Motorola S-record file', 'S00600004844521B\nS1130000'],
    ['a text file', 'int main(void) { return 0; }\n'],
    ['a script', '#!/bin/sh\nmake\n'],
    ['a ZIP archive', 'PK\x03\x04\x14'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n'],
    ['a raw binary (first bytes 0x13 0x00 0x00 0x00)', '\x13\0\0\0'],
  ])('recognizes %s', (name, bytes) => {
    expect(looksLike(bytes)).toContain(`it looks like ${name}\n`);
  });
});

describe('images for something else', () => {
  it('names the machine of a program for the host', () => {
    expect(refused(testElf({ ...BLINKY, class: 64, machine: 62, type: 3 }))).toMatchInlineSnapshot(`
      "an x86-64 program, not Arm or RISC-V firmware
        where: app.elf: e_machine = 62
        remedy: build the firmware with arm-none-eabi-gcc (STM32) or riscv64-unknown-elf-gcc (RISC-V)"
    `);
    expect(refused(testElf({ ...BLINKY, machine: 9999 }))).toContain('a program for machine number 9999');
  });
  it('refuses what is no executable', () => {
    expect(refused(testElf({ ...BLINKY, type: 1 }))).toMatchInlineSnapshot(`
      "a relocatable object file (.o), not an executable
        where: app.elf: e_type = 1
        remedy: link it, and give the ELF that the linker wrote"
    `);
    expect(refused(testElf({ ...BLINKY, type: 3 }))).toContain('a shared object or position-independent executable');
    expect(refused(testElf({ ...BLINKY, type: 4 }))).toContain('a core dump');
  });
  it('refuses big-endian and unknown classes', () => {
    expect(patched(5, 2)).toMatchInlineSnapshot(`
      "the ELF is big-endian; the boards are little-endian
        where: app.elf: EI_DATA
        remedy: build the firmware with arm-none-eabi-gcc (STM32) or riscv64-unknown-elf-gcc (RISC-V), without -mbig-endian"
    `);
    expect(patched(4, 7)).toContain('class 7');
    expect(patched(5, 0)).toContain('byte order 0');
  });
});

describe('damaged images', () => {
  const whole = testElf(BLINKY);
  it('says which part is cut off', () => {
    const cut = (length: number) => refused(whole.subarray(0, length));
    expect(cut(10)).toContain('its identification should end at byte 16, the file has 10');
    expect(cut(40)).toContain('its header should end at byte 52, the file has 40');
    expect(cut(52)).toContain('its table of program headers should end at byte 116');
    expect(cut(120)).toMatchInlineSnapshot(`
      "the ELF is truncated: its segment 0 should end at byte 126, the file has 120
        where: app.elf: program header 0, p_offset + p_filesz
        remedy: the file was cut short or damaged: build it again, or copy it again in binary mode"
    `);
    expect(cut(whole.length - 1)).toContain(`its table of section headers should end at byte ${whole.length}`);
  });
  it('refuses table entries of another size', () => {
    expect(patched(42, 31)).toContain('program headers of 31 bytes instead of 32');
    expect(patched(46, 0)).toContain('section headers of 0 bytes instead of 40');
  });
  it('refuses a name table that is none', () => {
    expect(patched(50, 9)).toContain('the section with the names is missing');
    expect(patched(50, 1)).toContain('the section with the names has type 1, not 3');
  });
  it('refuses a segment with more bytes than memory, or past the end of the address space', () => {
    expect(patched(52 + 20, 3)).toContain('segment 0 has 10 bytes in the file but only 3 in memory');
    expect(patched(52 + 12, 0xff, 0xff, 0xff, 0xff)).toContain('10 bytes at 0xffffffff, reaches past 2^32');
  });
  it('refuses an image with nothing to load', () => {
    expect(refused(testElf({ segments: [{ type: 4, paddr: 0, data: [1] }] }))).toMatchInlineSnapshot(`
      "the ELF has nothing to load: no PT_LOAD program header with a memory size
        where: app.elf: program headers
        remedy: link the firmware with its linker script (-T); a file with debug information only cannot run"
    `);
  });
  it('refuses segments that load over each other', () => {
    const second = { paddr: 0x0800_0008, vaddr: 0x2000_0000, data: [1, 2, 3] };
    expect(refused(testElf({ segments: [...BLINKY.segments!.slice(0, 1), second] }))).toMatchInlineSnapshot(`
      "two segments load over each other: 10 bytes at 0x08000000 and 3 bytes at 0x08000008
        where: app.elf: program headers, p_paddr
        remedy: correct the load addresses (AT>, LMA) in the linker script"
    `);
  });
  it('lets .bss behind .data reach over what is loaded behind .data', () => {
    const ramCode = { paddr: 0x0800_000e, vaddr: 0x2000_1000, data: [1, 2] };
    expect(read({ segments: [...BLINKY.segments!, ramCode] }).segments).toHaveLength(3);
  });

  it('throws nothing but UsageError, whatever is cut off or changed', () => {
    const images = [
      whole,
      testElf({ ...HELLO, class: 64 }),
      testElf({ ...BLINKY, sections: [armAttributes([10, 6])] }),
    ];
    const edit = fc.tuple(fc.nat(400), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    const property = fc.property(
      fc.constantFrom(...images),
      fc.option(fc.nat(600), { nil: undefined }),
      fc.array(edit, { maxLength: 6 }),
      (image, length, edits) => {
        const bytes = image.slice(0, length);
        for (const [offset, value] of edits) if (offset < bytes.length) bytes[offset] = value;
        let read: ReturnType<typeof readElf>;
        try {
          read = readElf('app.elf', bytes);
          requireElfFor(read, BOARD);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        for (const one of [...read.segments, ...read.sections]) expect(one.data.buffer).toBe(bytes.buffer);
      },
    );
    fc.assert(property, { numRuns: process.env['FWTEST_HOSTILE'] ? 100_000 : 5000, seed: 20 });
  }, 1_800_000);
});

describe.skipIf(!installed(CORTEX_M4))('images of the compiler (needs arm-none-eabi-gcc)', () => {
  const built = (...options: string[]) => {
    using workshop = new Workshop();
    workshop.write(
      'main.c',
      'volatile float f; float same(float x) { return x; }\nvoid _start(void) { f = same(f); }\n',
    );
    return readElf(workshop.compile(CORTEX_M4, options, ['main.c']));
  };
  it('say whether they need an FPU', () => {
    expect(built()).toMatchObject({ hardFloat: false, usesFpu: false, armProfile: 'M', armState: false });
    const softfp = built('-mfloat-abi=softfp', '-mfpu=fpv4-sp-d16');
    expect(softfp).toMatchObject({ hardFloat: false, usesFpu: true, armProfile: 'M', armState: false });
    expect(built('-mfloat-abi=hard', '-mfpu=fpv4-sp-d16')).toMatchObject({ hardFloat: true, usesFpu: true });
  });
  it('say whether they need Arm instructions', () => {
    expect(built('-mcpu=arm7tdmi', '-marm')).toMatchObject({ armState: true });
    expect(built('-mcpu=cortex-a9', '-marm')).toMatchObject({ armProfile: 'A', armState: true });
  });
});

describe('images for another board', () => {
  const needs = (description: TestElf, board: Parameters<typeof requireElfFor>[1] = BOARD) =>
    refusal(() => requireElfFor(read(description), board));

  it('accepts what fits', () => {
    expect(() => requireElfFor(read(BLINKY), BOARD)).not.toThrow();
    expect(() => requireElfFor(read(HELLO), RISCV)).not.toThrow();
  });
  it('names both machines', () => {
    expect(needs(HELLO)).toMatchInlineSnapshot(`
      "the firmware is a RISC-V program; the board runs Arm programs
        where: app.elf: e_machine = 243
        remedy: build it with arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb, or choose a RISC-V board"
    `);
    expect(needs(BLINKY, RISCV)).toContain('the firmware is an Arm program; the board runs RISC-V programs');
  });
  it('refuses another word size or profile', () => {
    expect(needs({ ...HELLO, class: 64 }, RISCV)).toMatchInlineSnapshot(`
      "the firmware is a 64-bit program; the board is 32-bit
        where: app.elf: EI_CLASS
        remedy: build it with riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32"
    `);
    expect(needs({ ...BLINKY, sections: [armAttributes([7, 0x41])] })).toContain('an Arm A-profile processor');
  });
  it('refuses what was compiled without -mcpu', () => {
    expect(needs({ ...BLINKY, sections: [armAttributes([6, 2, 8, 1, 9, 1])] })).toMatchInlineSnapshot(`
      "the firmware is built for processors with Arm instructions; the board has a Cortex-M, which runs Thumb
        where: app.elf: .ARM.attributes, Tag_ARM_ISA_use
        remedy: compile and link all of it with arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"
    `);
    const thumb = read({ ...BLINKY, sections: [armAttributes([6, 13, 7, 0x4d, 9, 2])] });
    expect(() => requireElfFor(thumb, BOARD)).not.toThrow();
  });
  it('refuses hard-float where there is no FPU', () => {
    const hard = { ...BLINKY, flags: 0x0500_0400 };
    expect(needs(hard)).toMatchInlineSnapshot(`
      "the firmware passes floating-point values in FPU registers (hard-float); the board has no FPU
        where: app.elf: .ARM.attributes, Tag_ABI_VFP_args
        remedy: build and link all of it with -mfloat-abi=soft"
    `);
    expect(() => requireElfFor(read(hard), { ...BOARD, fpu: true })).not.toThrow();
  });
  it('refuses a segment outside memory and lists the memories', () => {
    expect(needs({ segments: [{ paddr: 0x0040_0000, data: [1, 2] }] })).toMatchInlineSnapshot(`
      "a segment of 2 bytes at 0x00400000 is outside the board's memories
        where: app.elf: program headers, p_paddr
        remedy: link the firmware for this board (memories: flash 0x08000000–0x080fffff, sram1 0x20000000–0x2001bfff, sram2 0x2001c000–0x2001ffff), or choose another board"
    `);
    const tooLong = { paddr: 0x2001_fff0, data: [1], memorySize: 17, flags: 6 };
    expect(needs({ segments: [tooLong] })).toContain('17 bytes at 0x2001fff0 is partly outside');
  });
  it('lets a segment cross from one memory into the next', () => {
    const across = { paddr: 0x2001_bffe, data: [1, 2, 3, 4], flags: 6 };
    expect(() => requireElfFor(read({ segments: [across] }), BOARD)).not.toThrow();
  });
  it('refuses RISC-V without an entry point, but not Arm', () => {
    expect(needs({ ...HELLO, entry: 0 }, RISCV)).toMatchInlineSnapshot(`
      "the ELF has no entry point
        where: app.elf: e_entry = 0x00000000
        remedy: name it with ENTRY(_start) in the linker script or with -Wl,-e,_start"
    `);
    expect(needs({ ...HELLO, entry: 0x8000_0100 }, RISCV)).toContain(
      'the entry point 0x80000100 is in no loaded segment',
    );
    expect(() => requireElfFor(read({ ...BLINKY, entry: 0 }), BOARD)).not.toThrow();
  });
});
