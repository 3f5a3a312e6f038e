import { describe, expect, test } from 'vitest';
import { testElf } from '../emu/debug/elf-test-image.js';
import { planBoot, resetRom } from './riscv-boot.js';
import { riscvVirtBoard } from './riscv-virt.js';

const RAM = { base: 0x8000_0000, size: 128 * 1024 * 1024 };
const file = (path: string, length: number) => ({ path, bytes: new Uint8Array(length).fill(1) });
const wordsOf = (bytes: Uint8Array) => [...new Uint32Array(bytes.buffer)];

describe("what is loaded where, as QEMU 7.2's virt does", () => {
  test('nothing: the start of RAM, and the device tree in its last 2 MiB', () => {
    expect(planBoot(RAM, 64, {})).toEqual({ segments: [], start: 0x8000_0000, next: 0, tree: 0x87e0_0000 });
    expect(planBoot({ ...RAM, size: 2 ** 31 }, 64, {}).tree).toBe(0xbfe0_0000);
  });

  test.each([
    [64, 0x8020_0000],
    [32, 0x8040_0000],
  ] as const)('RV%i: a kernel behind the firmware, at the next superpage', (xlen, next) => {
    const plan = planBoot(RAM, xlen, { bios: file('bios', 100_000), kernel: file('kernel', 10) });
    expect([plan.start, plan.next]).toEqual([0x8000_0000, next]);
    expect(plan.segments.map(({ physicalAddress, data }) => [physicalAddress, data.length])).toEqual([
      [0x8000_0000, 100_000],
      [next, 10],
    ]);
  });

  test('without firmware a kernel stands at the start of RAM', () => {
    expect(planBoot(RAM, 64, { kernel: file('kernel', 10) }).segments[0]!.physicalAddress).toBe(0x8000_0000);
  });

  test('a RAM disk 128 MiB behind the kernel, or in the middle of a small RAM', () => {
    const files = { kernel: file('kernel', 10), initrd: file('initrd', 1000) };
    expect(planBoot(RAM, 64, files).initrd).toEqual({ start: 0x8400_0000, end: 0x8400_03e8 });
    expect(planBoot({ ...RAM, size: 2 ** 30 }, 64, files).initrd!.start).toBe(0x8800_0000);
  });

  test('firmware goes on at the lowest physical address of an ELF, whatever its entry; the RAM disk counts from there', () => {
    const segments = [
      { paddr: 0x8030_0000, vaddr: 0xc000_0000, data: [1, 2, 3, 4], flags: 5 },
      { paddr: 0x8021_0000, vaddr: 0xc010_0000, data: [5, 6, 7, 8], flags: 5 },
    ];
    const bytes = Uint8Array.from(testElf({ class: 64, machine: 243, entry: 0x8030_0002, segments }));
    const plan = planBoot(RAM, 64, { kernel: { path: 'k.elf', bytes }, initrd: Uint8Array.of(1) });
    expect([plan.start, plan.next, plan.initrd!.start]).toEqual([0x8000_0000, 0x8021_0000, 0x8421_0000]);
  });

  test('what has no room is refused', () => {
    expect(() => planBoot({ ...RAM, size: 4096 }, 64, { bios: file('big.bin', 4097) })).toThrow('big.bin');
    expect(() => planBoot(RAM, 64, { initrd: file('initrd', 1) })).toThrow('without a kernel');
  });
});

describe('the reset ROM', () => {
  test('RV64, word for word what QEMU 7.2 has there', () => {
    const words = [
      0x297, 0x0282_8613, 0xf140_2573, 0x0202_b583, 0x0182_b283, 0x0002_8067, 0x8000_0000, 0, 0x8fe0_0000, 0,
      0x4942_534f, 0, 2, 0, 0x8020_0000, 0, 1, 0, 0, 0, 0, 0,
    ];
    expect(wordsOf(resetRom(64, { start: 0x8000_0000, next: 0x8020_0000, tree: 0x8fe0_0000 }))).toEqual(words);
  });
  test('RV32', () => {
    const words = [
      0x297, 0x0282_8613, 0xf140_2573, 0x0202_a583, 0x0182_a283, 0x0002_8067, 0x8000_0000, 0, 0x87e0_0000, 0,
      0x4942_534f, 2, 0, 1, 0, 0,
    ];
    expect(wordsOf(resetRom(32, { start: 0x8000_0000, next: 0, tree: 0x87e0_0000 }))).toEqual(words);
  });
});

describe('flashes with contents on riscv-virt', () => {
  /** Where the reset ROM jumps to, and where firmware is told to go on. */
  const placesOf = (flash: readonly (Uint8Array | undefined)[], kernel?: Uint8Array) => {
    const board = riscvVirtBoard({ xlen: 64, flash, ...(kernel && { kernel }) });
    const machine = board.createMachine();
    return [0x1018, 0x1038].map((address) => machine.bus.read(address, 4));
  };
  const some = Uint8Array.of(1);
  test.each([
    [[some], [0x2000_0000, 0]],
    [
      [undefined, some],
      [0x8000_0000, 0x2200_0000],
    ],
    [
      [some, some],
      [0x2000_0000, 0x2200_0000],
    ],
  ])('the board starts in the first, firmware goes on in the second %#', (flash, places) => {
    expect(placesOf(flash)).toEqual(places);
  });
  test('a kernel beside the first, but not beside the second', () => {
    expect(placesOf([some], some)).toEqual([0x2000_0000, 0x8000_0000]);
    expect(() => placesOf([undefined, some], some)).toThrow('leave out the kernel');
  });
});
