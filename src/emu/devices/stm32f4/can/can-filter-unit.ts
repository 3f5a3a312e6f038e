import type { DeviceContext } from '../../../device.js';
import type { RegisterCell } from '../../../register-file.js';
import { type FilterBanks, type FilterMatch, matchFilters } from './can-filters.js';

/** The filter banks of both controllers, in CAN1: RM0090 32.7.4, 32.9.4. */

export type FilterLookup = (head: number) => FilterMatch | undefined;

const BANKS = 28;

/** An answer on the wire to CAN2: bit 0 set, the FIFO in bit 1, the index above. */
export function answerOf(level: number): FilterMatch | undefined {
  return level === 0 ? undefined : { fifo: level & 2 ? 1 : 0, index: level >>> 2 };
}

export class FilterUnit implements FilterBanks {
  readonly #d: DeviceContext;
  readonly #cells: Readonly<Record<string, RegisterCell>>;

  constructor(d: DeviceContext) {
    this.#d = d;
    this.#cells = d.regs as unknown as Record<string, RegisterCell>;
    const guard = (name: string, allowed: () => boolean, what: string) => {
      const register = this.#cells[name]!;
      d.onWrite(register, (_value, old) => {
        if (allowed()) return;
        register.value = old;
        this.#refuse(name, what);
      });
    };
    for (const name of ['FM1R', 'FS1R', 'FFA1R']) {
      guard(name, () => this.#initialising, 'set FMR.FINIT first');
    }
    for (let bank = 0; bank < BANKS; bank++) {
      const allowed = () => this.#initialising || ((this.active >>> bank) & 1) === 0;
      for (const n of [1, 2]) guard(`F${bank}R${n}`, allowed, `clear FA1R.FACT${bank} or set FMR.FINIT first`);
    }
  }

  get list(): number {
    return this.#word('FM1R');
  }
  get wide(): number {
    return this.#word('FS1R');
  }
  get fifo(): number {
    return this.#word('FFA1R');
  }
  get active(): number {
    return this.#word('FA1R');
  }
  first(bank: number): number {
    return this.#word(`F${bank}R1`);
  }
  second(bank: number): number {
    return this.#word(`F${bank}R2`);
  }

  /** CAN2SB divides the banks. While FINIT is set nothing is received. */
  match(head: number, controller: 'master' | 'slave'): FilterMatch | undefined {
    if (this.#initialising) return undefined;
    const start = Math.min((this.#word('FMR') >>> 8) & 0x3f, BANKS);
    return controller === 'master' ? matchFilters(this, head, 0, start) : matchFilters(this, head, start, BANKS);
  }
  /** The same for CAN2, as a level of the wire. */
  answer(head: number): number {
    const match = this.match(head, 'slave');
    return match === undefined ? 0 : 1 | (match.fifo << 1) | (match.index << 2);
  }

  get #initialising(): boolean {
    return (this.#word('FMR') & 1) === 1;
  }
  #word(name: string): number {
    return this.#cells[name]!.value | 0;
  }

  #refuse(name: string, remedy: string): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `CAN1.${name} was written while the filter is in use: the write is lost`,
      remedy,
      section: 'RM0090 32.9.4',
    });
  }
}
