import type { DeviceProblem } from './device.js';
import type { Hasher } from './hash.js';
import type { Arena, Kept } from './state.js';

/** A problem with where and when it happened. */
export interface GuestReport extends DeviceProblem {
  readonly device: string;
  readonly pc: number;
  /** Symbol, file and line of `pc`, where a locator was given. */
  readonly where?: string;
  readonly ns: number;
  readonly cycles: number;
}

const LIMIT = 1_000;

/** What the guest did wrong so far: part of the machine's state, and bounded. */
export class ReportLog implements Kept {
  readonly name = 'guestErrors';
  readonly #touch: () => void;
  #reports: readonly GuestReport[] = [];
  #lost = 0;

  constructor(arena: Arena) {
    const index = arena.keep(this);
    this.#touch = () => arena.touched.add(index);
  }
  get all(): readonly GuestReport[] {
    return this.#reports;
  }
  /** How many more there were than are kept. */
  get lost(): number {
    return this.#lost;
  }
  append(report: GuestReport): void {
    if (this.#reports.length < LIMIT) this.#reports = [...this.#reports, report];
    else this.#lost++;
    this.#touch();
  }
  save(): unknown {
    return { reports: this.#reports, lost: this.#lost };
  }
  restore(saved: unknown): void {
    const { reports, lost } = saved as { reports: readonly GuestReport[]; lost: number };
    this.#reports = reports;
    this.#lost = lost;
  }
  digest(hasher: Hasher): void {
    hasher.number(this.#lost);
    for (const { kind, what, pc, cycles } of this.#reports) hasher.text(`${kind} ${what} ${pc} ${cycles}`);
  }
}
