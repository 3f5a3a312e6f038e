import type { TimedEvent } from '../../../scheduler.js';
import { Queue } from '../sifive-common/queue.js';
import type { SpiContext } from './spi.js';
import { type SpiBus, wantedSelects } from './spi-bus.js';
import type { SpiPads } from './spi-pads.js';
import { CS_MODE } from './spi-registers.js';
import { SpiWave } from './spi-wave.js';

const PHASE = { ready: 0, lead: 1, transfer: 2, gap: 3, tail: 4, rest: 5 } as const;

/**
 * The order of events on the bus: chip select, its delay, a word, the delay between words, chip select away (FE310 19.8, 19.9).
 * Delays are in periods of SCK.
 */
export class SpiSequencer {
  readonly transmit: Queue;
  readonly receive: Queue;
  readonly #d: SpiContext;
  readonly #bus: SpiBus;
  readonly #pads: SpiPads;
  readonly #wave: SpiWave;
  readonly #step: TimedEvent;
  readonly #changed: () => void;
  /** Whether the flash has the bus instead of the FIFO. */
  readonly #flash: () => boolean;

  constructor(d: SpiContext, bus: SpiBus, pads: SpiPads, hooks: { changed(): void; flash(): boolean }) {
    this.#d = d;
    this.#bus = bus;
    this.#pads = pads;
    this.#changed = hooks.changed;
    this.#flash = hooks.flash;
    this.transmit = new Queue(d.state.transmit);
    this.receive = new Queue(d.state.receive);
    this.#wave = new SpiWave(d, bus, pads);
    this.#step = d.event('step', () => this.#stepped());
  }

  get busy(): boolean {
    return this.#d.state.phase[0] !== PHASE.ready || !this.transmit.empty;
  }

  reset(): void {
    this.#show(wantedSelects(this.#d, false));
    this.#wave.rest();
    this.#pads.dq0.drive('low');
    this.#pads.dq1.drive('none');
  }

  /** Registers changed: does what is due if it waits. */
  kick(): void {
    const { state } = this.#d;
    this.#arbitrate();
    if (state.phase[0] !== PHASE.ready) return;
    if (state.active[0] !== 0) this.#goOn();
    else if (this.#hasWord) this.#select();
    else {
      this.#show(wantedSelects(this.#d, false));
      this.#wave.rest();
    }
  }
  /** A new csmode ends the frame that is held (19.8). */
  modeChanged(): void {
    const { state } = this.#d;
    if (state.active[0] !== 0) state.clear[0] = 1;
    this.kick();
  }

  get #hasWord(): boolean {
    return !this.transmit.empty && this.#d.state.fifo[0] !== 0;
  }
  /** The FIFO and the flash share the bus: it changes hands when nothing waits or moves (19.16). */
  #arbitrate(): void {
    const { state } = this.#d;
    const fifo = this.#flash() ? 0 : 1;
    if (state.fifo[0] === fifo) return;
    if (state.fifo[0] !== 0 && (!this.transmit.empty || state.phase[0] === PHASE.transfer)) return;
    state.fifo[0] = fifo;
    if (state.active[0] !== 0) state.clear[0] = 1;
  }

  /** Chip select is active and nothing moves. */
  #goOn(): void {
    const { state, regs } = this.#d;
    const away = state.clear[0] !== 0 || wantedSelects(this.#d, true) !== state.selects[0];
    if (away) this.#enter(PHASE.tail, regs.delay0.sckcs);
    else if (this.#hasWord) this.#transfer();
  }
  #select(): void {
    const { state, regs } = this.#d;
    state.active[0] = 1;
    this.#wave.rest();
    this.#show(wantedSelects(this.#d, true));
    this.#enter(PHASE.lead, regs.delay0.cssck);
  }
  #transfer(): void {
    const { state } = this.#d;
    state.shiftOut[0] = this.transmit.shift();
    state.receives[0] = this.#d.regs.fmt.dir === 0 ? 1 : 0;
    this.#bus.begin();
    this.#wave.begin();
    this.#enter(PHASE.transfer, Math.ceil(this.#bus.bits / this.#bus.lanes));
    this.#changed();
  }
  #transferred(): void {
    const { state, regs } = this.#d;
    const word = this.#bus.end();
    this.#wave.rest();
    // 19.12: a word that finds the FIFO full is lost
    if (state.receives[0] !== 0) this.receive.push(word);
    if (regs.csmode.mode !== CS_MODE.hold && regs.csmode.mode !== CS_MODE.off) state.clear[0] = 1;
    this.#changed();
    this.#enter(PHASE.gap, regs.delay1.interxfr);
  }
  #deselect(): void {
    const { state, regs } = this.#d;
    state.active[0] = 0;
    state.clear[0] = 0;
    this.#show(wantedSelects(this.#d, false));
    this.#enter(PHASE.rest, regs.delay1.intercs);
  }

  #enter(phase: number, periods: number): void {
    const { state, regs } = this.#d;
    state.phase[0] = phase;
    if (periods > 0) this.#step.after(periods * 2 * (regs.sckdiv.div + 1));
    else this.#stepped();
  }
  #stepped(): void {
    const { state } = this.#d;
    const phase = state.phase[0];
    state.phase[0] = PHASE.ready;
    if (phase === PHASE.transfer) this.#transferred();
    else if (phase === PHASE.tail) this.#deselect();
    else this.kick();
  }

  #show(levels: number): void {
    const { state } = this.#d;
    state.selects[0] = levels;
    for (const [index, pad] of this.#pads.selects.entries()) pad.drive((levels >>> index) & 1 ? 'high' : 'low');
  }
}
