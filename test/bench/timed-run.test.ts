import { expect, test } from 'vitest';
import { hex, requireChecksum } from './timed-run.js';

const theirs = { work: 500, checksum: '00c0ffee', seconds: 1 };

test('a checksum has eight digits', () => {
  expect(hex(0xc0ffee)).toBe('00c0ffee');
  expect(hex(0xffff_ffff)).toBe('ffffffff');
});

test('the same work with another result is refused, and so is other work', () => {
  requireChecksum('crc-m4', { work: 500, checksum: '00c0ffee' }, theirs);
  expect(() => requireChecksum('crc-m4', { work: 500, checksum: '00c0ffef' }, theirs)).toThrow(
    'crc-m4: checksum 00c0ffef after 500 steps, expected 00c0ffee',
  );
  expect(() => requireChecksum('crc-m4', { work: 501, checksum: '00c0ffee' }, theirs)).toThrow('501 steps');
});
