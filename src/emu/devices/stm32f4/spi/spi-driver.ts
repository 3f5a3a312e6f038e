import type { Log } from '../../../log.js';
import type { Net } from '../../../net.js';
import type { TimedEvent } from '../../../scheduler.js';
import { mirrored, type SpiFrame, type SpiSlave } from '../../../spi-link.js';
import type { Clock } from '../../../time.js';

/** How a test clocks the port as its master. */
export interface SpiTransferOptions {
  /** Rate of SCK; 1 MHz if not given. */
  readonly hertz?: number;
  /** Bits of a word; 8 if not given. */
  readonly bits?: 8 | 16;
  /** 2 × CPOL + CPHA; what the port is set to if not given. */
  readonly mode?: 0 | 1 | 2 | 3;
  readonly lsbFirst?: boolean;
  /** Pin that the master holds low from the first bit to the last, `'PB12'`; without it the test selects the port itself. */
  readonly nss?: string;
  /** Machine time between two words, in ns; 0 if not given. */
  readonly gapNs?: number;
}

/** One transfer of a test; it goes on as the machine runs. */
export interface SpiTransfer {
  readonly done: boolean;
  /** What the port has shifted out so far. */
  readonly received: readonly number[];
}

export interface DriverState {
  /** 0 waiting, 1 a piece is on the wire, 2 the gap before the next word. */
  readonly driverPhase: Int32Array;
  readonly driverBits: Int32Array;
  readonly driverIn: Int32Array;
  readonly driverTakes: Int32Array;
  readonly driverLeft: Int32Array;
  /** Machine time at which the present word began. */
  readonly driverStart: Float64Array;
}

/** Numbers of an entry of the log of words to send. */
const ENTRY = { word: 0, bits: 1, bitNs: 2, mode: 3, lsbFirst: 4, gapNs: 5, last: 6, pin: 7 } as const;
const PORTS = 'ABCDEFGHI';

/** `PB12` as a number, 0 for no pin. */
function pinCode(pin: string | undefined): number {
  return pin === undefined ? 0 : 1 + PORTS.indexOf(pin[1]!) * 16 + Number(pin.slice(2));
}
function pinName(code: number): string {
  return `P${PORTS[(code - 1) >> 4]}${(code - 1) & 15}`;
}

/** A master outside the chip: a queue of words that go out back to back, in the logs alone. */
export class SpiDriver {
  readonly #slave: SpiSlave;
  readonly #state: DriverState;
  readonly #queue: Log;
  /** A word for each entry of the queue that is over: what came back. */
  readonly #answers: Log;
  readonly #clock: Clock;
  readonly #event: TimedEvent;
  readonly #net: (pin: string) => Net;
  readonly #frame: SpiFrame;
  readonly #defaultMode: () => 0 | 1 | 2 | 3;

  constructor(
    slave: SpiSlave,
    state: DriverState,
    d: {
      log(name: string, options: { width: number }): Log;
      event(name: string, fire: () => void, clock: Clock): TimedEvent;
      clockNamed(name: string): Clock;
      net(pin: string): Net;
    },
    defaultMode: () => 0 | 1 | 2 | 3,
  ) {
    this.#slave = slave;
    this.#state = state;
    this.#queue = d.log('driven', { width: 8 });
    this.#answers = d.log('answers', { width: 1 });
    this.#clock = d.clockNamed('ns');
    this.#event = d.event('driver', () => this.#advance(), this.#clock);
    this.#net = (pin) => d.net(pin);
    this.#defaultMode = defaultMode;
    this.#frame = this.#makeFrame();
  }

