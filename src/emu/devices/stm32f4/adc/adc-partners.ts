import type { TimedEvent } from '../../../scheduler.js';
import type { Signal } from '../../../signal.js';
import type { AdcContext } from './adc.js';
import { decodeStart, encodeStart, interleaveDelay, type MultiMode, multiMode } from './adc-multi.js';
import { PRESCALERS } from './adc-timing.js';

/** What the other converters make this one do. */
export interface PartnerActions {
  start(group: 'regular' | 'injected', late: number): void;
  /** Nothing stops its regular group any more. */
  goOn(late: number): void;
  /** Interleaved: its turn to convert has come. */
  turn(late: number): void;
  halted(): void;
  taken(): void;
  overrun(): void;
}

/**
 * A converter's side of dual and triple mode: RM0090 13.9.
 *
 * Wires: input `ccr` has the level of the common control register; output `status` is SR with ADON above, `result` pulses
 * with a regular result (bit 16 set) for the common data register, inputs `taken` and `lost` say that it was read there, or
 * could not be kept. Output `starts` tells the others to start (input `started`), output `injecting` that an injected group
 * is being converted (input `halted`).
 */
export class AdcPartners {
  readonly #d: AdcContext;
  /** 0 for ADC1. */
  readonly #place: number;
  readonly #ccr: Signal;
  readonly #status: Signal;
  readonly #result: Signal;
  readonly #starts: Signal;
  readonly #injecting: Signal;
  readonly #halted: Signal;
  readonly #turn: TimedEvent;

  constructor(d: AdcContext, n: number, ccr: Signal, actions: PartnerActions) {
    this.#d = d;
    this.#place = n - 1;
    this.#ccr = ccr;
    this.#status = d.output('status');
    this.#result = d.output('result');
    this.#starts = d.output('starts');
    this.#injecting = d.output('injecting');
    this.#turn = d.event('turn', () => {
      d.state.turnReady[0] = 1;
      actions.turn(d.clock.now() - d.state.turnDue[0]!);
    });
    d.input('started', (level) => {
      if (level !== 0) this.#hear(level, actions);
    });
    this.#halted = d.input('halted', (level) => {
      if (!this.#stopsTogether) return;
      if (level) actions.halted();
      else actions.goOn(0);
    });
    d.input('taken', (level) => {
      if (level !== 0) actions.taken();
    });
    d.input('lost', (level) => {
      if (level !== 0) actions.overrun();
    });
    ccr.listen((level, before) => {
      if ((level ^ before) & 31) this.reset();
    });
  }

  get #mode(): MultiMode {
    return multiMode(this.#ccr.level);
  }
  /** Asked at every conversion: most programs know no multi mode. */
  get #independent(): boolean {
    return (this.#ccr.level & 31) === 0;
  }
  get #member(): boolean {
    return !this.#independent && this.#place < this.#mode.members && this.#mode.members > 1;
  }
  get #interleaved(): boolean {
    return !this.#independent && this.#member && this.#mode.regular === 'interleaved';
  }
  /** 13.9.6: regular conversions of all stop for the injected ones of each. */
  get #stopsTogether(): boolean {
    const { regular, injected } = this.#mode;
    return this.#member && regular === 'simultaneous' && injected === 'alternate';
  }
  get #others(): number {
    return ((1 << this.#mode.members) - 1) & ~1;
  }

  /** Its regular group starts with that of ADC1 only. */
  get isSlave(): boolean {
    return this.#member && this.#place > 0 && this.#mode.regular !== 'independent';
  }
  /** Its results are fetched from the common data register, by DMA. */
  get dataIsShared(): boolean {
    return this.#member && (this.#ccr.level & (3 << 14)) !== 0;
  }

  get mayConvertRegular(): boolean {
    if (this.#independent) return true;
    if (this.#stopsTogether && this.#halted.level !== 0) return false;
    return !this.#interleaved || this.#d.state.turnReady[0] === 1;
  }

  /** ADC1's regular group starts: the others' with it, or, interleaved, each after the one before. */
  regularStarts(late: number, again: boolean): void {
    if (this.#place !== 0 || !this.#member) return;
    const { regular } = this.#mode;
    if (regular === 'simultaneous') this.#send('regular', this.#others, late, 0);
    // 13.9.3: the first conversion starts at once; later ones have their turn behind the last converter's.
    if (regular === 'interleaved' && !again && !this.#turn.armed) this.#d.state.turnReady[0] = 1;
  }

  /** A regular conversion begins: in interleaved mode the next converter gets its turn a delay later. */
  takeTurn(late: number, sampling: number): void {
    if (!this.#interleaved) return;
    this.#d.state.turnReady[0] = 0;
    const next = (this.#place + 1) % this.#mode.members;
    this.#send('turn', 1 << next, late, sampling);
  }
  /** The conversion that used up a turn was reset. */
  keepTurn(): void {
    if (this.#interleaved) this.#d.state.turnReady[0] = 1;
  }

  /** An injected trigger reached this converter: whether its own group starts. */
  injectedStarts(late: number): boolean {
    const { injected, members } = this.#mode;
    if (this.#place !== 0 || !this.#member || injected === 'independent') return true;
    if (injected === 'simultaneous') {
      this.#send('injected', this.#others, late, 0);
      return true;
    }
    // 13.9.4: the triggers go to one converter after the other; 13.9.6: those that come while one interrupts are ignored.
    if (this.#stopsTogether && (this.#halted.level !== 0 || this.#injecting.level !== 0)) return false;
    const place = this.#d.state.turn[0]!;
    this.#d.state.turn[0] = (place + 1) % members;
    if (place !== 0) this.#send('injected', 1 << place, late, 0);
    return place === 0;
  }
  injecting(on: boolean): void {
    this.#injecting.set(on ? 1 : 0);
  }

  status(bits: number): void {
    this.#status.set(bits);
  }
  converted(data: number): void {
    if (!this.#member) return;
    this.#result.set(data | 0x1_0000);
    this.#result.set(0);
  }

  /** 13.9.3: the sequencer of the multi modes begins anew. */
  reset(): void {
    const { state } = this.#d;
    for (const word of [state.turn, state.turnReady]) word[0] = 0;
    this.#turn.cancel();
    this.#injecting.set(state.injected[0]!);
  }

  #send(group: 'regular' | 'injected' | 'turn', targets: number, late: number, sampling: number): void {
    this.#starts.set(encodeStart({ group, targets, late, sampling }));
    this.#starts.set(0);
  }

  #hear(level: number, actions: PartnerActions): void {
    const start = decodeStart(level);
    if (!this.#member || ((start.targets >>> this.#place) & 1) === 0) return;
    if (start.group !== 'turn') {
      actions.start(start.group, start.late);
      return;
    }
    const delay = interleaveDelay(this.#ccr.level, start.sampling) * PRESCALERS[((this.#ccr.level >>> 16) & 3) as 0]!;
    const { state } = this.#d;
    state.turnDue[0] = this.#d.clock.now() - start.late + delay;
    this.#turn.at(state.turnDue[0]!);
  }
}
