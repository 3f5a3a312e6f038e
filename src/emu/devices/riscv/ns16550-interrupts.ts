import type { Signal } from '../../signal.js';
import { ByteFifo } from './byte-fifo.js';
import type { Ns16550Context } from './ns16550.js';
import { FCR, IER, IIR, MSR, TRIGGER } from './ns16550-bits.js';

/** The holding-register-empty interrupt: remembered and on the wire, or remembered alone. */
const HOLDING = { none: 0, asking: 1, seen: 2 } as const;

/** Which interrupt is pending (data sheet, table IV), and the interrupt wire `irq`. */
export class Interrupts {
  readonly #d: Ns16550Context;
  readonly #irq: Signal;
  readonly #received: ByteFifo;

  constructor(d: Ns16550Context) {
    this.#d = d;
    this.#irq = d.output('irq');
    this.#received = new ByteFifo(d.state.receive);
  }

  /** IER was written; an empty holding register interrupts as soon as it may (8.7). */
  enable(value: number, holdingEmpty: boolean): void {
    const { ier, holdingEmpty: remembered } = this.#d.state;
    if ((value & ~ier[0]! & IER.ETBEI) !== 0 && holdingEmpty) remembered[0] = HOLDING.asking;
    ier[0] = value & 0x0f;
    this.update();
  }

  /** A read of IIR; it takes back the holding-register-empty interrupt if that is what it shows. */
  identify(): number {
    const pending = this.#pending();
    if (pending === IIR.holdingEmpty) {
      this.#d.state.holdingEmpty[0] = HOLDING.none;
      this.update();
    }
    return pending | this.#fifos;
  }

  /**
   * LSR was read, which on the chip does nothing to this interrupt (table IV: a read of IIR or a write of THR take it back). Here the
   * interrupt stays in IIR, but no longer on the wire. Drivers that look at LSR alone and never at IIR (xv6's) would be interrupted for ever by the level otherwise; on QEMU they are
   * not, because its PLIC does not look at the line again when an interrupt is completed.
   */
  seen(): void {
    const { holdingEmpty } = this.#d.state;
    if (holdingEmpty[0] !== HOLDING.asking) return;
    holdingEmpty[0] = HOLDING.seen;
    this.update();
  }

  /** What IIR holds. */
  get identification(): number {
    return this.#pending() | this.#fifos;
  }
  get #fifos(): number {
    return this.#d.state.fcr[0]! & FCR.enable ? IIR.fifos : 0;
  }

  update(): void {
    const pending = this.#pending();
    const isSeen = pending === IIR.holdingEmpty && this.#d.state.holdingEmpty[0] === HOLDING.seen;
    this.#irq.set(pending === IIR.none || isSeen ? 0 : 1);
  }

  #pending(): number {
    const { ier, overrun, timeOut, holdingEmpty, msr } = this.#d.state;
    const enabled = ier[0]!;
    if (enabled & IER.ELSI && overrun[0]) return IIR.lineStatus;
    if (enabled & IER.ERBFI && this.#received.length >= this.#trigger()) return IIR.dataAvailable;
    if (enabled & IER.ERBFI && timeOut[0]) return IIR.timeOut;
    if (enabled & IER.ETBEI && holdingEmpty[0]) return IIR.holdingEmpty;
    if (enabled & IER.EDSSI && msr[0]! & MSR.deltas) return IIR.modemStatus;
    return IIR.none;
  }

  #trigger(): number {
    const fcr = this.#d.state.fcr[0]!;
    return fcr & FCR.enable ? TRIGGER[fcr >>> 6]! : 1;
  }
}
