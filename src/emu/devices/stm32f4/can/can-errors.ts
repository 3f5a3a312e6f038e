import type { RegisterCell } from '../../../register-file.js';

/** Error counters and states: RM0090 32.7.6, and the rules of the CAN standard. */

const [EWGF, EPVF, BOFF] = [1, 2, 4] as const;
const WARNING = 96;
const PASSIVE = 127;
const BUS_OFF = 255;
/** 32.9.2 (ESR.REC): what a reception without error makes of a count beyond 128. */
const AFTER_RECEPTION = 120;
/** Enable bits in IER: EWGIE, EPVIE, BOFIE, LECIE. */
const [EWGIE, EPVIE, BOFIE, LECIE] = [1 << 8, 1 << 9, 1 << 10, 1 << 11] as const;

export interface ErrorState {
  readonly tec: Int32Array;
  readonly rec: Int32Array;
}

export class CanErrors {
  readonly #state: ErrorState;
  readonly #status: RegisterCell;
  readonly #enables: RegisterCell;
  /** Sets MSR.ERRI. */
  readonly #flag: () => void;

  constructor(state: ErrorState, status: RegisterCell, enables: RegisterCell, flag: () => void) {
    this.#state = state;
    this.#status = status;
    this.#enables = enables;
    this.#flag = flag;
  }

  get passive(): boolean {
    return (this.#status.value & EPVF) !== 0;
  }
  get busOff(): boolean {
    return (this.#status.value & BOFF) !== 0;
  }

  /** An error in a frame of its own; a missing acknowledge does not take an error-passive node any further. */
  sending(code: number, counts: boolean): void {
    if (counts) this.#state.tec[0]! += 8;
    this.#note(code);
  }
  receiving(code: number): void {
    this.#state.rec[0] = Math.min(this.#state.rec[0]! + 1, BUS_OFF);
    this.#note(code);
  }
  sent(): void {
    this.#state.tec[0] = Math.max(0, this.#state.tec[0]! - 1);
    this.#note(0);
  }
  received(): void {
    const rec = this.#state.rec[0]!;
    this.#state.rec[0] = rec > 128 ? AFTER_RECEPTION : Math.max(0, rec - 1);
    this.#note(0);
  }
  /** Back from bus-off. */
  recovered(): void {
    this.#state.tec[0] = 0;
    this.#state.rec[0] = 0;
    this.#status.value &= ~BOFF;
    this.#update();
  }

  #note(code: number): void {
    this.#status.value = (this.#status.value & ~0x70) | (code << 4);
    if (code !== 0 && this.#enables.value & LECIE) this.#flag();
    this.#update();
  }

  #update(): void {
    const [tec, rec] = [this.#state.tec[0]!, this.#state.rec[0]!];
    const before = this.#status.value & 7;
    const off = tec > BUS_OFF || this.busOff;
    const now =
      (tec >= WARNING || rec >= WARNING ? EWGF : 0) | (tec > PASSIVE || rec > PASSIVE ? EPVF : 0) | (off ? BOFF : 0);
    this.#status.value =
      (this.#status.value & 0x70) | now | (Math.min(tec, BUS_OFF) << 16) | (Math.min(rec, BUS_OFF) << 24);
    const risen = now & ~before;
    const enables = this.#enables.value;
    if ((risen & EWGF && enables & EWGIE) || (risen & EPVF && enables & EPVIE) || (risen & BOFF && enables & BOFIE)) {
      this.#flag();
    }
  }
}
