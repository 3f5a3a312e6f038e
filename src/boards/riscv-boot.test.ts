import { describe, expect, test } from 'vitest';
import { planBoot, resetRom } from './riscv-boot.js';

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
