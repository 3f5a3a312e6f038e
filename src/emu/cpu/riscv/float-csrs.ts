import type { Cell } from './csr-cell.js';
import type { CsrParts, CsrTable } from './csr-parts.js';

const FLAGS = 0x1f;
const ROUNDING = 7;
const ROUNDING_SHIFT = 5;

/** fflags, frm and both in fcsr (Unpriv 11.2); an illegal instruction while mstatus.FS is Off (Priv 3.1.6.6). */
export function floatCsrs({ model, status, float }: CsrParts): CsrTable {
  if (!model.hasFloat || float === undefined) return {};
  const { flags, rounding } = float;
  const cell = (read: () => number, write: (value: number) => void): Cell => ({
    read,
    write: (value) => {
      write(value);
      status.floatDirtied();
    },
    allowed: () => status.floatOn,
  });
  const setFlags = (value: number) => {
    flags.value = value & FLAGS;
  };
  const setRounding = (value: number) => {
    rounding.value = value & ROUNDING;
  };
  return {
    fflags: cell(() => flags.value, setFlags),
    frm: cell(() => rounding.value, setRounding),
    fcsr: cell(
      () => flags.value | (rounding.value << ROUNDING_SHIFT),
      (value) => {
        setFlags(value);
        setRounding(value >>> ROUNDING_SHIFT);
      },
    ),
  };
}
