import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createStation } from '../runner/station.js';
import { fromFlags, type MachineFlags } from './flags.js';
import { machineFrom } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'fwtest-kernel-'));
const TOHOST = 0x8000_0100;

/** auipc t0, 0; li t1, 1; sd t1, 256(t0); j . */
const PROGRAM = [0x0000_0297, 0x0010_0313, 0x1062_b023, 0x0000_006f];

/** An ELF of this program at an address, with the symbols that Spike's host looks for. */
function elf(width: 32 | 64, address: number): string {
  const is64 = width === 64;
  const [header, program, section, symbol] = is64 ? [64, 56, 64, 24] : [52, 32, 40, 16];
  const names = '\0tohost\0fromhost\0';
  const text = header! + program!;
  const symbols = text + 4 * PROGRAM.length;
  const strings = symbols + 3 * symbol!;
  const sections = (strings + names.length + 7) & ~7;
  const bytes = Buffer.alloc(sections + 3 * section!);
  const word = (value: number, at: number) =>
    is64 ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeUInt32LE(value, at);
  const w = is64 ? 8 : 4;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(243, 18);
  bytes.writeUInt32LE(1, 20);
  word(address, 24);
  word(header!, 24 + w);
  word(sections, 24 + 2 * w);
  const tail = 24 + 3 * w + 4;
  for (const [i, value] of [header!, program!, 1, section!, 3, 2].entries()) bytes.writeUInt16LE(value, tail + 2 * i);
  bytes.writeUInt32LE(1, header!);
  const at = header! + (is64 ? 8 : 4);
  if (is64) bytes.writeUInt32LE(5, header! + 4);
  else bytes.writeUInt32LE(5, header! + 24);
  for (const [i, value] of [text, address, address, 4 * PROGRAM.length, 4 * PROGRAM.length].entries())
    word(value, at + i * w);
  for (const [i, instruction] of PROGRAM.entries()) bytes.writeUInt32LE(instruction, text + 4 * i);
  for (const [i, [name, value]] of (
    [
      [1, TOHOST],
      [8, TOHOST + 8],
    ] as const
  ).entries()) {
    const to = symbols + (i + 1) * symbol!;
    bytes.writeUInt32LE(name, to);
    word(value, to + (is64 ? 8 : 4));
    bytes[to + (is64 ? 4 : 12)] = 0x11;
    bytes.writeUInt16LE(0xfff1, to + (is64 ? 6 : 14));
  }
  bytes.write(names, strings, 'latin1');
  const row = (i: number, type: number, offset: number, size: number, link: number, entry: number) => {
    const to = sections + i * section!;
    bytes.writeUInt32LE(type, to + 4);
    word(offset, to + 8 + 2 * w);
    word(size, to + 8 + 3 * w);
    bytes.writeUInt32LE(link, to + 8 + 4 * w);
    word(entry, to + section! - w);
  };
  row(1, 2, symbols, 3 * symbol!, 2, symbol!);
  row(2, 3, strings, names.length, 0, 0);
  const path = join(folder, `app${width}-${address.toString(16)}.elf`);
  writeFileSync(path, bytes);
  return path;
}
const raw = join(folder, 'app.bin');
writeFileSync(raw, new Uint8Array([0x6f, 0, 0, 0]));

const machine = (flags: MachineFlags) => machineFrom([fromFlags(flags, folder)]);
function messageOf(flags: MachineFlags): string {
  try {
    machine(flags);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no mistake';
}

test.each([
  ['sifive_e', 32, 0x2040_0000],
  ['shakti_c', 64, 0x8000_0000],
  ['microchip-icicle-kit', 64, 0x8000_0000],
  ['param', 32, 0x8000_0000],
] as const)('%s loads a kernel as an image', (board, width, address) => {
  for (const key of ['kernel', 'bios'] as const) {
    const made = machine({ machine: board, [key]: elf(width, address) }).board;
    expect(made.chip.images?.map(({ elf }) => elf?.entry)).toEqual([address]);
    expect(createStation(made, undefined, { hostTimeout: 1e6 }).bench.locator.symbol('tohost')?.address).toBe(TOHOST);
  }
});

test('an image of a machine of flags whose CPU has a reset vector', () => {
  const cpu = ['rv32,clock=16MHz,resetVector=0x80000000'];
  const kernel = elf(32, 0x8000_0000);
  const { board } = machine({ machine: 'none', cpu, memory: ['ram@0x80000000:64K'], kernel });
  expect(board.chip.images?.[0]?.path).toBe(kernel);
});

test('raw bytes go to the only memory that can hold them', () => {
  expect(machine({ machine: 'param', kernel: raw }).board.chip.images?.[0]?.segments[0]?.physicalAddress).toBe(
    0x8000_0000,
  );
  expect(messageOf({ machine: 'microchip-icicle-kit', kernel: raw })).toContain(`--image ${raw}@0x80000000`);
  expect(messageOf({ machine: 'param', kernel: elf(32, 0x8000_0000), append: 'quiet' })).toContain('leave it out');
});

test('the host of Spike is where the symbols of firmware and kernel say', () => {
  for (const key of ['kernel', 'bios'] as const) {
    const { board } = machine({ machine: 'spike', [key]: elf(64, 0x8000_0000) });
    const { machine: made, bench } = createStation(board, undefined, { hostTimeout: 1e6 });
    expect(bench.locator.symbol('tohost')?.address).toBe(TOHOST);
    bench.run('1ms');
    expect(made.handle('htif')).toMatchObject({ exitCode: 0 });
  }
});
