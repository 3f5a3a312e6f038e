import { type Cell, narrowCell, wordCell, ZERO } from './csr-cell.js';
import type { CsrParts, CsrTable } from './csr-parts.js';
import { WORD } from './hart-words.js';
import type { HartModel } from './riscv-options.js';
import { STCE } from './supervisor-timer.js';

/** menvcfg and senvcfg (Priv 3.1.18): FENCE orders everything here anyway, so FIOM is kept and does nothing. */
const FIOM = 1;
/** Exceptions that can be delegated: all of Priv table 3.6 but the environment call from M-mode (Priv 3.1.8). */
const DELEGABLE = 0xb3ff;
/** tinfo: this trigger does not exist (Debug 0.13 5.2.5). */
const NO_TRIGGER = 1;

/** Machine-level CSRs (Priv 3.1), but for counters and protection. */
export function machineCsrs(parts: CsrParts): CsrTable {
  const { words } = parts.hart;
  const { model, status, interrupts } = parts;
  const misa = misaOf(model);
  return {
    mvendorid: ZERO,
    marchid: ZERO,
    mimpid: ZERO,
    mhartid: { read: () => model.hartId },
    mconfigptr: ZERO,
    mstatus: status.machineCell(),
    ...(model.xlen === 32 && { mstatush: ZERO }),
    misa: { read: () => misa.low, high: () => misa.high, write: () => {} },
    mie: interrupts.enableCell(),
    mip: interrupts.pendingCell(() => parts.timer?.enabled ?? false),
    mtvec: vectorCell(words, WORD.mtvec),
    mscratch: wordCell(words, WORD.mscratch),
    mepc: wordCell(words, WORD.mepc, ~1),
    mcause: wordCell(words, WORD.mcause),
    mtval: wordCell(words, WORD.mtval),
    tselect: ZERO,
    tdata1: ZERO,
    tdata2: ZERO,
    tdata3: ZERO,
    tinfo: { read: () => NO_TRIGGER, write: () => {} },
    ...(model.hasSupervisor && {
      medeleg: narrowCell(words, WORD.medeleg, DELEGABLE),
      mideleg: interrupts.delegationCell(),
    }),
    ...(model.hasUser && { mcounteren: narrowCell(words, WORD.mcounteren), ...environment(parts) }),
  };
}

/** menvcfg: STCE is its top bit, where there is Sstc. */
function environment({ model, hart, timer }: CsrParts): CsrTable {
  const { words } = hart;
  const fiom = model.hasSupervisor ? FIOM : 0;
  const at = WORD.menvcfg;
  const writeHigh = (value: number) => {
    const before = words[at + 1]!;
    words[at + 1] = model.hasSstc ? value & STCE : 0;
    if (words[at + 1] !== before) timer?.switched();
  };
  if (model.xlen === 32) {
    return { menvcfg: narrowCell(words, at, fiom), menvcfgh: { read: () => words[at + 1]!, write: writeHigh } };
  }
  return {
    menvcfg: {
      read: () => words[at]!,
      high: () => words[at + 1]!,
      write: (low, high) => {
        words[at] = low & fiom;
        writeHigh(high);
      },
    },
  };
}

/** Modes 2 and 3 are reserved: such a write changes nothing (WARL, Priv 3.1.7). */
export function vectorCell(words: Int32Array, at: number): Cell {
  const cell = wordCell(words, at);
  return { ...cell, write: (low, high) => void ((low & 2) === 0 && cell.write!(low, high)) };
}

/** MXL and a bit for each extension of one letter; nothing of it can be changed (Priv 3.1.1). */
function misaOf({ xlen, extensions, hasUser, hasSupervisor }: HartModel): {
  readonly low: number;
  readonly high: number;
} {
  const letters = [...extensions].filter((name) => name.length === 1);
  if (hasUser) letters.push('u');
  if (hasSupervisor) letters.push('s');
  const bits = letters.reduce((sum, letter) => sum | (1 << (letter.charCodeAt(0) - 97)), 0);
  return xlen === 32 ? { low: bits | (1 << 30), high: 0 } : { low: bits, high: 2 << 30 };
}
