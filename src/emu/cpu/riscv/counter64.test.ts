import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Counter64 } from './counter64.js';

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);
const WORD = 1n << 32n;

test('the distance to another number is that of the 64-bit integers, exact where a double can say it', () => {
  fc.assert(
    fc.property(
      word,
      word,
      word,
      word,
      fc.maxSafeNat().map((count) => count % 2 ** 52),
      (high, low, nowHigh, nowLow, counted) => {
        const counter = new Counter64(new Int32Array(Counter64.WORDS), () => counted);
        counter.set(BigInt(nowHigh) * WORD + BigInt(nowLow));
        const distance = BigInt(high) * WORD + BigInt(low) - counter.value;
        expect(counter.value).toBe(BigInt(nowHigh) * WORD + BigInt(nowLow));
        expect(counter.countsUntil(high | 0, low | 0)).toBe(Number(distance));
      },
    ),
    { numRuns: 1000 },
  );
});
