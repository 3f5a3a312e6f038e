import { UsageError } from '../../errors.js';
import type { CsrFile } from './csr-file.js';
import { X_NAMES } from './x-registers.js';

/** Registers by the names a person uses: `a0`, `x10`, `fp`, `pc`, `mcause`. Values are unsigned. */
export class NamedRegisters {
  static readonly LIST: readonly string[] = [...X_NAMES, 'pc'];
  readonly #x: Int32Array;
  readonly #csrs: CsrFile;
  readonly #pc: { pc: number };

  constructor(x: Int32Array, csrs: CsrFile, pc: { pc: number }) {
    this.#x = x;
    this.#csrs = csrs;
    this.#pc = pc;
  }

  read(name: string): number {
    if (name === 'pc') return this.#pc.pc;
    const index = indexOfX(name);
    const value = index === undefined ? this.#csrs.peek(name) : this.#x[index]! >>> 0;
    return value ?? unknownRegister(name);
  }

  /** Writes to x0 are lost, as the guest's are. */
  write(name: string, value: number): void {
    const index = indexOfX(name);
    if (name === 'pc') this.#pc.pc = value;
    else if (index === undefined) this.#csrs.poke(name, value) || unknownRegister(name);
    else if (index !== 0) this.#x[index] = value;
  }
}

function indexOfX(name: string): number | undefined {
  if (name === 'fp') return 8;
  const number = /^x(\d+)$/.exec(name);
  const index = number ? Number(number[1]) : X_NAMES.indexOf(name);
  return index >= 0 && index < 32 ? index : undefined;
}

function unknownRegister(name: string): never {
  throw new UsageError({
    what: `there is no register '${name}' that could be used so`,
    where: 'rv32imac',
    remedy: 'give an ABI name (a0), a number (x10), pc, or a CSR (mcause); some CSRs cannot be written',
  });
}
