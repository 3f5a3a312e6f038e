import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LineTable } from './dwarf-line.js';
import { tidyPath } from './dwarf-line-header.js';
import { debugSection } from './dwarf-section.js';
import { type ElfImage, readElf } from './elf.js';
import { CORTEX_M4, installed, RV32, RV64, type Toolchain, Workshop } from './elf-test-compiler.js';

const CLOCK_H = `
static inline int clamp(int x, int top)
{
  if (x > top)
    return top;
  return x < 0 ? 0 : x;
}
`;
const CLOCK_C = `
#include "clock.h"
volatile int ready;
int dropped(int x) { return x * 3; }
int wait_for_pll(int limit)
{
  int n = 0;
  while (!ready)
    if (++n > limit)
      return -1;
  return clamp(n, 100);
}
`;
const MAIN_C = `
#include "drivers/clock.h"
int wait_for_pll(int limit);
int twice(int x);
static int table[8];
static __attribute__((noinline)) int fill(int seed)
{
  for (int i = 0; i < 8; i++) {
    seed = seed * 1103515245 + 12345;
    table[i] = clamp(seed >> 16, 1000);
  }
  return table[seed & 7];
}
__attribute__((section(".text.ram"))) int ram(int x)
{
  switch (x) {
    case 1: return fill(3);
    case 2: return fill(x) + twice(x);
    case 3: return wait_for_pll(12);
    default: return x / 7;
  }
}


int _start(void)
{
  int sum = 0;
  for (int i = 0; i < 4; i++) sum += ram(i) + dropped_elsewhere(i);
  for (;;)
    sum += fill(sum);
}
`.replace(' + dropped_elsewhere(i)', '');
/** A second clock.c, so that short names need their folder. */
const OTHER_CLOCK_C = `
int twice(int x)
{
  return x +
         x;
}
`;

function build(
  workshop: Workshop,
  toolchain: Toolchain,
  options: readonly string[],
): { path: string; image: ElfImage } {
  mkdirSync(join(workshop.folder, 'drivers'), { recursive: true });
  workshop.write('drivers/clock.h', CLOCK_H);
  workshop.write('drivers/clock.c', CLOCK_C);
  workshop.write('clock.c', OTHER_CLOCK_C);
  workshop.write('main.c', MAIN_C);
  const path = workshop.compile(
    toolchain,
    ['-ffunction-sections', ...options],
    ['main.c', 'drivers/clock.c', 'clock.c'],
  );
  return { path, image: readElf(path) };
}

/** Every even address of the code, and a few beside it. */
function addresses(image: ElfImage): number[] {
  const found = [0, 2, 0x100];
  for (const { executable, address, size } of image.sections) {
    if (executable) for (let at = address - 4; at < address + size + 4; at += 2) found.push(at);
  }
  return found;
}

/** `path:line` as addr2line prints it, tidied; undefined for what it does not know. */
function known(text: string): string | undefined {
  const [, path, line] = /^(.*):(\d+|\?)( \(discriminator \d+\))?$/.exec(text) ?? [];
  return path === undefined || path === '??' || line === '?' || line === '0' ? undefined : `${tidyPath(path)}:${line}`;
}

function comparesWithAddr2line(
  toolchain: Toolchain,
  version: number,
  offsetSize: 4 | 8,
  options: readonly string[],
): void {
  using workshop = new Workshop();
  const { path, image } = build(workshop, toolchain, options);
  expect(format(image)).toEqual([version, offsetSize]);
  const asked = addresses(image);
  const input = asked.map((address) => address.toString(16)).join('\n');
  const expected = workshop.tool(toolchain, 'addr2line', ['-e', path], input).map(known);
  const table = new LineTable(image);
  const actual = asked.map((address) => {
    const found = table.at(address);
    return found && `${found.path}:${found.line}`;
  });
  const shown = (lines: (string | undefined)[]) => lines.map((line, i) => `${asked[i]!.toString(16)} ${line}`);
  expect(shown(actual)).toEqual(shown(expected));
  expect(table.problem).toBeUndefined();
  expect(new Set(expected).size).toBeGreaterThan(15);
}