  transfer(words: Iterable<number>, options: SpiTransferOptions): SpiTransfer {
    const { hertz = 1e6, bits = 8, mode = this.#defaultMode(), lsbFirst = false, gapNs = 0 } = options;
    const list = [...words];
    const first = this.#queue.length;
    for (const [i, word] of list.entries()) {
      const last = i === list.length - 1 ? 1 : 0;
      this.#queue.append(word, bits, 1e9 / hertz, mode, lsbFirst ? 1 : 0, gapNs, last, pinCode(options.nss));
    }
    this.resume();
    const answers = this.#answers;
    return {
      get done() {
        return answers.length >= first + list.length;
      },
      get received() {
        return answers.slice(first, first + list.length);
      },
    };
  }

  /** The master is outside: a reset of the chip does not stop it. */
  resume(): void {
    if (this.#state.driverPhase[0] === 0) this.#next();
  }

  #entry(part: number): number {
    return this.#queue.at(this.#answers.length, part)!;
  }
  #makeFrame(): SpiFrame {
    const { driverBits } = this.#state;
    const entry = (part: number) => this.#entry(part);
    return {
      get bits() {
        return driverBits[0]!;
      },
      get mode() {
        return entry(ENTRY.mode) as 0 | 1 | 2 | 3;
      },
      get bitNs() {
        return entry(ENTRY.bitNs);
      },
      get mosi() {
        return 0;
      },
    };
  }

  /** Begins the next word of the queue, or ends for now. */
  #next(): void {
    const { driverPhase, driverIn, driverLeft, driverStart } = this.#state;
    if (this.#answers.length >= this.#queue.length) {
      driverPhase[0] = 0;
      return;
    }
    const pin = this.#entry(ENTRY.pin);
    if (pin !== 0) this.#net(pinName(pin)).external.set('low');
    driverPhase[0] = 1;
    driverIn[0] = 0;
    driverLeft[0] = this.#entry(ENTRY.bits);
    driverStart[0] = this.#clock.now();
    this.#pieceBegins();
  }

  #pieceBegins(): void {
    const { driverBits, driverIn, driverLeft, driverTakes, driverStart } = this.#state;
    const selected = this.#slave.selected();
    const bits = selected ? Math.min(driverLeft[0]!, this.#slave.unit ?? 16) : driverLeft[0]!;
    driverBits[0] = bits;
    driverTakes[0] = selected ? 1 : 0;
    const mask = (1 << bits) - 1;
    const answer = selected ? this.#slave.begin(this.#frame) : undefined;
    driverIn[0] = (driverIn[0]! << bits) | ((answer ?? mask) & mask);
    const over = this.#entry(ENTRY.bits) - driverLeft[0]! + bits;
    this.#event.at(Math.round(driverStart[0]! + over * this.#entry(ENTRY.bitNs)));
  }

  #advance(): void {
    const { driverPhase, driverBits, driverLeft, driverTakes } = this.#state;
    if (driverPhase[0] === 2) {
      this.#next();
      return;
    }
    driverLeft[0] = driverLeft[0]! - driverBits[0]!;
    const word = this.#onWire(this.#entry(ENTRY.word)) >>> driverLeft[0]!;
    if (driverTakes[0] !== 0) this.#slave.end(word & ((1 << driverBits[0]!) - 1), this.#frame);
    if (driverLeft[0] > 0) this.#pieceBegins();
    else this.#wordEnds();
  }

  #wordEnds(): void {
    const { driverPhase, driverIn } = this.#state;
    const [pin, last, gapNs] = [this.#entry(ENTRY.pin), this.#entry(ENTRY.last), this.#entry(ENTRY.gapNs)];
    this.#answers.append(this.#onWire(driverIn[0]!));
    if (last !== 0 && pin !== 0) this.#net(pinName(pin)).external.set('none');
    if (gapNs > 0 && last === 0) {
      driverPhase[0] = 2;
      this.#event.after(gapNs);
    } else this.#next();
  }

  /** A word between the order of the test and that of the wire. */
  #onWire(word: number): number {
    const bits = this.#entry(ENTRY.bits);
    const kept = word & ((1 << bits) - 1);
    return this.#entry(ENTRY.lsbFirst) === 0 ? kept : mirrored(kept, bits);
  }
}
