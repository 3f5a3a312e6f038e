import { UsageError } from '../../errors.js';
import type { CsrFile } from './csr-file.js';
import { F_NAMES, FIRST_F } from './float-registers.js';
import type { HartContext } from './hart-context.js';
import type { HartModel } from './riscv-options.js';
import { bigOf, exact, hexOf, signedNumber, wordsOf } from './wide.js';
import { X_NAMES } from './x-registers.js';

/** Registers by the names a person uses: `a0`, `x10`, `fp`, `fa0`, `f10`, `pc`, `mcause`. Values are unsigned. */
export class NamedRegisters {
  static readonly LIST: readonly string[] = [...X_NAMES, 'pc'];
  readonly #context: HartContext;
  readonly #csrs: CsrFile;
  readonly #model: HartModel;
  readonly #where: string;

  constructor(context: HartContext, csrs: CsrFile, model: HartModel, where: string) {
    this.#context = context;
    this.#csrs = csrs;
    this.#model = model;
    this.#where = where;
  }

  /** @throws UsageError for a value that a number does not hold exactly */
  read(name: string): number {
    const [low, high] = this.#words(name);
    const value = exact(low, high);
    if (typeof value === 'number') return value;
    throw new UsageError({
      what: `${name} holds ${hexOf(low, high)}, which is more than a number holds exactly`,
      where: this.#where,
      remedy: 'ask for it as a bigint: register64()',
    });
  }
  readWide(name: string): bigint {
    return bigOf(...this.#words(name));
  }

  /** Writes to x0 are lost, as the guest's are. */
  write(name: string, value: number | bigint): void {
    const [low, high] = wordsOf(value);
    const x = indexIn(name, X_NAMES, 'x');
    const f = indexIn(name, F_NAMES, 'f');
    if (name === 'pc') this.#context.setPc(low & ~1, high);
    else if (x !== undefined) x !== 0 && this.#context.setRegister(x, low, high);
    else if (f !== undefined && this.#model.hasFloat) this.#writeFloat(f, low, high);
    else this.#csrs.poke(name, low, high) || this.#unknown(name);
  }

  #words(name: string): readonly [number, number] {
    if (name === 'pc') return [this.#context.low, this.#context.high];
    const x = indexIn(name, X_NAMES, 'x');
    if (x !== undefined) return [this.#context.registerLow(x), this.#context.registerHigh(x)];
    const f = indexIn(name, F_NAMES, 'f');
    if (f !== undefined && this.#model.hasFloat) return this.#float(f);
    const csr = this.#csrs.peek(name);
    return csr ? [csr.low, csr.high] : this.#unknown(name);
  }
  /** RV32 has a 64-bit register in two of the engine's. */
  #float(index: number): readonly [number, number] {
    const context = this.#context;
    if (this.#model.xlen === 64) return [context.registerLow(FIRST_F + index), context.registerHigh(FIRST_F + index)];
    return [context.registerLow(FIRST_F + 2 * index), context.registerLow(FIRST_F + 2 * index + 1)];
  }
  #writeFloat(index: number, low: number, high: number): void {
    const context = this.#context;
    if (this.#model.xlen === 64) context.setRegister(FIRST_F + index, low, high);
    else {
      context.setRegister(FIRST_F + 2 * index, low, 0);
      context.setRegister(FIRST_F + 2 * index + 1, high, 0);
    }
  }

  #unknown(name: string): never {
    throw new UsageError({
      what: `there is no register '${name}' that could be used so`,
      where: this.#where,
      remedy: 'give an ABI name (a0), a number (x10), pc, or a CSR (mcause); some CSRs cannot be written',
    });
  }
}

/** pc as a number: exact, and negative in the upper half of 64-bit addresses. */
export function pcNumber(context: HartContext): number {
  return context.high === 0 ? context.low >>> 0 : signedNumber(context.low, context.high);
}

function indexIn(name: string, abi: readonly string[], letter: string): number | undefined {
  if (name === 'fp' && letter === 'x') return 8;
  const number = name.startsWith(letter) ? /^.(\d+)$/.exec(name) : null;
  const index = number ? Number(number[1]) : abi.indexOf(name);
  return index >= 0 && index < 32 ? index : undefined;
}
