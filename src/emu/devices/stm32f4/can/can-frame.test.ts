import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrationKey, crc15, frameBits, frameOf, wordsOf } from './can-frame.js';

describe('frames', () => {
  it('come back as they were written', () => {
    const frames = fc.record({
      id: fc.integer({ min: 0, max: 0x7ff }),
      data: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(frames, ({ id, data }) => {
        expect(frameOf(wordsOf({ id, data }))).toMatchObject({
          id,
          data,
          dlc: data.length,
          extended: false,
          rtr: false,
        });
      }),
    );
  });
  it('refuse what is none', () => {
    expect(() => wordsOf({ id: 0x800 })).toThrow('2048 is no CAN identifier');
    expect(() => wordsOf({ id: 1, data: Array(9).fill(0) })).toThrow('0 to 8 bytes');
    expect(() => wordsOf({ id: 1, rtr: true, data: [1] })).toThrow('a remote frame none');
  });

  /** ISO 11898-1: 44 bits and the data of a standard frame, 64 of an extended one, without stuff bits. */
  it('have 44 or 64 bits and their data, and at most a stuff bit for four more', () => {
    for (const extended of [false, true]) {
      for (let length = 0; length <= 8; length++) {
        const plain = (extended ? 64 : 44) + 8 * length;
        const most = plain + Math.floor(((extended ? 54 : 34) + 8 * length - 1) / 4);
        for (const byte of [0x55, 0x00, 0xff, 0x3c]) {
          const id = extended ? 0x1555_5555 : 0x555;
          const bits = frameBits(wordsOf({ id, extended, data: Array(length).fill(byte) })).length;
          expect(bits).toBeGreaterThanOrEqual(plain);
          expect(bits).toBeLessThanOrEqual(most);
        }
      }
    }
  });
  it('never have six equal bits before the checksum delimiter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7ff }), fc.uint8Array({ maxLength: 8 }), (id, data) => {
        const bits = frameBits(wordsOf({ id, data })).slice(0, -10).join('');
        expect(bits).not.toMatch(/000000|111111/);
      }),
    );
  });
  it('have the remainder of x15+x14+x10+x8+x7+x4+x3+1 as checksum: with it behind them nothing remains', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 19, maxLength: 100 }), (bits) => {
        const crc = crc15(bits);
        expect(crc15([...bits, ...Array.from({ length: 15 }, (_, i) => (crc >>> (14 - i)) & 1)])).toBe(0);
      }),
    );
    expect(crc15([1])).toBe(0x4599);
  });
  it('arbitrate by their first bits', () => {
    const key = (frame: Parameters<typeof wordsOf>[0]) => arbitrationKey(wordsOf(frame).head);
    const order = [
      key({ id: 0x100 }),
      key({ id: 0x100, rtr: true }),
      key({ id: 0x100 << 18, extended: true }),
      key({ id: (0x100 << 18) + 1, extended: true }),
      key({ id: (0x100 << 18) + 1, extended: true, rtr: true }),
      key({ id: 0x101 }),
    ];
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });
});
