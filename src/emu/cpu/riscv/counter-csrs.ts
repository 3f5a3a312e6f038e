import type { Counter64 } from './counter64.js';
import { type Cell, counterCell, highCell, lowCell, ZERO } from './csr-cell.js';
import { CSR } from './csr-numbers.js';
import type { CsrParts } from './csr-parts.js';
import { PRIVILEGE } from './privilege.js';

/** mcountinhibit (Priv 3.1.12). */
const INHIBIT = { CY: 1, IR: 4 } as const;
const [FIRST_EVENT, LAST] = [3, 31];
const MHPMCOUNTER = CSR.mcycle;
const MHPMEVENT = 0x320;
/** From a counter's number to that of its upper half. */
const UPPER_HALF = CSR.cycleh - CSR.cycle;

/**
 * Counters and their user-level views by number (Priv 3.1.10 to 3.1.12, 4.1.5; Unpriv 10). The event counters count nothing: they
 * and their selectors are read-only zero, as the manual allows.
 */
export function counterCsrs(parts: CsrParts): [number, Cell][] {
  const { model, mcycle, minstret, mtime } = parts;
  const halves = model.xlen === 32;
  const cells: [number, Cell][] = [[CSR.mcountinhibit, inhibitCell(mcycle, minstret)]];
  const add = (number: number, counter: Counter64 | undefined, writable: boolean, allowed?: () => boolean) => {
    const of = (make: (counter: Counter64, writable: boolean) => Cell): Cell => {
      const cell = counter === undefined ? ZERO : make(counter, writable);
      return allowed ? { ...cell, allowed } : cell;
    };
    cells.push([number, of(halves ? lowCell : counterCell)]);
    if (halves) cells.push([number + UPPER_HALF, of(highCell)]);
  };
  add(CSR.mcycle, mcycle, true);
  add(CSR.minstret, minstret, true);
  const views = [mcycle, mtime, minstret];
  for (let i = 0; i <= LAST; i++) {
    if (i >= FIRST_EVENT) {
      add(MHPMCOUNTER + i, undefined, true);
      cells.push([MHPMEVENT + i, ZERO]);
    }
    add(CSR.cycle + i, views[i], false, openTo(parts, i));
  }
  return cells;
}

/** Whether counter `i` may be read below machine mode (Priv 3.1.11, 4.1.5). */
function openTo({ model, hart }: CsrParts, i: number): (() => boolean) | undefined {
  if (!model.hasUser) return undefined;
  return () => {
    if (hart.privilege === PRIVILEGE.machine) return true;
    if (((hart.low('mcounteren') >>> i) & 1) === 0) return false;
    if (hart.privilege === PRIVILEGE.supervisor || !model.hasSupervisor) return true;
    return ((hart.low('scounteren') >>> i) & 1) !== 0;
  };
}

function inhibitCell(mcycle: Counter64, minstret: Counter64): Cell {
  return {
    read: () => (mcycle.stopped ? INHIBIT.CY : 0) | (minstret.stopped ? INHIBIT.IR : 0),
    write: (value) => {
      mcycle.stopped = (value & INHIBIT.CY) !== 0;
      minstret.stopped = (value & INHIBIT.IR) !== 0;
    },
  };
}
