import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { planBoot } from './riscv-boot.js';

const RAM = { base: 0x8000_0000, size: 128 * 1024 * 1024 };
const [LOAD, ENTRY] = [0x8040_0000, 0x8040_0010];
const DATA = new Uint8Array(256).fill(7);

function image(data: Uint8Array, { type = 2, compression = 0, size = data.length } = {}) {
  const bytes = new Uint8Array(64 + data.length);
  const header = new DataView(bytes.buffer);
  for (const [offset, word] of [
    [0, 0x2705_1956],
    [12, size],
    [16, LOAD],
    [20, ENTRY],
  ] as const)
    header.setUint32(offset, word);
  bytes.set([5, 26, type, compression], 28);
  bytes.set(data, 64);
  return { path: 'uImage', bytes };
}
const placesOf = ({ segments }: ReturnType<typeof planBoot>) =>
  segments.map(({ physicalAddress, data }) => [physicalAddress, [...data]]);

describe("U-Boot's legacy images, as QEMU 7.2 loads them", () => {
  test.each([
    ['raw', image(DATA)],
    ['packed', image(gzipSync(DATA), { compression: 1 })],
  ])('a kernel, %s: at its load address, started at its entry', (_, kernel) => {
    const plan = planBoot(RAM, 64, { kernel, initrd: Uint8Array.of(1) });
    expect([plan.next, plan.initrd!.start]).toEqual([ENTRY, ENTRY + 0x400_0000]);
    expect(placesOf(plan)[0]).toEqual([LOAD, [...DATA]]);
  });
  test('a RAM disk is loaded without its header', () => {
    const plan = planBoot(RAM, 64, { kernel: image(DATA), initrd: image(DATA, { type: 3, compression: 1 }) });
    expect(placesOf(plan)[1]).toEqual([ENTRY + 0x400_0000, [...DATA]]);
    expect(plan.initrd!.end).toBe(ENTRY + 0x400_0000 + 256);
  });
  test.each([
    [image(DATA, { type: 5 }), 'not a kernel'],
    [image(DATA, { compression: 3 }), '-C gzip'],
    [image(DATA, { compression: 1 }), 'cannot be unpacked'],
    [image(DATA, { size: 300 }), 'ends after 256 of 300 bytes'],
  ])('what would not start is refused %#', (kernel, part) => {
    expect(() => planBoot(RAM, 64, { kernel })).toThrow(part);
  });
});
