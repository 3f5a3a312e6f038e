import type { DeviceProblem } from '../../device.js';
import type { Counter64 } from './counter64.js';
import { CSR, CSR_NAMES, type CsrName } from './csr-numbers.js';
import { INTERRUPT } from './trap-causes.js';
import { CSR_OPERATION } from './zicsr.js';

/** The instruction names a CSR that is not there, or writes a read-only one (Priv 2.1). */
export class IllegalCsr extends Error {}

/** Bits of mstatus (Priv 3.1.6). With M mode alone MPP is always M, and all else reads 0. */
export const MSTATUS = { MIE: 1 << 3, MPIE: 1 << 7, MPP: 3 << 11 } as const;
const INTERRUPT_BITS = (1 << INTERRUPT.external) | (1 << INTERRUPT.software) | (1 << INTERRUPT.timer);
/** mcountinhibit (Priv 3.1.12). */
const INHIBIT = { CY: 1, IR: 4 } as const;
const MISA = (1 << 30) | [...'IMAC'].reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - 65)), 0);
const LOCKED_ENTRIES = 0x8080_8080;

export interface CsrParts {
  /** `CSR_WORDS` words of state. */
  readonly words: Int32Array;
  readonly mcycle: Counter64;
  readonly minstret: Counter64;
  readonly mtime: Counter64;
  /** The interrupts that wait, as mip shows them. */
  readonly pending: () => number;
  /** mstatus or mie were written: an interrupt may be due. */
  readonly changed: () => void;
  readonly report: (problem: DeviceProblem) => void;
}

interface Cell {
  read(): number;
  /** Without it the CSR is read-only zero or read-only by its number. */
  write?(value: number): void;
}

const WORD = { mstatus: 0, mie: 1, mtvec: 2, mscratch: 3, mepc: 4, mcause: 5, mtval: 6, reported: 7 } as const;
export const CSR_WORDS = 8;

/** The CSRs of a hart with M mode alone (Priv 2.2, 3.1). What is not in the table is an illegal instruction. */
export class CsrFile {
  readonly #parts: CsrParts;
  readonly #cells: ReadonlyMap<number, Cell>;

