import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilterBanks, matchFilters, narrowId } from './can-filters.js';

/** RM0090 32.7.4. */
interface Bank {
  readonly list: boolean;
  readonly wide: boolean;
  readonly fifo: 0 | 1;
  readonly active: boolean;
  readonly one: number;
  readonly two: number;
}

function banksOf(list: readonly Bank[]): FilterBanks {
  const mask = (test: (bank: Bank) => boolean) => list.reduce((bits, bank, i) => bits | (test(bank) ? 1 << i : 0), 0);
  return {
    list: mask((bank) => bank.list),
    wide: mask((bank) => bank.wide),
    fifo: mask((bank) => bank.fifo === 1),
    active: mask((bank) => bank.active),
    first: (bank) => list[bank]!.one,
    second: (bank) => list[bank]!.two,
  };
}

interface Frame {
  readonly id: number;
  readonly extended: boolean;
  readonly rtr: boolean;
}
const headOf = ({ id, extended, rtr }: Frame) => (extended ? (id << 3) | 4 : id << 21) | (rtr ? 2 : 0) | 0;

/** The frame's bits by name, as figure 341 lays them out: a second way to the same thing, by strings. */
function bitsOf({ id, extended, rtr }: Frame, wide: boolean): string {
  const binary = (value: number, width: number) => (value >>> 0).toString(2).padStart(width, '0');
  const stid = binary(extended ? id >>> 18 : id, 11);
  const exid = binary(extended ? id & 0x3_ffff : 0, 18);
  const [ide, remote] = [extended ? '1' : '0', rtr ? '1' : '0'];
  return wide ? `${stid}${exid}${ide}${remote}` : `${stid}${remote}${ide}${exid.slice(0, 3)}`;
}

/** Every filter in the order of the manual's rules; the first that matches counts. */
function reference(list: readonly Bank[], frame: Frame, from: number, to: number) {
  const filters: { rank: number; fifo: 0 | 1; index: number; matches: boolean }[] = [];
  const numbers = [0, 0];
  for (const bank of list.slice(from, to)) {
    const { wide, one, two, fifo } = bank;
    const width = wide ? 31 : 16;
    const text = (value: number) => (wide ? value >>> 1 : value & 0xffff).toString(2).padStart(width, '0');
    const words = wide ? [one, two] : [one, one >>> 16, two, two >>> 16];
    const pairs = bank.list
      ? words.map((word) => [text(word), '1'.repeat(width)])
      : words.flatMap((word, i) => (i % 2 === 0 ? [[text(word), text(words[i + 1]!)]] : []));
    for (const [pattern, mask] of pairs) {
      const bits = bitsOf(frame, wide);
      const matches = bank.active && [...bits].every((bit, i) => mask![i] === '0' || bit === pattern![i]);
      filters.push({ rank: (wide ? 2 : 0) + (bank.list ? 1 : 0), fifo, index: numbers[fifo]!++, matches });
    }
  }
  const found = filters.filter(({ matches }) => matches).sort((a, b) => b.rank - a.rank)[0];
  return found && { fifo: found.fifo, index: found.index };
}

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ id: fc.integer({ min: 0, max: 0x7ff }), extended: fc.constant(false), rtr: fc.boolean() }),
  fc.record({ id: fc.integer({ min: 0, max: 0x1fff_ffff }), extended: fc.constant(true), rtr: fc.boolean() }),
);
const word = fc.integer({ min: 0, max: 0xffff_ffff });

describe('filter matching', () => {
  it('agrees with the figures and rules, read by bit strings', () => {
    const bank = (frame: Frame) =>
      fc.record({
        list: fc.boolean(),
        wide: fc.boolean(),
        fifo: fc.constantFrom(0 as const, 1 as const),
        active: fc.boolean(),
        // words made of the frame itself, so that there are matches
        one: fc.oneof(word, fc.constant(headOf(frame) >>> 0), fc.constant(narrowId(headOf(frame)) * 0x1_0001)),
        two: fc.oneof(word, fc.constant(0), fc.constant(headOf(frame) >>> 0), fc.constant(narrowId(headOf(frame)))),
      });
    const cases = frames.chain((frame) =>
      fc.record({
        frame: fc.constant(frame),
        list: fc.array(bank(frame), { minLength: 1, maxLength: 28 }),
        split: fc.integer({ min: 0, max: 28 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ frame, list, split }) => {
        const start = Math.min(split, list.length);
        const banks = banksOf(list);
        const head = headOf(frame);
        expect(matchFilters(banks, head, 0, start)).toEqual(reference(list, frame, 0, start));
        expect(matchFilters(banks, head, start, list.length)).toEqual(reference(list, frame, start, list.length));
      }),
      { numRuns: 2_000, seed: 32 },
    );
  });

  it('numbers filters for each FIFO, inactive banks included (figure 342)', () => {
    const none = { fifo: 0, active: false, one: 0, two: 0 } as const;
    const banks = banksOf([
      { ...none, list: true, wide: true }, // FIFO 0: 0, 1
      { ...none, list: false, wide: true, fifo: 1 }, // FIFO 1: 0
      { ...none, list: true, wide: false }, // FIFO 0: 2 to 5
      { list: false, wide: true, fifo: 0, active: true, one: 0, two: 0 }, // FIFO 0: 6
    ]);
    expect(matchFilters(banks, 0x123 << 21, 0, 4)).toEqual({ fifo: 0, index: 6 });
  });

  it('prefers scale, then lists, then the lower number', () => {
    const head = 0x123 << 21;
    const narrow = narrowId(head);
    const [all, listed] = [
      { list: false, wide: false, fifo: 0, active: true, one: 0, two: 0 },
      { list: true, wide: false, fifo: 0, active: true, one: narrow, two: 0 },
    ] as const;
    const wide = { list: false, wide: true, fifo: 1, active: true, one: 0, two: 0 } as const;
    expect(matchFilters(banksOf([all, listed]), head, 0, 2)).toEqual({ fifo: 0, index: 2 });
    expect(matchFilters(banksOf([all, listed, wide]), head, 0, 3)).toEqual({ fifo: 1, index: 0 });
    expect(matchFilters(banksOf([all, all]), head, 0, 2)).toEqual({ fifo: 0, index: 0 });
  });
});
