import { describe, expect, it } from 'vitest';
import type { GuestReport } from '../../../src/emu/guest-report.js';
import { boot, finish } from '../boot.js';

/** Each kind of misuse by a firmware that commits it: what, the line of C, the manual's section and the remedy. */

const reports = (board: { readonly guestErrors: readonly GuestReport[] }) =>
  board.guestErrors.map(({ rule, what, where, remedy, section }) => ({ rule, what, where, remedy, section }));

describe('misuse', () => {
  it('flags cleared by read-modify-write', () => {
    const board = boot('misuse/firmware/flag-clearing.elf');
    const [before, after, last] = finish(board, '1ms');
    expect([before, after, last]).toEqual([3, 0, 0]);
    expect(reports(board)).toMatchInlineSnapshot(`
      [
        {
          "remedy": "write the flag alone: EXTI->PR = flag",
          "rule": "flag-clearing",
          "section": "RM0090 12.3.6",
          "what": "EXTI.PR was changed in place (|=), which clears every flag that was set: PR0, PR1",
          "where": "0x08000202 main+0x32 (flag-clearing.c:16)",
        },
      ]
    `);
  });
});
