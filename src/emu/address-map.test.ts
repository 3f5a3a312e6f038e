import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressMap } from './address-map.js';
import { Region } from './bus-region.js';
import { UsageError } from './errors.js';

/** Starts and sizes around the borders of pages (4 KiB) and of leaves (4 MiB). */
const place = fc.record({
  start: fc
    .tuple(fc.integer({ min: 0, max: 1023 }), fc.constantFrom(0, 4, 0x1000, 0x3f_f000))
    .map(([a, b]) => a * 0x40_0000 + b),
  size: fc.constantFrom(4, 0x400, 0x1000, 0x1400, 0x40_0000, 0x40_1000, 0xc0_0000),
});

describe('AddressMap', () => {
  it('finds what a search through all regions finds, also after some are gone', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 40 }), fc.array(fc.nat(39)), (places, gone) => {
        const map = new AddressMap();
        const present: Region[] = [];
        for (const [i, { start, size }] of places.entries()) {
          const region = new Region('absent', `r${i}`, start, Math.min(size, 2 ** 32 - start));
          const free = !present.some((one) => one.overlaps(region));
          if (!free) expect(() => map.add(region)).toThrow(UsageError);
          else {
            map.add(region);
            present.push(region);
          }
        }
        for (const index of gone) {
          const [region] = present.splice(index, 1);
          if (region !== undefined) map.remove(region);
        }
        const edges = places.flatMap(({ start, size }) => [
          start - 1,
          start,
          start + 0x1000,
          start + size - 1,
          start + size,
        ]);
        for (const at of edges.filter((address) => address >= 0 && address < 2 ** 32)) {
          expect(map.find(at)).toBe(present.find((one) => at >= one.start && at < one.end));
        }
      }),
    );
  });
});
