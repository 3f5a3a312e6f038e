import type { Ns16550Context } from './ns16550.js';
import { MCR, MSR } from './ns16550-bits.js';
import type { Interrupts } from './ns16550-interrupts.js';

/** A terminal that is always there: clear to send, data set ready, carrier. */
const TERMINAL = MSR.CTS | MSR.DSR | MSR.DCD;

/** The modem lines: inputs from the terminal or, in loopback mode, from the own outputs (data sheet 8.6, 8.8). */
export class Modem {
  readonly #d: Ns16550Context;
  readonly #interrupts: Interrupts;

  constructor(d: Ns16550Context, interrupts: Interrupts) {
    this.#d = d;
    this.#interrupts = interrupts;
  }

  control(value: number): void {
    const { mcr, msr } = this.#d.state;
    mcr[0] = value & MCR.all;
    const before = msr[0]! & 0xf0;
    const now = mcr[0]! & MCR.LOOP ? looped(mcr[0]!) : TERMINAL;
    // RI's flag is set by its trailing edge only
    const changed = ((before ^ now) & ~MSR.RI) >>> 4;
    const ringEnded = before & ~now & MSR.RI ? MSR.TERI : 0;
    msr[0] = now | (msr[0]! & MSR.deltas) | changed | ringEnded;
    this.#interrupts.update();
  }

  /** MSR; reading takes the changes back. */
  status(): number {
    const { msr } = this.#d.state;
    const value = msr[0]!;
    msr[0] = value & ~MSR.deltas;
    this.#interrupts.update();
    return value;
  }

  reset(): void {
    this.#d.state.msr[0] = TERMINAL;
  }
}

function looped(mcr: number): number {
  const pairs = [
    [MCR.RTS, MSR.CTS],
    [MCR.DTR, MSR.DSR],
    [MCR.OUT1, MSR.RI],
    [MCR.OUT2, MSR.DCD],
  ] as const;
  return pairs.reduce((inputs, [output, input]) => inputs | (mcr & output ? input : 0), 0);
}
