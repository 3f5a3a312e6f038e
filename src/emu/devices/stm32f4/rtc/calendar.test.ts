import fc from 'fast-check';
import { expect, it } from 'vitest';
import { calendarFault, dateAndTimeOf, dateWord, dayOf, readWords, secondOf, timeWord } from './calendar.js';

const START = Date.UTC(2000, 0, 1) / 1000;
const CENTURY = Date.UTC(2100, 0, 1) / 1000 - START;

it('agrees with the Gregorian calendar from 2000 to 2099', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: CENTURY - 1 }), (second) => {
      const at = dateAndTimeOf(second);
      const js = new Date((START + second) * 1000);
      expect([at.year + 2000, at.month, at.day, at.hour, at.minute, at.second]).toEqual([
        ...[js.getUTCFullYear(), js.getUTCMonth() + 1, js.getUTCDate()],
        ...[js.getUTCHours(), js.getUTCMinutes(), js.getUTCSeconds()],
      ]);
      expect(secondOf(at)).toBe(second);
      for (const twelve of [false, true]) expect(readWords(timeWord(at, twelve), dateWord(at, 1), twelve)).toEqual(at);
    }),
    { numRuns: 2_000 },
  );
});

it('has every day of the century once, and begins again behind it', () => {
  let previous = '';
  for (let day = 0; day < CENTURY / 86_400; day++) {
    const at = dateAndTimeOf(day * 86_400);
    expect(dayOf(at)).toBe(day);
    const text = new Date((START + day * 86_400) * 1000).toISOString().slice(0, 10);
    expect(
      `20${String(at.year).padStart(2, '0')}-${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`,
    ).toBe(text);
    expect(text > previous).toBe(true);
    previous = text;
  }
  expect(dateAndTimeOf(CENTURY)).toMatchObject({ year: 0, month: 1, day: 1 });
});

it.each([
  // RM0090 26.6.1: 12-hour format with PM
  [0, 0x12_0000],
  [1, 0x01_0000],
  [11, 0x11_0000],
  [12, 0x52_0000],
  [13, 0x41_0000],
  [23, 0x51_0000],
])('writes hour %i in 12-hour format', (hour, word) => {
  const at = { year: 0, month: 1, day: 1, hour, minute: 0, second: 0 };
  expect(timeWord(at, true)).toBe(word);
});

it('names what no calendar has', () => {
  const at = { year: 23, month: 2, day: 29, hour: 0, minute: 0, second: 0 };
  expect(calendarFault(at, 3)).toBe('the day is 29, and the month has 28');
  expect(calendarFault({ ...at, year: 24 }, 4)).toBeUndefined();
  expect(calendarFault({ ...at, month: 0 }, 4)).toBe('the month is 0');
  expect(calendarFault({ ...at, year: 24 }, 0)).toBe('the weekday is 0');
});
