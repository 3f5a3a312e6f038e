import type { TimedEvent } from '../../../scheduler.js';
import type { SpiContext } from './spi.js';
import type { SpiBus } from './spi-bus.js';
import type { SpiPads } from './spi-pads.js';

/** The edges of SCK and the bits on DQ0 in single mode: shown while somebody looks at the pins, since they cost time (FE310 19.5). */
export class SpiWave {
  readonly #d: SpiContext;
  readonly #bus: SpiBus;
  readonly #pads: SpiPads;
  readonly #event: TimedEvent;

  constructor(d: SpiContext, bus: SpiBus, pads: SpiPads) {
    this.#d = d;
    this.#bus = bus;
    this.#pads = pads;
    this.#event = d.event('wave', () => this.#edge());
  }

  begin(): void {
    if (this.#bus.lanes !== 1 || (!this.#pads.sck.observed && !this.#pads.dq0.observed)) return;
    this.#d.state.edge[0] = 0;
    this.#edge();
  }
  /** SCK at its idle level. */
  rest(): void {
    this.#event.cancel();
    this.#clock(0);
  }

  #clock(active: number): void {
    this.#pads.sck.drive(active !== this.#d.regs.sckmode.pol ? 'high' : 'low');
  }

  /** pha 0: data is there before the first edge of its bit, which samples it; pha 1: the first edge shifts it out (19.5). */
  #edge(): void {
    const { state, regs } = this.#d;
    const half = state.edge[0]!++;
    const { bits } = this.#bus;
    if (half === 2 * bits) {
      this.rest();
      return;
    }
    const first = half % 2 === 0;
    this.#clock(first === (regs.sckmode.pha === 1) ? 1 : 0);
    if (first) this.#pads.dq0.drive((this.#bus.wire >>> (bits - 1 - half / 2)) & 1 ? 'high' : 'low');
    this.#event.after(regs.sckdiv.div + 1);
  }
}
