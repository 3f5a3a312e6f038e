import { expect, test } from 'vitest';
import { Lines } from './lines.js';

function heard(longest: number, ...pieces: string[]): string[] {
  const found: string[] = [];
  const lines = new Lines({ line: (text) => found.push(text), tooLong: () => found.push('TOO LONG') }, longest);
  for (const piece of pieces) lines.add(Buffer.from(piece));
  lines.end();
  return found;
}

test('lines come whole, however the bytes were cut', () => {
  expect(heard(100, 'one\ntwo\n')).toEqual(['one', 'two']);
  expect(heard(100, 'o', 'ne', '\n', '\nt', 'wo\n')).toEqual(['one', '', 'two']);
});
test('a character that is cut in two is whole again', () => {
  const found: string[] = [];
  const lines = new Lines({ line: (text) => found.push(text), tooLong: () => {} });
  for (const byte of Buffer.from('é💥\n')) lines.add(Uint8Array.of(byte));
  expect(found).toEqual(['é💥']);
});
test('the last one needs no end', () => expect(heard(100, 'one\ntw', 'o')).toEqual(['one', 'two']));
test('one that is too long is told once, and thrown away to its end', () => {
  expect(heard(4, 'long', 'er', ' and longer\nnext\n')).toEqual(['TOO LONG', 'next']);
  expect(heard(4, 'four\nfive5\n')).toEqual(['four', 'TOO LONG']);
  expect(heard(4, 'endless', '…')).toEqual(['TOO LONG']);
});
