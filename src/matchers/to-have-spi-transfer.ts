import { UsageError } from '../emu/errors.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { type SpiSubject, subjectOf } from './subject.js';

/** Words one after the other; `undefined` stands for any. */
export interface SpiExpectation {
  /** What the master sent. */
  readonly mosi?: readonly (number | undefined)[];
  /** What the slave sent. */
  readonly miso?: readonly (number | undefined)[];
}

type Words = SpiSubject['words'];
/** How many of the last words a failure shows. */
const SHOWN = 16;

function matchesAt(words: Words, at: number, { mosi = [], miso = [] }: SpiExpectation): boolean {
  const fits = (wanted: number | undefined, is: number) => wanted === undefined || wanted === is;
  return (
    mosi.every((wanted, i) => fits(wanted, words[at + i]!.mosi)) &&
    miso.every((wanted, i) => fits(wanted, words[at + i]!.miso))
  );
}

function found(words: Words, expected: SpiExpectation, length: number): boolean {
  for (let at = 0; at + length <= words.length; at++) if (matchesAt(words, at, expected)) return true;
  return false;
}

function wordText(word: number | undefined, digits: number): string {
  return word === undefined ? 'any' : word.toString(16).padStart(digits, '0');
}

/** Two rows of hexadecimal words, one above the other. */
function wordsText(
  mosi: readonly (number | undefined)[],
  miso: readonly (number | undefined)[],
  digits: number,
): string {
  const width = [...mosi, ...miso].includes(undefined) ? Math.max(3, digits) : digits;
  const row = (name: string, words: readonly (number | undefined)[]) =>
    `${name} ${words.map((word) => wordText(word, digits).padStart(width)).join(' ')}`;
  return [mosi.length > 0 ? row('mosi', mosi) : undefined, miso.length > 0 ? row('miso', miso) : undefined]
    .filter((one) => one !== undefined)
    .join('\n');
}

function transferredText(words: Words): string {
  if (words.length === 0) return 'nothing';
  const shown = words.slice(-SHOWN);
  const digits = Math.max(...shown.map(({ bits }) => bits / 4));
  const text = wordsText(
    shown.map(({ mosi }) => mosi),
    shown.map(({ miso }) => miso),
    digits,
  );
  return words.length > SHOWN ? `${text}\n(the last ${SHOWN} of ${words.length} words)` : text;
}

/** These words went over an SPI bus one after the other, as master or slave, at any time so far. Never runs the machine. */
export function toHaveSpiTransfer(this: MatcherState, received: unknown, expected: SpiExpectation): MatcherResult {
  const { bench, name, spi } = subjectOf(received, 'spi', 'an SPI port (board.spi1)');
  const { mosi = [], miso = [] } = expected;
  const length = Math.max(mosi.length, miso.length);
  if (length === 0) {
    throw new UsageError({
      what: 'toHaveSpiTransfer: no words were given',
      remedy: 'give { mosi: [0x9f], miso: [undefined] } or one of both',
    });
  }
  const { words } = spi;
  const digits = Math.max(2, ...[...mosi, ...miso].map((word) => (word ?? 0).toString(16).length));
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveSpiTransfer',
    args: [expected],
    pass: found(words, expected, length),
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${wordsText(mosi, miso, digits)}`],
      ['Happened', transferredText(words)],
      ...placeRows(bench),
      ['Hint', spi.hint],
    ],
  });
}
