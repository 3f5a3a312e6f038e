import type { GuestReport } from '../emu/guest-report.js';

/** A report in words: what, then where, what to do, and the manual's section. */
export function misuseText({ what, where, remedy, section, pc }: GuestReport): string {
  const place = `\n  at ${where ?? `0x${pc.toString(16).padStart(8, '0')}`}`;
  return `${what}${place}${remedy === undefined ? '' : `\n  remedy: ${remedy}`}${section === undefined ? '' : `\n  see ${section}`}`;
}
