import { counterCsrs } from './counter-csrs.js';
import { type Cell, ZERO } from './csr-cell.js';
import { CSR, type CsrName, csrNumber } from './csr-numbers.js';
import type { CsrParts } from './csr-parts.js';
import { floatCsrs } from './float-csrs.js';
import { machineCsrs } from './machine-csrs.js';
import type { Pmp } from './pmp.js';
import { supervisorCsrs } from './supervisor-csrs.js';
import { CSR_OPERATION } from './zicsr.js';

/** The instruction names a CSR that is not there, or one it may not use (Priv 2.1). There is only one of it. */
export class IllegalCsr extends Error {}
export const ILLEGAL = new IllegalCsr();

const [PMPCFG, PMPADDR, PMP_REGISTERS] = [0x3a0, 0x3b0, 64];
/** The top two bits of a CSR's number that say it is read-only. */
const READ_ONLY = 3;

/** The CSRs of a hart (Priv 2.2). What is not in the table is an illegal instruction. */
export class CsrFile {
  /** High word of what the last access gave. */
  high = 0;
  readonly #parts: CsrParts;
  readonly #isWide: boolean;
  readonly #cells: ReadonlyMap<number, Cell>;

  constructor(parts: CsrParts) {
    this.#parts = parts;
    this.#isWide = parts.model.xlen === 64;
    const named = { ...machineCsrs(parts), ...supervisorCsrs(parts), ...floatCsrs(parts) };
    this.#cells = new Map([
      ...Object.entries(named).map(([name, cell]): [number, Cell] => [CSR[name as CsrName], cell]),
      ...counterCsrs(parts),
      ...pmpCsrs(parts.pmp, this.#isWide),
    ]);
  }

  /** One CSR instruction; gives the low word of the old value, and leaves the other in `high`. @throws IllegalCsr */
  access(number: number, operation: number, low: number, high: number, writes: boolean): number {
    const cell = this.#cells.get(number);
    if (cell === undefined || (writes && number >>> 10 === READ_ONLY)) throw ILLEGAL;
    if (((number >>> 8) & 3) > this.#parts.hart.privilege) throw ILLEGAL;
    if (cell.allowed !== undefined && !cell.allowed()) throw ILLEGAL;
    const old = cell.read() | 0;
    const oldHigh = this.#highOf(cell);
    if (writes && cell.write !== undefined) {
      if (operation === CSR_OPERATION.write) cell.write(low, high);
      else {
        const basis = cell.basis === undefined ? old : cell.basis();
        if (operation === CSR_OPERATION.set) cell.write(basis | low, oldHigh | high);
        else cell.write(basis & ~low, oldHigh & ~high);
      }
    }
    this.high = oldHigh;
    return old;
  }

  /** For host and tests; undefined if there is no such CSR. */
  peek(name: string): { readonly low: number; readonly high: number } | undefined {
    const cell = this.#cells.get(csrNumber(name) ?? -1);
    return cell && { low: cell.read() | 0, high: this.#highOf(cell) };
  }
  poke(name: string, low: number, high: number): boolean {
    const cell = this.#cells.get(csrNumber(name) ?? -1);
    cell?.write?.(low, this.#isWide ? high : 0);
    return cell?.write !== undefined;
  }

  #highOf(cell: Cell): number {
    return this.#isWide && cell.high !== undefined ? cell.high() | 0 : 0;
  }
}

/** pmpcfg and pmpaddr: RV64 has the even pmpcfg alone (Priv 3.7.1). Beyond the entries that are there all is read-only zero. */
function pmpCsrs(pmp: Pmp, wide: boolean): [number, Cell][] {
  const cells: [number, Cell][] = [];
  for (let i = 0; i < PMP_REGISTERS; i++) {
    cells.push([PMPADDR + i, i < pmp.entries ? pmp.addressCell(i, wide) : ZERO]);
  }
  const perRegister = wide ? 8 : 4;
  for (let first = 0; first < PMP_REGISTERS; first += perRegister) {
    cells.push([PMPCFG + first / 4, first < pmp.entries ? pmp.configCell(first, perRegister) : ZERO]);
  }
  return cells;
}
