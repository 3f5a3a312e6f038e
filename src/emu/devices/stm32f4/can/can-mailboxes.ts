import type { CanWords } from '../../../can-link.js';
import type { RegisterCell } from '../../../register-file.js';
import { arbitrationKey } from './can-frame.js';

/** The three transmit mailboxes: RM0090 32.7.1. */

const TXRQ = 1;
const [RQCP, TXOK, ALST, TERR, ABRQ] = [1, 2, 4, 8, 0x80] as const;
/** TME0: a mailbox is empty; CODE and LOW follow. */
const TME = 26;
const CODE = 24;
const LOW = 29;
const NUMBERS = [0, 1, 2] as const;
const TGT = 1 << 8;

/** Registers of a mailbox: TIxR, TDTxR, TDLxR, TDHxR. */
export type MailboxRegisters = readonly [RegisterCell, RegisterCell, RegisterCell, RegisterCell];

export interface MailboxState {
  /** When each was requested, as a count. */
  readonly order: Int32Array;
  readonly orders: Int32Array;
  /** 1 + the mailbox whose frame is on the bus. */
  readonly sending: Int32Array;
}

export class CanMailboxes {
  readonly #status: RegisterCell;
  readonly #boxes: readonly MailboxRegisters[];
  readonly #state: MailboxState;
  /** MCR.TXFP: in the order of requests, not of identifiers. */
  readonly #inOrder: () => boolean;

  constructor(status: RegisterCell, boxes: readonly MailboxRegisters[], state: MailboxState, inOrder: () => boolean) {
    this.#status = status;
    this.#boxes = boxes;
    this.#state = state;
    this.#inOrder = inOrder;
  }

  get completed(): boolean {
    return (this.#status.value & (RQCP * 0x1_0101)) !== 0;
  }
  /** 1 + the mailbox whose frame is on the bus, 0 for none. */
  get sending(): number {
    return this.#state.sending[0]!;
  }
  isPending(n: number): boolean {
    return (this.#boxes[n]![0].value & TXRQ) !== 0;
  }

  /** The mailbox that is sent next, −1 without one. */
  get next(): number {
    let next = -1;
    for (const n of NUMBERS) if (this.isPending(n) && (next < 0 || this.#before(n, next))) next = n;
    return next;
  }
  /** Its frame; `time` is what TGT sends along in the last two bytes. */
  frame(n: number, time: number): CanWords {
    const [id, length, low, high] = this.#boxes[n]!;
    const dlc = length.value & 15;
    const stamped = (length.value & TGT) !== 0 && dlc === 8;
    // 32.9.3: TIME[7:0] in byte 6, TIME[15:8] in byte 7.
    const upper = stamped ? (high.value & 0xffff) | (time << 16) : high.value;
    return { head: (id.value & ~TXRQ) | 0, dlc, low: low.value | 0, high: upper | 0 };
  }

  /** TXRQ was set. */
  request(n: number): void {
    this.#state.order[n] = ++this.#state.orders[0]!;
    this.#status.value &= ~((RQCP | TXOK | ALST | TERR | ABRQ) << (8 * n));
    this.update();
  }

  /** The frame is on the bus now; its time is kept (TIME). */
  begin(n: number, time: number): void {
    this.#state.sending[0] = n + 1;
    const [, length] = this.#boxes[n]!;
    length.value = (length.value & 0xffff) | (time << 16);
  }
  /** It was sent. */
  sent(): void {
    const n = this.#take();
    if (n >= 0) this.#complete(n, TXOK);
  }
  /** It was not: it is sent again, unless NART or an abort says no (32.7.1). */
  failed(flag: 'ALST' | 'TERR', again: boolean, which = this.#take()): void {
    if (which < 0) return;
    const bit = flag === 'ALST' ? ALST : TERR;
    const aborted = ((this.#status.value >>> (8 * which)) & ABRQ) !== 0;
    if (!again || aborted) this.#complete(which, bit);
    else this.#status.value = (this.#status.value & ~((ALST | TERR) << (8 * which))) | (bit << (8 * which));
  }

  /** TSR was written: clearing RQCP clears what goes with it, ABRQ takes requests back. */
  written(old: number): void {
    for (const n of NUMBERS) {
      const shift = 8 * n;
      const cleared = ((old & ~this.#status.value) >>> shift) & RQCP;
      if (cleared) this.#status.value &= ~((TXOK | ALST | TERR) << shift);
      if (((this.#status.value >>> shift) & ABRQ) === 0) continue;
      if (!this.isPending(n)) this.#status.value &= ~(ABRQ << shift);
      else if (this.sending !== n + 1) this.#complete(n, 0);
    }
    this.update();
  }
  /** Nothing is on the bus any more, without an outcome. */
  forget(): void {
    this.#state.sending[0] = 0;
  }

  /** TME, LOW and CODE: 32.9.2. */
  update(): void {
    const waiting = NUMBERS.filter((n) => this.isPending(n));
    const empty = NUMBERS.filter((n) => !this.isPending(n));
    const lowest = waiting.reduce((last, n) => (last < 0 || this.#before(last, n) ? n : last), -1);
    let bits = 0;
    for (const n of empty) bits |= 1 << (TME + n);
    if (waiting.length > 1) bits |= 1 << (LOW + lowest);
    bits |= (empty[0] ?? lowest) << CODE;
    this.#status.value = (this.#status.value & 0x00ff_ffff) | bits;
  }

  #take(): number {
    const n = this.#state.sending[0]! - 1;
    this.#state.sending[0] = 0;
    return n;
  }
  #complete(n: number, flag: number): void {
    const shift = 8 * n;
    this.#boxes[n]![0].value &= ~TXRQ;
    this.#status.value = (this.#status.value & ~((TXOK | ALST | TERR | ABRQ) << shift)) | ((RQCP | flag) << shift);
    this.update();
  }
  /** Whether `a` is sent before `b`: 32.7.1, transmit priority. */
  #before(a: number, b: number): boolean {
    if (this.#inOrder()) return this.#state.order[a]! < this.#state.order[b]!;
    const [one, other] = [a, b].map((n) => arbitrationKey(this.#boxes[n]![0].value & ~TXRQ)) as [number, number];
    return one === other ? a < b : one < other;
  }
}
