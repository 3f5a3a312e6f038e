import { LazyCounter } from '../sifive-common/lazy-counter.js';
import type { AonContext } from './aon.js';
import { FOOD, KEY } from './aon-registers.js';

const COUNT_BITS = 31;
const COMPARED = 0xffff;

/** The watchdog of the AON block (FE310-G002 manual, chapter 14). */
export class Watchdog {
  readonly #d: AonContext;
  readonly #counter: LazyCounter;
  readonly #elapsed;
  readonly #wrap;
  readonly #irq;
  readonly #reset: () => void;

  /** `reset` resets the whole chip. */
  constructor(d: AonContext, reset: () => void) {
    this.#d = d;
    this.#reset = reset;
    const { regs } = d;
    this.#counter = new LazyCounter(d.state.wdog, d.clock, COUNT_BITS);
    this.#elapsed = d.event('wdogElapsed', () => this.#compare(), d.clock, { backup: true });
    this.#wrap = d.event('wdogWrap', () => this.#restart(), d.clock, { backup: true });
    this.#irq = d.output('wdogirq');
    d.computed(regs.wdogcount, () => this.#counter.value);
    d.computed(regs.wdogs, () => this.#scaled);
    d.computed(regs.wdogkey, () => d.state.wdogOpen[0]!);
    d.computed(regs.wdogfeed, () => 0);
    for (const register of [regs.wdogcfg, regs.wdogcmp0]) {
      d.onWrite(register, (_value, old) => {
        if (!this.#opened()) register.value = old;
        this.update();
      });
    }
    d.onWrite(regs.wdogcount, (_value, _old, written) => this.#count(written & 0x7fff_ffff));
    d.onWrite(regs.wdogfeed, (_value, _old, written) => this.#count(written === FOOD ? 0 : undefined));
    d.onWrite(regs.wdogkey, (_value, _old, written) => {
      d.state.wdogOpen[0] = written === KEY ? 1 : 0;
    });
  }

  /** 14.3: it counts always, or while the core is awake. */
  update(): void {
    const { wdogcfg } = this.#d.regs;
    const awake = this.#d.state.asleep[0] === 0;
    this.#counter.run(wdogcfg.wdogenalways !== 0 || (wdogcfg.wdogcoreawake !== 0 && awake));
    this.#compare();
  }
  reset(): void {
    this.#d.state.wdogOpen[0] = 0;
    this.#counter.run(false);
    this.#counter.value = 0;
    this.#elapsed.cancel();
    this.#irq.set(0);
  }

  get #scaled(): number {
    return Math.floor(this.#counter.value / 2 ** this.#d.regs.wdogcfg.wdogscale) & COMPARED;
  }

  #count(value: number | undefined): void {
    if (!this.#opened() || value === undefined) return;
    this.#counter.value = value;
    this.update();
  }

  /** 14.5: every write but that of the key needs the key before it, which it takes away. */
  #opened(): boolean {
    const { wdogOpen } = this.#d.state;
    const open = wdogOpen[0] !== 0;
    wdogOpen[0] = 0;
    if (open) return true;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: 'a watchdog register was written without its key: the write has no effect',
      remedy: 'write 0x51F15E to wdogkey before each write',
      section: 'FE310 14.5',
    });
    return false;
  }

  /** 14.4: due from the first count on whose scaled value reaches wdogcmp0. */
  #compare(): void {
    const { wdogcfg, wdogcmp0 } = this.#d.regs;
    this.#elapsed.cancel();
    this.#wrap.cancel();
    const due = this.#scaled >= wdogcmp0.wdogcmp0;
    const returns = due && wdogcfg.wdogzerocmp !== 0;
    if (due && !returns) wdogcfg.wdogip0 = 1;
    this.#irq.set(wdogcfg.wdogip0);
    if (due && wdogcfg.wdogrsten) this.#reset();
    else if (returns) this.#wrap.after(1);
    else if (this.#counter.running) this.#elapsed.after(this.#untilMatch());
  }

  /**
   * 14.3: the count after the match is 0, whether the counter still runs or not. The flag is set by the same clock: who is interrupted
   * and stops the watchdog does not find the match again.
   */
  #restart(): void {
    this.#counter.value = 0;
    this.#d.regs.wdogcfg.wdogip0 = 1;
    this.#compare();
  }

  #untilMatch(): number {
    const scale = 2 ** this.#d.regs.wdogcfg.wdogscale;
    const match = this.#d.regs.wdogcmp0.wdogcmp0 * scale;
    const round = (COMPARED + 1) * scale;
    const present = this.#counter.value % round;
    return present < match ? match - present : round - present + match;
  }
}
