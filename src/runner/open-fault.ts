import type { FaultRecord } from '../matchers/subject.js';
import type { Station } from './station.js';
import { trapVectors } from './trap-vectors.js';

/** Looks at a core that is silent, until it is said to stand in its handler, and how long a loop at a handler's end is. */
const PLACES = 4;
const HANDLER_BYTES = 256;

/** An instruction as events name it. */
type Place = string | number | undefined;

/**
 * The fault, if any, that firmware has not handled. It has when its handler returns somewhere else than to the instruction that
 * faulted (OpenSBI tries by traps what a hart has), or there and no fault comes again, or when it has another handler by now (SiFive's
 * start-up code steps over a CSR so). Faults before that belong to it: of the handler, or of the same instruction again and again.
 */
export class OpenFault {
  readonly #station: Station;
  /** Machine time of the fault. */
  #at: number | undefined;
  /** Of the latest one. */
  #pc: Place;
  /** The latest sign of life, a byte or the fault itself. */
  #heard = 0;
  /** Where RISC-V's traps led when it came. */
  #vectors = '';
  /** Where the handler went back to after the latest fault. */
  #backAt: Place;
  /** How many faults there were when it was last looked at. */
  #seen: number | undefined;
  /** Where the core was in these looks. */
  readonly #places: number[] = [];
  /** How many of the kept faults are handled. */
  #handled = 0;
  #unlisten: (() => void) | undefined;

  constructor(station: Station) {
    this.#station = station;
    station.machine.on('fault', ({ pc }) => this.#faulted(pc as Place));
  }

  /** Whether there is one at this instant. */
  get isOpen(): boolean {
    return this.#at !== undefined && !this.#isLeft;
  }

  /** Whether it is unhandled for so many ns, in which nothing was heard of the firmware: to be asked every now and then. */
  isStuck(ns: number): boolean {
    const { bench, machine } = this.#station;
    if (this.#at === undefined || bench.time - this.#heard < ns) return false;
    if (machine.cpu.locked || machine.cpu.stuck !== undefined) return true;
    const seen = this.#seen;
    this.#seen = bench.faultCount;
    if (seen === undefined) return false;
    if (this.#isLeft || (this.#backAt !== undefined && bench.faultCount === seen)) {
      this.#close(bench.faults.length);
      return false;
    }
    return bench.faultCount !== seen || this.#standsStill(machine.cpu.pc >>> 0);
  }

  /** A handler may also go on elsewhere without a return. */
  #standsStill(pc: number): boolean {
    const places = this.#places;
    places.push(pc);
    if (places.length < PLACES) return false;
    const isStill = Math.max(...places) - Math.min(...places) <= HANDLER_BYTES;
    places.length = 0;
    return isStill;
  }

  /** The faults since the firmware handled one, as far as they are kept. */
  get faults(): readonly FaultRecord[] {
    const { faults } = this.#station.bench;
    return faults.length > this.#handled ? faults.slice(this.#handled) : faults;
  }

  get #isLeft(): boolean {
    const isElsewhere = this.#backAt !== undefined && this.#backAt !== this.#pc;
    return isElsewhere || trapVectors(this.#station.machine) !== this.#vectors;
  }

  #faulted(pc: Place): void {
    const { bench, machine } = this.#station;
    // this one is kept already
    if (this.#at !== undefined && this.#isLeft) this.#close(bench.faults.length - 1);
    this.#pc = pc;
    this.#backAt = undefined;
    if (this.#at !== undefined) return;
    this.#at = bench.time;
    this.#heard = bench.time;
    this.#seen = undefined;
    this.#places.length = 0;
    this.#vectors = trapVectors(machine);
    const ends = [
      machine.on('return', ({ pc: to, inFault }) => {
        if (inFault !== 1) this.#backAt = to as Place;
      }),
      // what it says of a fault may take its time
      machine.on('uart', () => {
        this.#heard = bench.time;
      }),
    ];
    this.#unlisten = () => {
      for (const end of ends) end();
    };
  }

  #close(handled: number): void {
    this.#at = undefined;
    this.#handled = handled;
    this.#unlisten?.();
    this.#unlisten = undefined;
  }
}
