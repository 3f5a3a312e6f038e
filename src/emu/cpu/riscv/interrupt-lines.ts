import type { Signal, Signals } from '../../signal.js';
import { INTERRUPT } from './trap-causes.js';

/** The interrupt wires of the hart, whose levels are mip (Priv 3.1.9): nothing of them is kept in the hart. */
export class InterruptLines {
  readonly #meip: Signal;
  readonly #msip: Signal;
  readonly #mtip: Signal;

  /** `changed` is called whenever one of them changes. */
  constructor(signals: Signals, changed: () => void) {
    const wire = (name: string) => {
      const signal = signals.get(`cpu.${name}`);
      signal.listen(changed);
      return signal;
    };
    [this.#meip, this.#msip, this.#mtip] = [wire('meip'), wire('msip'), wire('mtip')];
  }

  get pending(): number {
    return (
      (this.#meip.level << INTERRUPT.external) |
      (this.#msip.level << INTERRUPT.software) |
      (this.#mtip.level << INTERRUPT.timer)
    );
  }

  named(name: string): Signal | undefined {
    return { meip: this.#meip, msip: this.#msip, mtip: this.#mtip }[name];
  }
}

/** The interrupt that is taken first of a set of bits of mip: external, software, timer. */
export function mostUrgent(bits: number): number | undefined {
  if (bits === 0) return undefined;
  for (const code of BY_URGENCY) if ((bits >>> code) & 1) return code;
  return undefined;
}
const BY_URGENCY = Object.values(INTERRUPT);
