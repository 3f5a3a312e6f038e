import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readElf } from './elf.js';
import { CORTEX_M4, installed, RV32, type Toolchain, Workshop } from './elf-test-compiler.js';
import { ByteWriter, testElf } from './elf-test-image.js';
import { SymbolTable } from './symbols.js';

/** Name, value, size, type (0 none, 1 object, 2 function …), binding (0 local, 1 global, 2 weak), section index. */
type Row = readonly [name: string, value: number, size: number, type: number, binding: number, section?: number];

const LOCAL = 0;
const GLOBAL = 1;
const WEAK = 2;
const NOTYPE = 0;
const OBJECT = 1;
const FUNC = 2;
const ABS = 0xfff1;

/** Section 1 is .text at 0x08000000 (0x100 bytes), 2 is .data at 0x20000000 (0x40 bytes). */
function table(rows: readonly Row[], options: { class?: 32 | 64; machine?: number } = {}): SymbolTable {
  const names = new ByteWriter().u8(0);
  const symbols = new ByteWriter().append(new Uint8Array(options.class === 64 ? 24 : 16));
  for (const [name, value, size, type, binding, section = 1] of rows) {
    const info = (binding << 4) | type;
    symbols.u32(names.bytes.length);
    if (options.class === 64) symbols.u8(info, 0).u16(section).u64(value).u64(size);
    else symbols.u32(value).u32(size).u8(info, 0).u16(section);
    names.text(name);
  }
  const bytes = testElf({
    ...options,
    segments: [{ paddr: 0x0800_0000, data: [0] }],
    sections: [
      { name: '.text', flags: 6, address: 0x0800_0000, data: new Uint8Array(0x100) },
      { name: '.data', flags: 3, address: 0x2000_0000, data: new Uint8Array(0x40) },
      { name: '.symtab', type: 2, link: 4, data: symbols.bytes },
      { name: '.strtab', type: 3, data: names.bytes },
    ],
  });
  return new SymbolTable(readElf('app.elf', bytes));
}

const where = (symbols: SymbolTable, address: number) => {
  const found = symbols.at(address);
  return found && `${found.symbol.name}+${found.offset}`;
};

describe('symbols by name', () => {
  it('clears the Thumb bit of functions, not of variables', () => {
    const symbols = table([
      ['main', 0x0800_0011, 8, FUNC, GLOBAL],
      ['flag', 0x2000_0001, 1, OBJECT, GLOBAL, 2],
    ]);
    expect(symbols.find('main')).toMatchObject({ address: 0x0800_0010, size: 8, kind: 'function', global: true });
    expect(symbols.find('flag')).toMatchObject({ address: 0x2000_0001, size: 1, kind: 'object' });
    expect(symbols.find('Main')).toBeUndefined();
  });
  it('takes the global of several, else the weak, else the first', () => {
    const symbols = table([
      ['count', 0x2000_0020, 4, OBJECT, LOCAL, 2],
      ['count', 0x2000_0010, 4, OBJECT, LOCAL, 2],
      ['state', 0x2000_0000, 4, OBJECT, LOCAL, 2],
      ['state', 0x2000_0030, 4, OBJECT, GLOBAL, 2],
    ]);
    expect(symbols.find('count')!.address).toBe(0x2000_0010);
    expect(symbols.find('state')!.address).toBe(0x2000_0030);
  });
  it('leaves out mapping symbols, assembler labels, files, sections and what is undefined', () => {
    const symbols = table([
      ['$t', 0x0800_0000, 0, NOTYPE, LOCAL],
      ['$d.12', 0x0800_0004, 0, NOTYPE, LOCAL],
      ['.L4', 0x0800_0004, 0, NOTYPE, LOCAL],
      ['main.c', 0, 0, 4, LOCAL, ABS],
      ['.text', 0x0800_0000, 0, 3, LOCAL],
      ['missing', 0, 0, NOTYPE, WEAK, 0],
      ['$tart', 0x0800_0000, 0, NOTYPE, GLOBAL],
      ['_estack', 0x2002_0000, 0, NOTYPE, GLOBAL, ABS],
    ]);
    expect(symbols.all.map((one) => one.name)).toEqual(['$tart', '_estack']);
    const riscv = table([['$xrv32i2p1_m2p0', 0x0800_0000, 0, NOTYPE, LOCAL]], { machine: 243 });
    expect(riscv.all).toEqual([]);
  });
  it('reads 64-bit tables', () => {
    const symbols = table([['main', 0x0800_0010, 8, FUNC, GLOBAL]], { class: 64, machine: 243 });
    expect(symbols.find('main')).toEqual(expect.objectContaining({ address: 0x0800_0010, size: 8, kind: 'function' }));
  });
  it('has none in a stripped image', () => {
    const symbols = new SymbolTable(readElf('app.elf', testElf({ segments: [{ paddr: 0, data: [0] }] })));
    expect(symbols.all).toEqual([]);
    expect(symbols.at(0)).toBeUndefined();
  });
  it('suggests what a misspelt name may have meant', () => {
    const names = ['counter', 'counter_max', 'main', 'SysTick_Handler', 'led_on'];
    const symbols = table(names.map((name, i) => [name, 0x0800_0000 + i * 4, 4, FUNC, GLOBAL]));
    expect(symbols.similar('countre')).toEqual(['counter']);
    expect(symbols.similar('systick_handler')).toEqual(['SysTick_Handler']);
    expect(symbols.similar('ledon')).toEqual(['led_on']);
    expect(symbols.similar('count')).toEqual(['counter', 'counter_max']);
    expect(symbols.similar('uart')).toEqual([]);
  });
});

