import type { Signal } from '../../../signal.js';
import type { TimerKind } from './timer-kinds.js';
import { BIT, REG } from './timer-registers.js';
import { NOW, type TimerContext } from './timer-state.js';

/**
 * DMA requests: RM0090 17.4.4, and bursts, 17.3.21 and 17.4.19. An event asks for DBL + 1 transfers; the request stands
 * until they are made. An event that comes before that asks for nothing more.
 *
 * Wires: outputs `upDma`, `ch1Dma` to `ch4Dma`, `comDma`, `trigDma`; inputs of the same names with `.ack`.
 */
export class TimerRequests {
  readonly #d: TimerContext;
  readonly #wires: readonly (Signal | undefined)[];

  constructor(d: TimerContext, kind: TimerKind) {
    this.#d = d;
    this.#wires = kind.requests.map((name) => (name === undefined ? undefined : d.output(`${name}Dma`)));
    for (const [i, name] of kind.requests.entries()) {
      if (name !== undefined) d.input(`${name}Dma.ack`, (level) => level !== 0 && this.#served(i));
    }
  }

  /** Bits of DIER's requests that an event of these flags (as in SR) asks for. */
  raise(flags: number): void {
    const { words } = this.#d.state;
    const dier = words[REG.DIER]!;
    if ((dier & 0x7f00) === 0) return;
    const channels = BIT.SR.CC1IF | BIT.SR.CC2IF | BIT.SR.CC3IF | BIT.SR.CC4IF;
    let asked = flags & 0x7f;
    // 17.4.2, CCDS: the channels' requests come with update events instead.
    if ((words[REG.CR2]! & BIT.CR2.CCDS) !== 0) asked = (asked & ~channels) | (asked & BIT.SR.UIF ? channels : 0);
    asked &= dier >>> 8;
    for (let i = 0; asked >>> i !== 0; i++) if ((asked >>> i) & 1) this.#ask(i);
  }

  /** DIER changed: what is no longer enabled asks no more. */
  enabled(dier: number): void {
    for (let i = 0; i < this.#wires.length; i++) {
      if (((dier >>> (8 + i)) & 1) !== 0 || this.#d.state.asks[i] === 0) continue;
      this.#d.state.asks[i] = 0;
      this.#wires[i]?.set(0);
    }
  }

  #ask(i: number): void {
    const { asks, words } = this.#d.state;
    if (asks[i] !== 0) return;
    asks[i] = ((words[REG.DCR]! >>> 8) & 31) + 1;
    this.#wires[i]?.set(1);
  }
  #served(i: number): void {
    const { asks } = this.#d.state;
    if (asks[i] === 0) return;
    asks[i]!--;
    if (asks[i] === 0) this.#wires[i]?.set(0);
  }

  /** The register, by its word, that this access to DMAR means: CR1 + DBA + the transfer's place in the burst. */
  burstTarget(): number {
    const { words, now } = this.#d.state;
    const [base, last] = [words[REG.DCR]! & 31, (words[REG.DCR]! >>> 8) & 31];
    const place = now[NOW.BURST]!;
    now[NOW.BURST] = place >= last ? 0 : place + 1;
    return base + place;
  }
}