/** What the tools then write: from the compiler itself, or (Wa) from the assembler by its `.loc`. */
const OWN = '-gno-as-loc-support';
const FORMATS: readonly (readonly [name: string, version: number, offsetSize: 4 | 8, options: readonly string[]])[] = [
  ['DWARF 2', 2, 4, ['-gdwarf-2', OWN, '-O2']],
  ['DWARF 3', 3, 4, ['-gdwarf-3', OWN, '-Os']],
  ['DWARF 3 by the assembler', 3, 4, ['-gdwarf-2', '-Wa,-gdwarf-2', '-O2']],
  ['DWARF 4', 4, 4, ['-gdwarf-4', OWN, '-O2']],
  ['DWARF 4 by the assembler', 4, 4, ['-gdwarf-4', '-Wa,-gdwarf-4', '-Os']],
  ['DWARF 4 by the assembler, unoptimized', 4, 4, ['-gdwarf-4', '-Wa,-gdwarf-4', '-O0']],
  ['DWARF 4 of 64 bits', 4, 8, ['-gdwarf-4', '-gdwarf64', OWN, '-O1']],
  ['DWARF 5', 5, 4, ['-gdwarf-5', OWN, '-Os']],
  ['DWARF 5 by the assembler', 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-O2']],
  ['DWARF 5 by the assembler, for size', 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-Os']],
  ['DWARF 5 of 64 bits', 5, 8, ['-gdwarf-5', '-gdwarf64', OWN, '-O2']],
  ['DWARF 5 with link-time optimization', 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-O2', '-flto']],
  ['compressed DWARF 5', 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-gz=zlib', '-O2']],
  ['DWARF 4 compressed the old way', 4, 4, ['-gdwarf-4', '-Wa,-gdwarf-4', '-gz=zlib-gnu', '-O2']],
  ['DWARF 5 with mapped paths', 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-ffile-prefix-map={folder}=/src', '-O2']],
];

function format(image: ElfImage): [version: number, offsetSize: 4 | 8] {
  const bytes = debugSection(image, '.debug_line');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) === 0xffff_ffff ? [view.getUint16(12, true), 8] : [view.getUint16(4, true), 4];
}

describe.skipIf(!installed(CORTEX_M4))('lines as arm-none-eabi-addr2line prints them (needs arm-none-eabi-gcc)', () => {
  it.each(FORMATS)('are the same at every address of %s', (_, ...row) => comparesWithAddr2line(CORTEX_M4, ...row));

  it('of one file in two folders have the folder in their short names', () => {
    using workshop = new Workshop();
    const table = new LineTable(build(workshop, CORTEX_M4, ['-g', '-O2']).image);
    const address = table.addressOf('drivers/clock.c', 8);
    expect(table.at(address!)).toMatchObject({ file: 'drivers/clock.c', line: 8 });
    expect(table.at(table.addressOf('main.c', 30)!)!.file).toBe('main.c');
    expect(table.addressOf('clock.c', 4000)).toBeUndefined();
    expect(table.addressOf('lock.c', 8)).toBeUndefined();
  });
});

const RISCV_NAME = 'lines as riscv64-unknown-elf-addr2line prints them (needs riscv64-unknown-elf-gcc)';
describe.skipIf(!installed(RV32))(RISCV_NAME, () => {
  // Where a DWARF 5 program never sets its file, addr2line 2.40 does not start with file 1 (6.2.2), as readelf does.
  const formats = FORMATS.filter(([name]) => !name.includes('link-time'));
  it.each(formats)('are the same at every address of %s', (_, ...row) => comparesWithAddr2line(RV32, ...row));
  it('are the same without linker relaxation', () => {
    comparesWithAddr2line(RV32, 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-O2', '-mno-relax']);
  });
  it('are the same at every address of a 64-bit program', () => {
    comparesWithAddr2line(RV64, 5, 4, ['-gdwarf-5', '-Wa,-gdwarf-5', '-O2']);
  });
});
