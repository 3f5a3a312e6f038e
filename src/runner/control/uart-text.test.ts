import { expect, test } from 'vitest';
import { UartText } from './uart-text.js';

function taken(...pieces: (string | number[])[]) {
  const text = new UartText();
  return pieces.map((piece) => {
    for (const byte of typeof piece === 'string' ? Buffer.from(piece) : piece) text.add(byte);
    return text.take();
  });
}

test('bytes that are UTF-8 are text', () =>
  expect(taken('one', '', 'é')).toEqual([[{ text: 'one' }], [], [{ text: 'é' }]]));
test('a character is not cut', () => {
  expect(taken([0x61, 0xc3], [0xa9, 0x62])).toEqual([[{ text: 'a' }], [{ text: 'éb' }]]);
  expect(taken([0xf0, 0x9f], [0x92], [0xa5])).toEqual([[], [], [{ text: '💥' }]]);
});
test('other bytes are base64', () => {
  expect(taken([0xff, 0x61])).toEqual([[{ base64: '/2E=' }]]);
  expect(taken([0x80])).toEqual([[{ base64: 'gA==' }]]);
  expect(taken([0xc3], [0x41])).toEqual([[], [{ base64: 'w0E=' }]]);
});
test('a byte order mark stays', () => expect(taken([0xef, 0xbb, 0xbf])).toEqual([[{ text: '\ufeff' }]]));
