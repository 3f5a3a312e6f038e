import { hex } from '../emu/bits.js';
import { UsageError } from '../emu/errors.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { bytesText } from './message.js';
import { benchOf } from './subject.js';

/** Bytes as numbers or an array, or a text (its UTF-8 bytes, without a closing 0). */
export type MemoryExpectation = Uint8Array | readonly number[] | string;

function bytesOf(expected: MemoryExpectation): Uint8Array {
  if (typeof expected === 'string') return new TextEncoder().encode(expected);
  const wrong = [...expected].find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong !== undefined)
    throw new UsageError({ what: `toMatchMemory: ${wrong} is no byte`, remedy: 'give numbers from 0 to 255' });
  return Uint8Array.from(expected);
}

/** The eight bytes at and around the first difference. */
function around(bytes: Uint8Array, at: number, address: number): string {
  const from = Math.max(0, at - (at % 8));
  return `${hex(address + from)}: ${bytesText(bytes.subarray(from, from + 8))}`;
}

/** The guest's memory at an address or symbol holds these bytes. Reads no device. */
export function toMatchMemory(
  this: MatcherState,
  received: unknown,
  where: number | string,
  expected: MemoryExpectation,
): MatcherResult {
  const { bench, name } = benchOf(received);
  const wanted = bytesOf(expected);
  const address = bench.addressOf(where);
  const found = bench.readBytes(address, wanted.length);
  const differs = wanted.findIndex((byte, i) => found[i] !== byte);
  return verdict({
    state: this,
    subject: name,
    matcher: 'toMatchMemory',
    args: [where, expected],
    pass: differs < 0,
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${around(wanted, Math.max(0, differs), address)}`],
      ['Memory', around(found, Math.max(0, differs), address)],
      ['Differs', differs < 0 ? 'nowhere' : `from ${hex(address + differs)} on (byte ${differs} of ${wanted.length})`],
      ...placeRows(bench),
    ],
  });
}
