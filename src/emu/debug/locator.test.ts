import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.js';
import { readElf } from './elf.js';
import { CORTEX_M4, installed, Workshop } from './elf-test-compiler.js';
import { ByteWriter, testElf } from './elf-test-image.js';
import { Locator } from './locator.js';

/** `wait_for_pll` at 0x08000010 (0x20 bytes), from clock.c: line 40 at its start, 41 from 0x10 on. */
function image() {
  const symbols = new ByteWriter().append(new Uint8Array(16));
  symbols.u32(1).u32(0x0800_0011).u32(0x20).u8(0x12, 0).u16(1);
  const head = new ByteWriter().u8(1, 1, 1, -5, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1).u8(0);
  head.text('clock.c').u8(0, 0, 0, 0);
  const program = new ByteWriter().u16(4).u32(head.bytes.length).append(head.bytes);
  program.u8(0, 5, 2).u32(0x0800_0010).u8(3, 39, 1, 2, 0x10, 3, 1, 1, 2, 0x10, 0, 1, 1);
  const bytes = testElf({
    segments: [{ paddr: 0x0800_0000, data: new Uint8Array(0x100) }],
    sections: [
      { name: '.text', flags: 6, address: 0x0800_0000, data: new Uint8Array(0x100) },
      { name: '.symtab', type: 2, link: 3, data: symbols.bytes },
      { name: '.strtab', type: 3, data: new ByteWriter().u8(0).text('wait_for_pll').bytes },
      { name: '.debug_line', data: new ByteWriter().u32(program.bytes.length).append(program.bytes).bytes },
    ],
  });
  return readElf('app.elf', bytes);
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('nothing was refused');
}

describe('a place in the program', () => {
  const locator = new Locator(image());
  it('is described by symbol and line', () => {
    expect(locator.describe(0x0800_0020)).toBe('0x08000020 wait_for_pll+0x10 (clock.c:41)');
    expect(locator.describe(0x0800_0010)).toBe('0x08000010 wait_for_pll (clock.c:40)');
    expect(locator.describe(0x0800_0080)).toBe('0x08000080');
    expect(locator.describe(0xffff_fffe)).toBe('0xfffffffe');
  });
  it('is the same with the Thumb bit', () => {
    expect(locator.locate(0x0800_0021)).toMatchObject({ pc: 0x0800_0021, symbol: 'wait_for_pll', offset: 0x10 });
    expect(locator.describe(0x0800_0011)).toBe('0x08000011 wait_for_pll (clock.c:40)');
  });
  it('is an address only where there is no image', () => {
    expect(new Locator().describe(0x1234)).toBe('0x00001234');
    expect(new Locator().locate(0x1234)).toEqual({ pc: 0x1234 });
  });
});

describe('the address of a name', () => {
  const locator = new Locator(image());
  it('is the symbol, or the number', () => {
    expect(locator.address('wait_for_pll')).toBe(0x0800_0010);
    expect(locator.address(0x2000_0000)).toBe(0x2000_0000);
    expect(locator.address('0x20000000')).toBe(0x2000_0000);
    expect(locator.address('4096')).toBe(4096);
    expect(new Locator().address('0x10')).toBe(16);
  });
  it('suggests a name for one that does not exist', () => {
    expect(refusal(() => locator.address('wait_for_pl'))).toMatchInlineSnapshot(`
      "there is no symbol 'wait_for_pl' in the firmware
        where: app.elf: .symtab
        remedy: did you mean wait_for_pll?"
    `);
    expect(refusal(() => locator.address('uart_init'))).toMatchInlineSnapshot(`
      "there is no symbol 'uart_init' in the firmware
        where: app.elf: .symtab
        remedy: check the spelling, and that the linker kept it (an unused function or variable is dropped)"
    `);
  });
  it('says that an image has no symbols, or that there is no image', () => {
    const stripped = readElf('app.elf', testElf({ segments: [{ paddr: 0, data: [0] }] }));
    expect(refusal(() => new Locator(stripped).address('main'))).toMatchInlineSnapshot(`
      "there is no symbol 'main' in the firmware
        where: app.elf: .symtab
        remedy: the ELF is stripped: give the one the linker wrote, or the address as a number"
    `);
    expect(refusal(() => new Locator().address('main'))).toMatchInlineSnapshot(`
      "there is no symbol 'main' in the firmware
        where: no ELF is loaded
        remedy: give the address as a number"
    `);
  });
  it('refuses what is no address', () => {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refusal(() => locator.address(wrong))).toContain(`${wrong} is not an address`);
    }
  });
});

describe.skipIf(!installed(CORTEX_M4))('an image of the compiler (needs arm-none-eabi-gcc)', () => {
  it('is described in its own words', () => {
    using workshop = new Workshop();
    workshop.write('clock.c', 'volatile int ready;\nvoid wait_for_pll(void)\n{\n  while (!ready) {\n  }\n}\n');
    workshop.write('main.c', 'void wait_for_pll(void);\nvoid _start(void)\n{\n  for (;;)\n    wait_for_pll();\n}\n');
    const path = workshop.compile(CORTEX_M4, ['-g', '-Og'], ['main.c', 'clock.c']);
    const locator = new Locator(readElf(path));
    const start = locator.address('wait_for_pll');
    expect(locator.describe(start).slice('0x08000000 '.length)).toBe('wait_for_pll (clock.c:4)');
    expect(locator.describe(locator.address('_start') + 2)).toMatch(/^0x0800000\d _start\+0x2 \(main\.c:5\)$/);
  });
});
