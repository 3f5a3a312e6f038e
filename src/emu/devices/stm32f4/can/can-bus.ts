import { type CanErrorKind, type CanMedium, type CanNode, type CanWords, LEC } from '../../../can-link.js';
import type { DeviceContext } from '../../../device.js';
import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';
import { arbitrationKey, frameBits, TAIL_BITS } from './can-frame.js';

/** State of a bus: words as below, and instants in cycles of APB1. */
export interface CanBusState {
  readonly words: Int32Array;
  readonly ticks: Float64Array;
}
export const BUS_WORDS = 10;
export const BUS_TICKS = 2;

const [PHASE, SENDERS, HEAD, DLC, LOW, HIGH, BIT_TIME, BARRED, ERROR, LISTENERS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const [SOF, DUE] = [0, 1] as const;

const PHASES = {
  idle: 0,
  /** The first bit: whoever has a frame by its end takes part in arbitration. */
  start: 1,
  body: 2,
  /** Acknowledged; receivers take the frame one bit before its end. */
  tail: 3,
  last: 4,
  error: 5,
  intermission: 6,
  /** Idle but for error-passive senders: they wait eight bits longer. */
  suspend: 7,
} as const;

const ERROR_FLAG = 6;
const ERROR_DELIMITER = 8;
const INTERMISSION = 3;
const SUSPEND = 8;
/** Where an error in the identifier is noticed, in bits from SOF. */
const EARLY_BITS = 12;
/** Bit times of nodes may differ by this much: the CAN standard's limit for oscillators, twice. */
const TOLERANCE = 0.0316;

/** What the sender and the receivers note by a test's errors: bit errors show to receivers as the error flag, a stuff error. */
const NOTED: Readonly<Record<CanErrorKind, readonly [sending: number, receiving: number]>> = {
  bit: [LEC.bitRecessive, LEC.stuff],
  stuff: [LEC.stuff, LEC.stuff],
  form: [LEC.form, LEC.form],
  crc: [LEC.form, LEC.crc],
  ack: [LEC.ack, LEC.none],
};
export const ERROR_KINDS: readonly CanErrorKind[] = ['bit', 'stuff', 'form', 'crc', 'ack'];

interface FrameError {
  /** Codes of LEC. */
  readonly sending: number;
  readonly receiving: number;
  /** Bits from SOF. */
  readonly bits: number;
}

/** What a bus tells whoever owns it. */
export interface CanBusOwner {
  carried(from: CanNode, frame: CanWords): void;
  /** The error that a test wants in this frame, if any: it is used up. */
  takeInjected(): CanErrorKind | undefined;
}

/** One CAN bus, frame by frame, in cycles of APB1. */
export class CanBus implements CanMedium {
  readonly #nodes: CanNode[] = [];
  readonly #state: CanBusState;
  readonly #clock: Clock;
  readonly #event: TimedEvent;
  readonly #owner: CanBusOwner;

  constructor(d: Pick<DeviceContext, 'event' | 'clockNamed'>, name: string, state: CanBusState, owner: CanBusOwner) {
    this.#state = state;
    this.#owner = owner;
    this.#clock = d.clockNamed('apb1');
    this.#event = d.event(name, () => this.#advance(), this.#clock);
  }

  connect(node: CanNode): void {
    this.#nodes.push(node);
  }
  disconnect(node: CanNode): void {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }
  get nodes(): readonly CanNode[] {
    return this.#nodes;
  }
  get hertz(): number {
    return this.#clock.hertz;
  }

  /** A frame, an error frame or the space behind them is on the bus. */
  get busy(): boolean {
    const phase = this.#state.words[PHASE]!;
    return phase !== PHASES.idle && phase !== PHASES.suspend;
  }
  /** The level some cycles ago; 1 is recessive. */
  levelBefore(cycles: number): 0 | 1 {
    const { words, ticks } = this.#state;
    const phase = words[PHASE]!;
    if (phase === PHASES.start) return 0;
    if (phase !== PHASES.body && phase !== PHASES.tail && phase !== PHASES.last) return 1;
    const index = Math.floor((this.#clock.now() - cycles - ticks[SOF]!) / words[BIT_TIME]!);
    return frameBits(this.#frame)[index] === 0 ? 0 : 1;
  }

  /** A node has something to send, or may send now: if the bus is idle a frame begins. */
  request(): void {
    if (this.busy) return;
    const first = this.#nodes.find((node, i) => this.#mayStart(node, i));
    if (first === undefined) return;
    const { words, ticks } = this.#state;
    ticks[SOF] = this.#clock.now();
    words[BIT_TIME] = first.bitTime;
    words[SENDERS] = 0;
    words[ERROR] = 0;
    this.#enter(PHASES.start, ticks[SOF]! + first.bitTime);
    for (const node of this.#nodes) node.started();
  }

  /** A frame of a controller in loop back mode, which others hear where nothing else is on the bus (RM0090 32.5.2). */
  overhear(from: CanNode, frame: CanWords, bitTime: number): void {
    if (this.busy) return;
    for (const node of this.#nodes) {
      const hears = node !== from && node.listens && node.bitTime > 0;
      if (hears && alike(node.bitTime, bitTime)) node.received(frame);
    }
  }

  /** The owner was reset: what was on the bus is gone. */
  reset(): void {
    this.#event.cancel();
    this.#state.words.fill(0);
    for (const node of this.#nodes) node.over();
    this.request();
  }

  get #frame(): CanWords {
    const { words } = this.#state;
    return { head: words[HEAD]!, dlc: words[DLC]!, low: words[LOW]!, high: words[HIGH]! };
  }
  #mayStart(node: CanNode, index: number): boolean {
    if (node.bitTime === 0 || node.pending() === undefined) return false;
    return ((this.#state.words[BARRED]! >>> index) & 1) === 0;
  }

  #enter(phase: number, due: number): void {
    this.#state.words[PHASE] = phase;
    this.#state.ticks[DUE] = due;
    this.#event.at(due);
  }
  #enterAfter(phase: number, bits: number): void {
    this.#enter(phase, this.#state.ticks[DUE]! + bits * this.#state.words[BIT_TIME]!);
  }

  #advance(): void {
    const phase = this.#state.words[PHASE];
    if (phase === PHASES.start) this.#arbitrate();
    else if (phase === PHASES.body) this.#acknowledge();
    else if (phase === PHASES.tail) this.#receive();
    else if (phase === PHASES.last) this.#complete();
    else if (phase === PHASES.error) this.#enterAfter(PHASES.intermission, INTERMISSION);
    else if (phase === PHASES.intermission) this.#rest();
    else this.#idle();
  }
  #idle(): void {
    const { words } = this.#state;
    words[BARRED] = 0;
    words[PHASE] = PHASES.idle;
    this.request();
  }

  /** At the end of SOF: the lowest identifier of all frames that are there wins. */
  #arbitrate(): void {
    const { words } = this.#state;
    const frames = this.#nodes.map((node, i) => (this.#mayStart(node, i) ? node.pending() : undefined));
    const keys = frames.map((frame) => (frame === undefined ? Number.POSITIVE_INFINITY : arbitrationKey(frame.head)));
    const best = Math.min(...keys);
    words[BARRED] = 0;
    if (best === Number.POSITIVE_INFINITY) {
      // What was to be sent was taken back in the first bit: the others saw a dominant bit, and no frame behind it.
      this.#enterAfter(PHASES.intermission, INTERMISSION);
      return;
    }
    const winner = keys.indexOf(best);
    const frame = frames[winner]!;
    [words[HEAD], words[DLC], words[LOW], words[HIGH]] = [frame.head, frame.dlc, frame.low, frame.high];
    words[BIT_TIME] = this.#nodes[winner]!.bitTime;
    for (const [i, node] of this.#nodes.entries()) {
      if (keys[i] === best) words[SENDERS]! |= 1 << i;
      else if (frames[i] !== undefined) node.lostArbitration();
    }
    words[LISTENERS] = this.#hearing();
    for (const [i, node] of this.#nodes.entries()) {
      if (this.#sends(i)) node.taking(true);
      else if (this.#hears(i)) node.taking(false);
    }
    this.#plan(frames);
  }

  /** Where the frame ends: in its acknowledge slot, or in an error before. */
  #plan(frames: readonly (CanWords | undefined)[]): void {
    const { words, ticks } = this.#state;
    const slot = frameBits(this.#frame).length - TAIL_BITS;
    const error = this.#errorIn(frames, slot);
    if (error !== undefined) words[ERROR] = error.sending | (error.receiving << 4);
    this.#enter(PHASES.body, ticks[SOF]! + (error?.bits ?? slot) * words[BIT_TIME]!);
  }
  /** What spoils the frame, after how many bits. */
  #errorIn(frames: readonly (CanWords | undefined)[], slot: number): FrameError | undefined {
    const injected = this.#owner.takeInjected();
    const senders = this.#nodes.filter((_, i) => this.#sends(i));
    if (senders.some(({ connected }) => !connected)) return { sending: LEC.bitDominant, receiving: LEC.none, bits: 1 };
    if (injected !== undefined) {
      const [sending, receiving] = NOTED[injected];
      return { sending, receiving, bits: injected === 'bit' || injected === 'stuff' ? EARLY_BITS : slot };
    }
    const collision = frames.find((frame, i) => this.#sends(i) && !same(frame!, this.#frame));
    const seen = { sending: LEC.bitRecessive, receiving: LEC.stuff };
    if (collision !== undefined) return { ...seen, bits: firstDifference(collision, this.#frame) + 1 };
    if (this.#nodes.some((node, i) => this.#disturbs(node, i))) return { ...seen, bits: EARLY_BITS };
    return undefined;
  }

  #sends(index: number): boolean {
    return ((this.#state.words[SENDERS]! >>> index) & 1) === 1;
  }
  #hears(index: number): boolean {
    return ((this.#state.words[LISTENERS]! >>> index) & 1) === 1;
  }
  /** Nodes that hear this frame, whether or not they understand it. */
  #hearing(): number {
    let mask = 0;
    for (const [i, node] of this.#nodes.entries()) {
      if (!this.#sends(i) && node.listens && node.bitTime > 0) mask |= 1 << i;
    }
    return mask;
  }
  #inTime(node: CanNode): boolean {
    return alike(node.bitTime, this.#state.words[BIT_TIME]!);
  }
  /** A node at another rate takes the frame for a mistake; error-active it says so. */
  #disturbs(node: CanNode, index: number): boolean {
    return this.#hears(index) && !this.#inTime(node) && node.acknowledges && !node.errorPassive;
  }

  #acknowledge(): void {
    const { words } = this.#state;
    if (words[ERROR]) {
      this.#fail(words[ERROR]! & 15, words[ERROR]! >>> 4);
      return;
    }
    const answered = this.#nodes.some((node, i) => {
      if (this.#sends(i)) return node.alone;
      return this.#hears(i) && node.acknowledges && this.#inTime(node);
    });
    if (answered) this.#enterAfter(PHASES.tail, TAIL_BITS - 1);
    else this.#fail(LEC.ack, LEC.form);
  }

  #fail(sending: number, receiving: number): void {
    let [flag, others] = [ERROR_FLAG, false];
    for (const [i, node] of this.#nodes.entries()) {
      if (!this.#sends(i)) {
        if (!this.#hears(i)) continue;
        others ||= node.acknowledges && !node.errorPassive;
        if (receiving !== LEC.none) node.failed(receiving, false);
      } else {
        if (node.errorPassive) this.#state.words[BARRED]! |= 1 << i;
        node.failed(sending, true);
      }
    }
    // The other nodes' flags follow the first one, which they take for a stuff error.
    if (others && sending !== LEC.ack) flag += ERROR_FLAG;
    this.#enterAfter(PHASES.error, flag + ERROR_DELIMITER);
  }

  #receive(): void {
    const frame = this.#frame;
    for (const [i, node] of this.#nodes.entries()) {
      if (this.#sends(i) ? node.alone : this.#hears(i) && node.listens) this.#deliver(node, frame);
    }
    this.#enterAfter(PHASES.last, 1);
  }
  #deliver(node: CanNode, frame: CanWords): void {
    if (this.#inTime(node)) node.received(frame);
    else node.failed(LEC.stuff, false);
  }

  #complete(): void {
    const { words } = this.#state;
    for (const [i, node] of this.#nodes.entries()) {
      if (!this.#sends(i)) continue;
      if (node.errorPassive) words[BARRED]! |= 1 << i;
      this.#owner.carried(node, this.#frame);
      node.transmitted();
    }
    this.#enterAfter(PHASES.intermission, INTERMISSION);
  }

  #rest(): void {
    const { words } = this.#state;
    words[PHASE] = PHASES.suspend;
    for (const node of this.#nodes) {
      node.over();
      node.quiet();
    }
    if (words[BARRED]) this.#enterAfter(PHASES.suspend, SUSPEND);
    else words[PHASE] = PHASES.idle;
    this.request();
  }
}

/** The bit in which two frames part. */
function firstDifference(a: CanWords, b: CanWords): number {
  const [one, other] = [frameBits(a), frameBits(b)];
  return one.findIndex((bit, i) => bit !== other[i]);
}

function alike(bitTime: number, other: number): boolean {
  return Math.abs(bitTime - other) <= TOLERANCE * other;
}

function same(a: CanWords, b: CanWords): boolean {
  return a.head === b.head && a.dlc === b.dlc && a.low === b.low && a.high === b.high;
}
