import type { TimedEvent } from '../../../scheduler.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';

/** What `shadow` holds. */
const [SSR, TR, DR] = [0, 1, 2] as const;
const RESET_DATE = 0x2101;
/** The calendar is copied every two RTCCLK (26.3.6). */
const COPY = 2;

/**
 * Shadow registers: RM0090 26.3.6. SSR, TR and DR are copied from the calendar every two RTCCLK while APB1 runs and the calendar is
 * not being set; a read of SSR or TR locks the higher ones until DR is read. With BYPSHAD the calendar itself is read.
 */
export class RtcShadow {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #copied: TimedEvent;

  constructor(d: RtcContext, counter: RtcCounter) {
    this.#d = d;
    this.#counter = counter;
    this.#copied = d.event('copy', () => this.#copy());
    const registers = d.regs;
    const { locked, shadow } = d.state;
    // What a test sees is what firmware would read, without locking anything.
    registers.SSR.compute(() => this.#shown(SSR));
    registers.TR.compute(() => this.#shown(TR));
    registers.DR.compute(() => this.#shown(DR));
    d.onRead(registers.SSR, () => {
      this.#lock();
      return shadow[SSR]!;
    });
    d.onRead(registers.TR, () => {
      this.#lock();
      return shadow[TR]!;
    });
    d.onRead(registers.DR, () => {
      if (d.regs.CR.BYPSHAD) this.#keep(counter.now);
      else if (!locked[0] && !d.state.stale[0]) this.#keep();
      locked[0] = 0;
      return shadow[DR]!;
    });
    const bus = d.clockNamed('apb1');
    bus.onChange(() => (bus.running ? this.synchronise() : this.freeze()));
  }

  /** From now on the shadow stays as it is, until `synchronise`. */
  freeze(): void {
    const { stale } = this.#d.state;
    if (stale[0]) return;
    this.#keep();
    stale[0] = 1;
  }

  /** The next copies are made again; RSF is set with the first. */
  synchronise(after = 0): void {
    const { state, regs, clockNamed } = this.#d;
    if (!clockNamed('apb1').running || (state.stale[0] === 0 && regs.ISR.RSF)) return;
    const now = this.#counter.now + after;
    this.#copied.at((Math.floor(now / COPY) + 1) * COPY);
  }

  /** Initialization, a shift or BYPSHAD: RSF falls (26.6.4). */
  begin(): void {
    this.freeze();
    this.#d.regs.ISR.RSF = 0;
    this.#copied.cancel();
  }

  /** A system reset resets the shadow registers, not the calendar (26.3.7). */
  reset(): void {
    const { shadow, stale } = this.#d.state;
    shadow.set([0, 0, RESET_DATE]);
    this.#d.state.copied[0] = 0;
    stale[0] = 1;
    this.#d.regs.ISR.RSF = 0;
    if (this.#d.regs.ISR.INITF === 0) this.synchronise();
  }

  #copy(): void {
    const { ISR, CR } = this.#d.regs;
    if (ISR.INITF || ISR.SHPF) return;
    this.#d.state.stale[0] = 0;
    if (!CR.BYPSHAD) ISR.RSF = 1;
  }

  #lock(): void {
    const { locked, shadow } = this.#d.state;
    if (this.#d.regs.CR.BYPSHAD) {
      this.#keep(this.#counter.now);
      return;
    }
    if (!locked[0] && !this.#d.state.stale[0]) this.#keep();
    else if (!this.#d.state.stale[0]) {
      shadow[SSR] = this.#counter.at(this.#lastCopy()).ssr;
      this.#d.state.copied[0] = 0;
    }
    locked[0] = 1;
  }

  #keep(raw = this.#lastCopy()): void {
    const { shadow, copied } = this.#d.state;
    // Firmware that polls reads many times what was copied once.
    if (copied[0] === raw + 1) return;
    copied[0] = raw + 1;
    const { second, ssr } = this.#counter.at(raw);
    const words = this.#words(second);
    shadow[SSR] = ssr;
    shadow[TR] = words[0];
    shadow[DR] = words[1];
  }

  #shown(which: 0 | 1 | 2): number {
    const { locked, shadow, stale } = this.#d.state;
    const bypassed = this.#d.regs.CR.BYPSHAD === 1;
    if (!bypassed && (stale[0] || (locked[0] && which !== SSR))) return shadow[which]!;
    const { second, ssr } = this.#counter.at(bypassed ? this.#counter.now : this.#lastCopy());
    return which === SSR ? ssr : this.#words(second)[which - 1]!;
  }

  /** In initialization mode the calendar holds what was written there. */
  #words(second: number): readonly [number, number] {
    const { initial } = this.#d.state;
    return this.#counter.stopped ? [initial[0]!, initial[1]!] : this.#counter.words(second);
  }

  #lastCopy(): number {
    const { now } = this.#counter;
    return now - (now % COPY);
  }
}
