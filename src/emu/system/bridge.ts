import type { PartContext } from '../part.js';
import { LATENCY_NS, type Lockstep } from './lockstep.js';

/** The machines of a system, once they are there: wires are part of the boards, which come first. */
export class Bridge {
  #lockstep: Lockstep | undefined;
  readonly #atStart: (() => void)[] = [];
  /** Boards that a later one can say something to. */
  readonly hears = new Set<BoardNumber>();

  get lockstep(): Lockstep | undefined {
    return this.#lockstep;
  }
  connect(lockstep: Lockstep): void {
    this.#lockstep = lockstep;
    for (const fn of this.#atStart) fn();
  }
  /** Called once all machines are there: a wire takes over what its sending end says from the start. */
  onConnect(fn: () => void): void {
    this.#atStart.push(fn);
  }
}

/** What can be on its way at one time: no wire says more within the latency. */
const MOST_WAITING = 4096;

/** Where a wire ends: the number of the board in its system. */
export type BoardNumber = number;

/**
 * One direction of a wire between two boards: two numbers a message. Towards a later board it arrives at the same instant; towards an
 * earlier one it waits in the receiver, as part of that machine's state.
 */
export class Channel {
  readonly #bridge: Bridge;
  readonly #from: BoardNumber;
  readonly #to: BoardNumber;
  #receive: ((a: number, b: number) => void) | undefined;
  #queue: ((ns: number, a: number, b: number) => void) | undefined;

  constructor(bridge: Bridge, from: BoardNumber, to: BoardNumber) {
    this.#bridge = bridge;
    this.#from = from;
    this.#to = to;
    if (from > to) bridge.hears.add(to);
  }

  /** The receiving end, in the set-up of its part; `name` where that has several. */
  receiver(p: PartContext, receive: (a: number, b: number) => void, name = ''): void {
    this.#receive = receive;
    if (this.#from < this.#to) return;
    const waiting = p.log(`waiting${name}`, { width: 3, limit: MOST_WAITING });
    const taken = p.words(`taken${name}`, 1);
    const arrival = p.event(`arrival${name}`, () => {
      while (taken[0]! < waiting.length && waiting.at(taken[0]!, 0)! <= p.clock.now()) {
        const index = taken[0]!++;
        receive(waiting.at(index, 1)!, waiting.at(index, 2)!);
      }
      if (taken[0]! < waiting.length) arrival.at(waiting.at(taken[0]!, 0)!);
    });
    // What was on its way is gone.
    p.onPowerOn(() => {
      taken[0] = waiting.length;
    });
    this.#queue = (ns, a, b) => {
      waiting.append(ns, a, b);
      if (taken[0] === waiting.length - 1) arrival.at(ns);
    };
  }

  /** What the sending end says, at the present instant of its board. */
  send(a: number, b = 0): void {
    const { lockstep } = this.#bridge;
    if (lockstep === undefined || lockstep.frozen) return;
    if (this.#queue !== undefined) {
      this.#queue(lockstep.machines[this.#from]!.nanoseconds + LATENCY_NS, a, b);
      return;
    }
    lockstep.catchUp(this.#to, this.#from);
    this.#receive?.(a, b);
  }
}
