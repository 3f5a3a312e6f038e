import type { Counter64 } from './counter64.js';
import type { Cell } from './csr-cell.js';
import type { CsrName } from './csr-numbers.js';
import type { ScalarWord } from './hart-context.js';
import type { HartWords } from './hart-words.js';
import type { Interrupts } from './interrupts.js';
import type { Pmp } from './pmp.js';
import type { HartModel } from './riscv-options.js';
import type { Status } from './status.js';
import type { SupervisorTimer } from './supervisor-timer.js';

/** Rounding mode and flags where the engine keeps them (Unpriv 11.2); absent where the instruction set has none. */
export interface FloatControl {
  readonly flags: ScalarWord;
  readonly rounding: ScalarWord;
}

/** What a hart's CSRs are about. */
export interface CsrParts {
  readonly model: HartModel;
  readonly hart: HartWords;
  readonly status: Status;
  readonly interrupts: Interrupts;
  readonly timer: SupervisorTimer | undefined;
  readonly pmp: Pmp;
  readonly mcycle: Counter64;
  readonly minstret: Counter64;
  readonly mtime: Counter64;
  readonly float: FloatControl | undefined;
  /** satp was written. */
  readonly addressSpaceChanged: () => void;
}

/** Some CSRs by name. */
export type CsrTable = Partial<Record<CsrName, Cell>>;
