import { Attachments } from '../../../attachments.js';
import type { Log } from '../../../log.js';
import { mirrored, type SpiFrame, type SpiSlave } from '../../../spi-link.js';
import type { SpiContext } from './spi.js';
import { CS_MODE } from './spi-registers.js';

const KEPT = 65_536;
/** fmt.proto (19.10): data lines in use. */
const LANES = [1, 2, 4] as const;

/** A word that went over the bus, as the registers have it. */
export interface SifiveSpiWord {
  readonly mosi: number;
  readonly miso: number;
  readonly bits: number;
  /** Machine time of its end. */
  readonly ns: number;
}

/** What hangs on the bus, and the exchange of a word with it. */
export class SpiBus {
  readonly slaves: Attachments<SpiSlave>;
  readonly #d: SpiContext;
  readonly #words: Log;
  readonly #cleared: Log;
  readonly #frame: SpiFrame;

  constructor(d: SpiContext) {
    this.#d = d;
    this.slaves = new Attachments(d.log('slaves'));
    this.#words = d.log('words', { width: 4, limit: KEPT });
    this.#cleared = d.log('cleared', { width: 1, limit: KEPT });
    this.#frame = this.#makeFrame();
  }

  get lanes(): 1 | 2 | 4 {
    return LANES[this.#d.regs.fmt.proto] ?? 1;
  }
  /** Whether the controller drives the data lines of a dual or quad frame (19.10). */
  get #sends(): boolean {
    return this.lanes === 1 || this.#d.regs.fmt.dir === 1;
  }
  get bits(): number {
    return Math.min(8, this.#d.regs.fmt.len);
  }

  /** The first clock edge of a word: every selected slave shows what it has. */
  begin(): void {
    const { state } = this.#d;
    const mask = (1 << this.bits) - 1;
    state.taking[0] = 0;
    let miso = mask;
    for (const [index, slave] of [...this.slaves].entries()) {
      if (!slave.selected() || !this.#speaks(slave)) continue;
      state.taking[0] = state.taking[0]! | (1 << index);
      const out = slave.begin(this.#frame);
      if (out !== undefined) miso &= out;
    }
    state.shiftIn[0] = miso & mask;
  }

  /** The last: they take what came. @returns the word as rxdata shows it */
  end(): number {
    const { state, time } = this.#d;
    const wire = this.#wire;
    for (const [index, slave] of [...this.slaves].entries()) {
      if ((state.taking[0]! >>> index) & 1) slave.end(wire, this.#frame);
    }
    const [mosi, miso] = [this.#ordered(wire), this.#ordered(state.shiftIn[0]!)];
    this.#words.append(mosi, miso, this.bits, time.ns());
    this.#d.emit('spi', { mosi, miso, bits: this.bits });
    return miso;
  }

  get words(): SifiveSpiWord[] {
    const numbers = this.#words.slice(this.#cleared.at(this.#cleared.length - 1) ?? 0);
    return Array.from({ length: numbers.length / 4 }, (_, i) => {
      const [mosi, miso, bits, ns] = numbers.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      return { mosi, miso, bits, ns };
    });
  }
  clear(): void {
    this.#cleared.append(this.#words.length);
  }

  /** What is on MOSI, the bit that goes first the highest; 19.10: with fewer than eight bits data is left-aligned, LSB first right. */
  get #wire(): number {
    const data = this.#d.state.shiftOut[0]!;
    if (!this.#sends) return (1 << this.bits) - 1;
    if (this.#d.regs.fmt.endian) return mirrored(data & ((1 << this.bits) - 1), this.bits);
    return (data & 0xff) >>> (8 - this.bits);
  }
  get wire(): number {
    return this.#wire;
  }
  #ordered(wire: number): number {
    return this.#d.regs.fmt.endian ? mirrored(wire, this.bits) : (wire << (8 - this.bits)) & 0xff;
  }

  /** A slave that knows one data line only makes nothing of a dual or quad word. */
  #speaks(slave: SpiSlave): boolean {
    if (this.lanes === 1 || slave.lanes?.some((lanes) => lanes === this.lanes) === true) return true;
    this.#d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: `${this.#d.name} sends with ${this.lanes} data lines, but ${slave.name} has one`,
      remedy: 'set fmt.proto to 0 (single) for it',
      section: 'FE310 19.10',
    });
    return false;
  }

  #makeFrame(): SpiFrame {
    const { regs, clock } = this.#d;
    const bits = () => this.bits;
    const wire = () => this.#wire;
    const lanes = () => this.lanes;
    const sends = () => this.#sends;
    return {
      get bits() {
        return bits();
      },
      get mode() {
        return (2 * regs.sckmode.pol + regs.sckmode.pha) as 0 | 1 | 2 | 3;
      },
      get bitNs() {
        return (2 * (regs.sckdiv.div + 1) * 1e9) / clock.hertz;
      },
      get mosi() {
        return wire();
      },
      get lanes() {
        return lanes();
      },
      get sends() {
        return sends();
      },
    };
  }
}

/** Levels of the chip selects: csdef, with the selected one toggled while a frame wants it (19.6 to 19.8). */
export function wantedSelects({ regs }: SpiContext, active: boolean): number {
  const toggled = active && regs.csmode.mode !== CS_MODE.off ? 1 << regs.csid.csid : 0;
  return regs.csdef.value ^ toggled;
}