describe('symbols by address', () => {
  it('ends at the size of a function', () => {
    const symbols = table([['main', 0x0800_0011, 8, FUNC, GLOBAL]]);
    expect([0x0800_000f, 0x0800_0010, 0x0800_0017, 0x0800_0018].map((a) => where(symbols, a))).toEqual([
      undefined,
      'main+0',
      'main+7',
      undefined,
    ]);
  });
  it('lets what has no size reach to the next symbol, or to the end of its section', () => {
    const symbols = table([
      ['Reset_Handler', 0x0800_0011, 0, FUNC, GLOBAL],
      ['main', 0x0800_0021, 0, FUNC, GLOBAL],
      ['_estack', 0x0800_0030, 0, NOTYPE, GLOBAL, ABS],
    ]);
    expect(where(symbols, 0x0800_001e)).toBe('Reset_Handler+14');
    expect(where(symbols, 0x0800_00ff)).toBe('main+223');
    expect(where(symbols, 0x0800_0100)).toBeUndefined();
  });
  it('prefers functions to variables to labels, and global to weak to local', () => {
    const symbols = table([
      ['_etext', 0x0800_0010, 0, NOTYPE, GLOBAL],
      ['local', 0x0800_0011, 4, FUNC, LOCAL],
      ['weak', 0x0800_0011, 4, FUNC, WEAK],
      ['global', 0x0800_0021, 4, FUNC, GLOBAL],
      ['alias', 0x0800_0021, 4, FUNC, WEAK],
    ]);
    expect(where(symbols, 0x0800_0010)).toBe('weak+0');
    expect(where(symbols, 0x0800_0022)).toBe('global+2');
  });
  it('names the handler that was written, not one of its weak aliases', () => {
    const symbols = table([
      ['ADC_IRQHandler', 0x0800_0011, 0, FUNC, WEAK],
      ['USART2_IRQHandler', 0x0800_0011, 0, FUNC, WEAK],
      ['Default_Handler', 0x0800_0010, 2, NOTYPE, LOCAL],
    ]);
    expect(where(symbols, 0x0800_0010)).toBe('Default_Handler+0');
  });
  it('names the function, not a label inside it', () => {
    const symbols = table([
      ['Reset_Handler', 0x0800_0011, 0x20, FUNC, GLOBAL],
      ['LoopFillZerobss', 0x0800_0018, 0, NOTYPE, LOCAL],
      ['inner', 0x0800_0021, 4, FUNC, GLOBAL],
    ]);
    expect(where(symbols, 0x0800_001a)).toBe('Reset_Handler+10');
    expect(where(symbols, 0x0800_0022)).toBe('inner+2');
    expect(where(symbols, 0x0800_0026)).toBe('Reset_Handler+22');
  });
});

describe('damaged symbol tables', () => {
  it('never throw, and never name anything outside the tables', () => {
    const names = Array.from({ length: 8 }, (_, i) => [`name_${i}`, 0x0800_0000 + i * 8, i, i % 4, i % 3] as const);
    const cell = fc.integer({ min: 0, max: 0xffff_ffff });
    const row = fc.tuple(fc.string({ maxLength: 8 }), cell, cell, fc.nat(15), fc.nat(15), fc.nat(0xffff));
    const property = fc.property(fc.array(row, { maxLength: 12 }), cell, (rows, address) => {
      const symbols = table([
        ...names,
        ...rows.map(([name, ...rest]) => [name.replaceAll('\0', ''), ...rest] as const),
      ]);
      const found = symbols.at(address);
      if (found) expect(found.offset).toBeLessThan(found.symbol.size || 0x100);
      expect(symbols.find('name_1')).toBeDefined();
    });
    fc.assert(property, { numRuns: 500, seed: 3 });
  });
});

const SOURCE = `
volatile int counter = 5; static char zero[10]; const int table[4] = {1, 2, 3, 4};
static __attribute__((noinline)) int helper(int x) { static int calls; return x * counter + zero[x & 7] + calls++; }
__attribute__((weak)) int hook(int x) { return table[x & 3]; }
int unused(void) { return 1; }
int _start(void) { int a = 1; for (int i = 0; i < counter; i++) a += helper(i) + hook(i); return a; }
`;

function comparesWithNm(toolchain: Toolchain): void {
  using workshop = new Workshop();
  workshop.write('main.c', SOURCE);
  const path = workshop.compile(toolchain, ['-O2', '-ffunction-sections'], ['main.c']);
  const image = readElf(path);
  const expected = workshop
    .tool(toolchain, 'nm', ['--numeric-sort', '--format=posix', path])
    .map((line) => line.split(' '))
    .filter(([name]) => !name!.startsWith('$') && !name!.startsWith('.L'))
    .map(([name, , value]) => `${name} ${Number.parseInt(value!, 16)}`);
  expect(expected.length).toBeGreaterThan(5);
  const symbols = new SymbolTable(image);
  // nm of Arm prints function addresses without the Thumb bit already.
  expect(symbols.all.map((one) => `${one.name} ${one.address}`).sort()).toEqual(expected.sort());
  expect(symbols.find('unused')).toBeUndefined();
  expect(where(symbols, symbols.find('helper')!.address + 2)).toBe('helper+2');
}

describe.skipIf(!installed(CORTEX_M4))('symbols as arm-none-eabi-nm prints them (needs arm-none-eabi-gcc)', () => {
  it('are the same names and addresses', () => comparesWithNm(CORTEX_M4));
});
describe.skipIf(!installed(RV32))(
  'symbols as riscv64-unknown-elf-nm prints them (needs riscv64-unknown-elf-gcc)',
  () => {
    it('are the same names and addresses', () => comparesWithNm(RV32));
  },
);
