import type { AddressRange } from '../../bus-access.js';

/** What the engine gives: it stops before the instructions at some addresses. */
export interface StoppingEngine {
  addBreakpoint(address: number): void;
  deleteBreakpoint(address: number): void;
  invalidate(address: number, length: number): void;
}

/** The units of the core that look at instruction addresses. */
export type PointOwner = 'fpb' | 'dwt';

/** Addresses before which the core looks up from executing: breakpoints of the host, of FPB comparators and PC matches of the DWT. */
export class DebugPoints {
  #engine: StoppingEngine | undefined;
  readonly #host = new Set<number>();
  readonly #units = { fpb: new Set<number>(), dwt: new Set<number>() };
  /** A DWT comparator matched the PC. */
  matched: (pc: number) => void = () => {};
  /** An instruction was executed while the monitor steps. */
  stepped: () => void = () => {};

  attach(engine: StoppingEngine): void {
    this.#engine = engine;
  }
  add(address: number): void {
    this.#host.add(address);
    this.#engine?.addBreakpoint(address);
  }
  delete(address: number): void {
    this.#host.delete(address);
    this.#release(address);
  }

  /** The addresses that a unit looks for from now on, all others of it are given up. */
  replace(owner: PointOwner, addresses: ReadonlySet<number>): void {
    const own = this.#units[owner];
    for (const address of [...own]) {
      if (addresses.has(address)) continue;
      own.delete(address);
      this.#release(address);
    }
    for (const address of addresses) {
      if (own.has(address)) continue;
      own.add(address);
      this.#engine?.addBreakpoint(address);
    }
  }

  /** The instructions there are other ones than before. */
  changed(ranges: readonly AddressRange[]): void {
    for (const [from, to] of ranges) this.#engine?.invalidate(from, to - from);
  }

  isHost(address: number): boolean {
    return this.#host.has(address);
  }
  isOf(owner: PointOwner, address: number): boolean {
    const own = this.#units[owner];
    return own.size !== 0 && own.has(address);
  }

  #release(address: number): void {
    if (this.#host.has(address) || this.#units.fpb.has(address) || this.#units.dwt.has(address)) return;
    this.#engine?.deleteBreakpoint(address);
  }
}
