import type { TimedEvent } from '../../scheduler.js';
import { dataBits, type FrameFormat, frameHalves, parityHolds, type Reception } from './usart-frame.js';
import { FLAG, type UsartRegisters, type UsartSettings } from './usart-settings.js';

export interface ReceiverState {
  /** The receive data register. */
  readonly rdr: Int32Array;
  /** Error flags that a read of SR has shown; the next access to DR clears them. */
  readonly seen: Int32Array;
  /** IDLE may be set: something came since it was set last. */
  readonly idleArmed: Int32Array;
}

const CLEARED_BY_DR = FLAG.PE | FLAG.FE | FLAG.NF | FLAG.ORE | FLAG.IDLE;

/** The receiver's registers and flags: RM0090 30.3.3, 30.3.7 and 30.6.1. */
export class UsartReceiver {
  readonly #regs: UsartRegisters;
  readonly #settings: UsartSettings;
  readonly #state: ReceiverState;
  readonly #idle: TimedEvent;
  readonly #flagsChanged: () => void;

  constructor(
    regs: UsartRegisters,
    settings: UsartSettings,
    state: ReceiverState,
    event: (fire: () => void) => TimedEvent,
    flagsChanged: () => void,
  ) {
    this.#regs = regs;
    this.#settings = settings;
    this.#state = state;
    this.#flagsChanged = flagsChanged;
    this.#idle = event(() => this.#lineIdle());
  }

  get full(): boolean {
    return (this.#regs.SR.value & FLAG.RXNE) !== 0;
  }

  /** A frame came in, up to its first stop bit. */
  frame(reception: Reception, format: FrameFormat): void {
    const { SR, CR3 } = this.#regs;
    if (!this.#settings.receives) return;
    this.#state.idleArmed[0] = 1;
    if (this.#muted(reception.word, format)) return;
    if (this.full) {
      // 30.3.3: the data register keeps its word, the shift register is overwritten.
      SR.value |= FLAG.ORE;
    } else {
      this.#state.rdr[0] = reception.word;
      let flags = FLAG.RXNE as number;
      if (reception.framingError) flags |= FLAG.FE;
      if (reception.noise && !CR3.ONEBIT) flags |= FLAG.NF;
      if (!parityHolds(reception.word, format)) flags |= FLAG.PE;
      SR.value |= flags;
    }
    this.#flagsChanged();
  }

  /**
   * 30.3.6: whether a frame is not for this port. With WAKE it is an address where the top data bit is 1 (parity is none): its own
   * ends mute mode, another one begins it.
   */
  #muted(word: number, format: FrameFormat): boolean {
    const { CR1, CR2 } = this.#regs;
    if (!CR1.WAKE) return CR1.RWU === 1;
    if ((word >>> (dataBits(format) - 1)) & 1) CR1.RWU = (word & 15) === CR2.ADD ? 0 : 1;
    return CR1.RWU === 1;
  }

  /** A break of that many bits ended with a bit of 1 (30.3.8). */
  breakEnded(bits: number): void {
    if (!this.#settings.lin || this.#regs.CR1.UE === 0 || bits < this.#settings.breakBits) return;
    this.#regs.SR.value |= FLAG.LBD;
    this.#flagsChanged();
  }

  /** The line went quiet: after a whole frame of it, IDLE. */
  quiet(): void {
    const { bitTime, format, receives } = this.#settings;
    if (this.#state.idleArmed[0] === 0 || !receives || bitTime === 0) return;
    this.#idle.after((frameHalves(format) * bitTime) / 2);
  }
  busy(): void {
    this.#idle.cancel();
  }

  /** Reading SR, then accessing DR, clears the flags that the read showed. */
  statusRead(): void {
    this.#state.seen[0] = this.#regs.SR.value & (CLEARED_BY_DR | FLAG.TC);
  }
  /** A read of DR. */
  dataRead(): number {
    const { SR } = this.#regs;
    SR.value &= ~((this.#state.seen[0]! & CLEARED_BY_DR) | FLAG.RXNE);
    this.#state.seen[0] = 0;
    this.#flagsChanged();
    return this.#state.rdr[0]!;
  }
  /** A write to DR ends the sequence for PE and TC only (30.6.1). */
  dataWritten(): void {
    const { SR } = this.#regs;
    SR.value &= ~(this.#state.seen[0]! & (FLAG.PE | FLAG.TC));
    this.#state.seen[0] = 0;
  }

  /** RE was set on a quiet line. */
  enabled(): void {
    this.#state.idleArmed[0] = 1;
    this.quiet();
  }

  #lineIdle(): void {
    if (!this.#settings.receives) return;
    const { SR, CR1 } = this.#regs;
    this.#state.idleArmed[0] = 0;
    // 30.3.6: an idle frame ends mute mode, unless an address does; no flag is set in mute mode.
    if (CR1.RWU) {
      if (!CR1.WAKE) CR1.RWU = 0;
      return;
    }
    SR.value |= FLAG.IDLE;
    this.#flagsChanged();
  }
}
