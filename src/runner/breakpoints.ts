/** Addresses at which runs end, for whoever wants them: several may want the same. */

import type { Machine } from '../emu/machine.js';

export class Breakpoints {
  readonly #machine: Machine;
  readonly #wanted = new Map<number, number>();
  /** Where the program stands before a breakpoint's instruction, and everybody knows. */
  #known: { readonly pc: number; readonly cycles: number } | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** From now on runs end before the instruction at an address, of 64 bits where pc has them; returns what takes that back. */
  add(where: number | bigint): () => void {
    const address = asPc(where);
    const count = this.#wanted.get(address) ?? 0;
    this.#wanted.set(address, count + 1);
    if (count === 0) this.#machine.cpu.breakpoints.add(address);
    // Whoever stands there wants to come back, not to stay.
    if (this.#pc === address) this.noteHit();
    return () => this.#release(address);
  }

  /** The program has come to a breakpoint: the next run goes on behind it. */
  noteHit(): void {
    this.#known = { pc: this.#pc, cycles: this.#machine.cycles };
  }

  /** Whether a run has to begin with a single step, to get away from where the last one ended. */
  get standsAtOne(): boolean {
    if (this.#known === undefined) return false;
    const { pc, cycles } = this.#known;
    return pc === this.#pc && cycles === this.#machine.cycles && this.#wanted.has(pc);
  }

  #release(address: number): void {
    const left = (this.#wanted.get(address) ?? 0) - 1;
    if (left > 0) this.#wanted.set(address, left);
    else if (this.#wanted.delete(address)) this.#machine.cpu.breakpoints.delete(address);
  }
  get #pc(): number {
    return this.#machine.cpu.pc;
  }
}

/** As `Cpu.pc` gives it: signed where it has 64 bits, so that a kernel's addresses are exact. */
function asPc(address: number | bigint): number {
  return typeof address === 'number' ? address : Number(BigInt.asIntN(64, address));
}
