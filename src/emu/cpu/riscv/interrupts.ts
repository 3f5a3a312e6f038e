import type { CoreSignals } from '../../cpu.js';
import type { Signal } from '../../signal.js';
import type { Cell } from './csr-cell.js';
import { type HartWords, WORD } from './hart-words.js';
import { PRIVILEGE } from './privilege.js';
import type { HartModel } from './riscv-options.js';
import { MSTATUS, type Status } from './status.js';
import { INTERRUPT } from './trap-causes.js';

const bit = (code: number) => 1 << code;
const MACHINE = bit(INTERRUPT.external) | bit(INTERRUPT.software) | bit(INTERRUPT.timer);
const SUPERVISOR =
  bit(INTERRUPT.supervisorExternal) | bit(INTERRUPT.supervisorSoftware) | bit(INTERRUPT.supervisorTimer);
const SEIP = bit(INTERRUPT.supervisorExternal);
export const STIP = bit(INTERRUPT.supervisorTimer);
const SSIP = bit(INTERRUPT.supervisorSoftware);

/** The hart's interrupt wires by the code that their level stands for in mip. */
const WIRES = {
  meip: INTERRUPT.external,
  msip: INTERRUPT.software,
  mtip: INTERRUPT.timer,
  seip: INTERRUPT.supervisorExternal,
} as const;
type WireName = keyof typeof WIRES;

/**
 * mip, mie and what is delegated (Priv 3.1.8, 3.1.9, 4.1.3): levels of wires are not kept here; what software has written
 * of mip, and STIP where Sstc makes it, is the word `mip`.
 */
export class Interrupts {
  readonly #model: HartModel;
  readonly #hart: HartWords;
  readonly #words: Int32Array;
  readonly #status: Status;
  readonly #meip: Signal;
  readonly #msip: Signal;
  readonly #mtip: Signal;
  readonly #seip: Signal;
  readonly #implemented: number;
  readonly #changed: () => void;

  /** `changed` is called whenever an interrupt may have become due. Hart 0's wires are `cpu.msip` …, hart 1's `cpu.hart1.msip` …. */
  constructor(model: HartModel, hart: HartWords, status: Status, signals: CoreSignals, changed: () => void) {
    this.#model = model;
    this.#hart = hart;
    this.#words = hart.words;
    this.#status = status;
    this.#changed = changed;
    this.#implemented = MACHINE | (model.hasSupervisor ? SUPERVISOR : 0);
    const wire = (name: WireName) => {
      const signal = signals.get(model.index === 0 ? `cpu.${name}` : `cpu.hart${model.index}.${name}`);
      signal.listen(changed);
      return signal;
    };
    [this.#meip, this.#msip, this.#mtip, this.#seip] = [wire('meip'), wire('msip'), wire('mtip'), wire('seip')];
  }

  wire(name: string): Signal | undefined {
    return { meip: this.#meip, msip: this.#msip, mtip: this.#mtip, seip: this.#seip }[name];
  }

  /** mip. */
  get pending(): number {
    const machine =
      (this.#meip.level << INTERRUPT.external) |
      (this.#msip.level << INTERRUPT.software) |
      (this.#mtip.level << INTERRUPT.timer);
    if (!this.#model.hasSupervisor) return machine;
    return machine | (this.#seip.level << INTERRUPT.supervisorExternal) | this.#words[WORD.mip]!;
  }
  /** Whether WFI ends: an interrupt is pending and enabled, whatever mstatus and mideleg say (Priv 3.3.3). */
  get awaited(): boolean {
    return (this.pending & this.#words[WORD.mie]!) !== 0;
  }
  isDelegated(code: number): boolean {
    return (this.#words[WORD.mideleg]! & bit(code)) !== 0;
  }

  /** The code of the interrupt that is taken now, −1 if there is none (Priv 3.1.9). */
  due(): number {
    const pending = this.pending & this.#words[WORD.mie]!;
    if (pending === 0) return -1;
    const { privilege } = this.#hart;
    const delegated = this.#words[WORD.mideleg]!;
    const status = this.#status.bits;
    const machine = privilege !== PRIVILEGE.machine || (status & MSTATUS.MIE) !== 0 ? pending & ~delegated : 0;
    if (machine !== 0) return mostUrgent(machine);
    const open =
      privilege < PRIVILEGE.supervisor || (privilege === PRIVILEGE.supervisor && (status & MSTATUS.SIE) !== 0);
    return open ? mostUrgent(pending & delegated) : -1;
  }

  /** What makes STIP, where Sstc does. */
  setTimer(on: boolean): void {
    const words = this.#words;
    words[WORD.mip] = on ? words[WORD.mip]! | STIP : words[WORD.mip]! & ~STIP;
    if (on) this.#changed();
  }

  enableCell(): Cell {
    return this.#maskCell(WORD.mie, this.#implemented);
  }
  /** Only what supervisor mode has can be delegated (Priv 3.1.8). */
  delegationCell(): Cell {
    return this.#maskCell(WORD.mideleg, SUPERVISOR);
  }
  pendingCell(timerIsMade: () => boolean): Cell {
    const words = this.#words;
    return {
      read: () => this.pending,
      basis: () => (this.pending & ~SEIP) | (words[WORD.mip]! & SEIP),
      write: (value) => {
        const writable = this.#model.hasSupervisor ? SEIP | SSIP | (timerIsMade() ? 0 : STIP) : 0;
        words[WORD.mip] = (words[WORD.mip]! & ~writable) | (value & writable);
        this.#changed();
      },
    };
  }
  /** sie: what is not delegated reads 0 and is not written (Priv 4.1.3). */
  supervisorEnableCell(): Cell {
    const words = this.#words;
    return {
      read: () => words[WORD.mie]! & words[WORD.mideleg]!,
      write: (value) => {
        const mask = words[WORD.mideleg]!;
        words[WORD.mie] = (words[WORD.mie]! & ~mask) | (value & mask);
        this.#changed();
      },
    };
  }
  /** sip: only SSIP can be written. */
  supervisorPendingCell(): Cell {
    const words = this.#words;
    return {
      read: () => this.pending & words[WORD.mideleg]!,
      write: (value) => {
        const mask = words[WORD.mideleg]! & SSIP;
        words[WORD.mip] = (words[WORD.mip]! & ~mask) | (value & mask);
        this.#changed();
      },
    };
  }

  #maskCell(at: number, mask: number): Cell {
    const words = this.#words;
    return {
      read: () => words[at]!,
      write: (value) => {
        words[at] = value & mask;
        this.#changed();
      },
    };
  }
}

const BY_URGENCY = Object.values(INTERRUPT);

/** The interrupt that is taken first of a set of bits of mip that is not empty: MEI MSI MTI SEI SSI STI. */
function mostUrgent(bits: number): number {
  for (const code of BY_URGENCY) if ((bits >>> code) & 1) return code;
  return -1;
}
