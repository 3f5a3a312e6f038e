import type { RegisterCell } from '../../../register-file.js';
import type { Signal } from '../../../signal.js';
import { ALL_FLAGS, FLAG, flagShift } from './dma-registers.js';
import type { StreamRegisters } from './stream-settings.js';

/** The flags of one stream and its interrupt: RM0090 10.4, 10.5.1 to 10.5.4. */
export class StreamFlags {
  readonly #status: RegisterCell;
  readonly #shift: number;
  readonly #regs: StreamRegisters;
  readonly #irq: Signal;

  /** `status` is LISR or HISR, whichever has the stream's flags. */
  constructor(stream: number, status: RegisterCell, regs: StreamRegisters, irq: Signal) {
    this.#status = status;
    this.#shift = flagShift(stream);
    this.#regs = regs;
    this.#irq = irq;
  }

  get value(): number {
    return (this.#status.value >>> this.#shift) & ALL_FLAGS;
  }
  raise(flags: number): void {
    this.#status.value |= flags << this.#shift;
    this.update();
  }
  /** A write to LIFCR or HIFCR. */
  clear(written: number): void {
    this.#status.value &= ~(written & (ALL_FLAGS << this.#shift));
    this.update();
  }

  /** The interrupt line, after flags or enables changed. */
  update(): void {
    const { CR, FCR } = this.#regs;
    let enabled = 0;
    if (CR.DMEIE) enabled |= FLAG.DMEIF;
    if (CR.TEIE) enabled |= FLAG.TEIF;
    if (CR.HTIE) enabled |= FLAG.HTIF;
    if (CR.TCIE) enabled |= FLAG.TCIF;
    if (FCR.FEIE) enabled |= FLAG.FEIF;
    this.#irq.set((this.value & enabled) !== 0 ? 1 : 0);
  }
}
