import { type Cell, narrowCell, wordCell } from './csr-cell.js';
import type { CsrParts, CsrTable } from './csr-parts.js';
import { WORD } from './hart-words.js';
import { vectorCell } from './machine-csrs.js';
import { PAGING_MODE } from './mmu.js';
import { PRIVILEGE } from './privilege.js';
import { MSTATUS } from './status.js';

const FIOM = 1;
/** mcounteren's and menvcfg's bits that open stimecmp to supervisor mode (Sstc 2.2). */
const TM = 2;

/** Supervisor-level CSRs (Priv 4.1, Sstc 2). */
export function supervisorCsrs(parts: CsrParts): CsrTable {
  const { model, status, interrupts } = parts;
  const { words } = parts.hart;
  if (!model.hasSupervisor) return {};
  return {
    sstatus: status.supervisorCell(),
    sie: interrupts.supervisorEnableCell(),
    sip: interrupts.supervisorPendingCell(),
    stvec: vectorCell(words, WORD.stvec),
    scounteren: narrowCell(words, WORD.scounteren),
    senvcfg: narrowCell(words, WORD.senvcfg, FIOM),
    sscratch: wordCell(words, WORD.sscratch),
    sepc: wordCell(words, WORD.sepc, ~1),
    scause: wordCell(words, WORD.scause),
    stval: wordCell(words, WORD.stval),
    satp: satpCell(parts),
    ...timerCells(parts),
  };
}

/** A write of a MODE that is not there changes nothing (Priv 4.1.11). With TVM it is machine mode's (Priv 3.1.6.5). */
function satpCell({ model, hart, status, addressSpaceChanged }: CsrParts): Cell {
  const wide = model.xlen === 64;
  const cell = wide ? wordCell(hart.words, WORD.satp) : narrowCell(hart.words, WORD.satp);
  const modes = [0, ...model.paging.map((paging) => PAGING_MODE[paging])];
  return {
    ...cell,
    write: (low, high) => {
      if (!modes.includes(wide ? high >>> 28 : low >>> 31)) return;
      cell.write!(low, high);
      addressSpaceChanged();
    },
    allowed: () => hart.privilege === PRIVILEGE.machine || !status.has(MSTATUS.TVM),
  };
}

function timerCells({ model, hart, timer }: CsrParts): CsrTable {
  if (timer === undefined) return {};
  const allowed = () => hart.privilege === PRIVILEGE.machine || (timer.enabled && (hart.low('mcounteren') & TM) !== 0);
  if (model.xlen === 64) return { stimecmp: { ...timer.cell(), allowed } };
  return { stimecmp: { ...timer.lowCell(), allowed }, stimecmph: { ...timer.highCell(), allowed } };
}
