import { CODE_LINES } from '../../../code-lines.js';
import type { Lines } from '../../../isa/lines.js';

/**
 * Cycles in which the core executes a line of code on average: 4 of wide instructions, 8 of narrow ones (RM0090 3.5.2).
 * A line that is read ahead is on its way for so long when the core asks for it.
 */
const LINE_LASTS = 4;

/** Makes the core's memory of code as slow as the wire says. */
export function setCodeLines(lines: Lines, level: number): void {
  if (level & CODE_LINES.emptiesCode) lines.forgetCode();
  if (level & CODE_LINES.emptiesData) lines.forgetData();
  const read = level & CODE_LINES.waits;
  lines.configure({
    read,
    readAhead: level & CODE_LINES.readsAhead ? Math.max(0, read - LINE_LASTS) : read,
    keepsCode: (level & CODE_LINES.keepsCode) !== 0,
    keepsData: (level & CODE_LINES.keepsData) !== 0,
  });
}