  constructor(parts: CsrParts) {
    this.#parts = parts;
    const named = Object.entries(this.#machine()).map(([name, cell]) => [CSR[name as CsrName], cell] as const);
    this.#cells = new Map([...named, ...this.#readOnlyZero()]);
  }

  /** One CSR instruction; gives the old value. @throws IllegalCsr */
  access(number: number, operation: number, value: number, writes: boolean): number {
    const cell = this.#cells.get(number);
    if (!cell || (writes && number >>> 10 === 3)) throw new IllegalCsr();
    const old = cell.read() | 0;
    if (!writes) return old;
    if (operation === CSR_OPERATION.set) cell.write?.(old | value);
    else if (operation === CSR_OPERATION.clear) cell.write?.(old & ~value);
    else cell.write?.(value);
    return old;
  }

  /** For host and tests; undefined if there is no such CSR. */
  peek(name: string): number | undefined {
    const number = CSR[name as CsrName];
    return number === undefined ? undefined : this.#cells.get(number)!.read() >>> 0;
  }
  poke(name: string, value: number): boolean {
    const cell = this.#cells.get(CSR[name as CsrName]);
    cell?.write?.(value);
    return cell?.write !== undefined;
  }

  reset(): void {
    this.#parts.words.fill(0);
    for (const counter of [this.#parts.mcycle, this.#parts.minstret]) {
      counter.stopped = false;
      counter.set(0n);
    }
  }

  get interruptsEnabled(): boolean {
    return (this.#parts.words[WORD.mstatus]! & MSTATUS.MIE) !== 0;
  }
  get mie(): number {
    return this.#parts.words[WORD.mie]!;
  }

  /** Trap entry (Priv 3.1.6.1, 3.1.7): gives the handler's address. */
  enterTrap(mcause: number, mepc: number, mtval: number): number {
    const { words } = this.#parts;
    const wasEnabled = this.interruptsEnabled;
    words[WORD.mstatus] = wasEnabled ? MSTATUS.MPIE : 0;
    words[WORD.mepc] = mepc;
    words[WORD.mcause] = mcause;
    words[WORD.mtval] = mtval;
    const mtvec = words[WORD.mtvec]!;
    const vectored = (mtvec & 1) !== 0 && mcause < 0;
    return ((mtvec & ~3) + (vectored ? 4 * (mcause & 0x7fff_ffff) : 0)) >>> 0;
  }

  /** MRET (Priv 3.3.2): gives the address to go on at. */
  leaveTrap(): number {
    const { words } = this.#parts;
    const enabledBefore = (words[WORD.mstatus]! & MSTATUS.MPIE) !== 0;
    words[WORD.mstatus] = MSTATUS.MPIE | (enabledBefore ? MSTATUS.MIE : 0);
    return words[WORD.mepc]! >>> 0;
  }

  #word(index: number, writable = -1, fixed = 0, changed?: () => void): Cell {
    const { words } = this.#parts;
    return {
      read: () => words[index]! | fixed,
      write: (value) => {
        words[index] = value & writable;
        changed?.();
      },
    };
  }

  #machine(): Record<CsrName, Cell> {
    const { mcycle, minstret, mtime, pending, changed } = this.#parts;
    const zero: Cell = { read: () => 0 };
    return {
      ...counterPair('cycle', 'cycleh', mcycle),
      ...counterPair('time', 'timeh', mtime),
      ...counterPair('instret', 'instreth', minstret),
      ...counterPair('mcycle', 'mcycleh', mcycle, true),
      ...counterPair('minstret', 'minstreth', minstret, true),
      mvendorid: zero,
      marchid: zero,
      mimpid: zero,
      mhartid: zero,
      mconfigptr: zero,
      mstatush: zero,
      misa: { read: () => MISA },
      mstatus: this.#word(WORD.mstatus, MSTATUS.MIE | MSTATUS.MPIE, MSTATUS.MPP, changed),
      mie: this.#word(WORD.mie, INTERRUPT_BITS, 0, changed),
      mip: { read: pending },
      mtvec: this.#trapVector(),
      mscratch: this.#word(WORD.mscratch),
      mepc: this.#word(WORD.mepc, ~1),
      mcause: this.#word(WORD.mcause),
      mtval: this.#word(WORD.mtval),
      mcountinhibit: this.#countInhibit(),
    } as Record<CsrName, Cell>;
  }

  /** Modes 2 and 3 are reserved: such a write changes nothing (WARL, Priv 3.1.7). */
  #trapVector(): Cell {
    const cell = this.#word(WORD.mtvec);
    return { read: cell.read, write: (value) => void ((value & 2) === 0 && cell.write!(value)) };
  }

  #countInhibit(): Cell {
    const { mcycle, minstret } = this.#parts;
    return {
      read: () => (mcycle.stopped ? INHIBIT.CY : 0) | (minstret.stopped ? INHIBIT.IR : 0),
      write: (value) => {
        mcycle.stopped = (value & INHIBIT.CY) !== 0;
        minstret.stopped = (value & INHIBIT.IR) !== 0;
      },
    };
  }

  /**
   * Event counters that count nothing (Priv 3.1.10), a trigger module without triggers (Debug 1.0 5.7.1: type 0) and sixteen
   * PMP entries whose fields are all read-only zero (WARL, Priv 3.7.1), as the manuals allow. Memory protection is not
   * modelled, so a locked entry, which would bind M mode too, is reported.
   */
  #readOnlyZero(): [number, Cell][] {
    const zero: Cell = { read: () => 0 };
    return [...CSR_NAMES].flatMap(([number, name]): [number, Cell][] => {
      if (/^(mhpm|tselect|tdata)/.test(name)) return [[number, zero]];
      if (/^pmpaddr([0-9]|1[0-5])$/.test(name)) return [[number, zero]];
      if (/^pmpcfg[0-3]$/.test(name))
        return [[number, { read: () => 0, write: (value) => this.#protect(name, value) }]];
      return [];
    });
  }

  #protect(name: string, value: number): void {
    const { words, report } = this.#parts;
    if ((value & LOCKED_ENTRIES) === 0 || words[WORD.reported] !== 0) return;
    words[WORD.reported] = 1;
    report({
      kind: 'unmodelled',
      what: `${name} was written with a locked entry: physical memory protection is not modelled`,
      remedy: 'accesses that the entry forbids are not refused',
      section: 'Priv 3.7.1',
    });
  }
}

function counterPair(low: CsrName, high: CsrName, counter: Counter64, writable = false): Record<string, Cell> {
  return {
    [low]: { read: () => counter.low, ...(writable && { write: (value: number) => counter.setLow(value) }) },
    [high]: { read: () => counter.high, ...(writable && { write: (value: number) => counter.setHigh(value) }) },
  };
}
