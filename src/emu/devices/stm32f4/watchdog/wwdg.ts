import { type DeviceContext, defineDevice } from '../../../device.js';
import { r, rc_w0, reg, registers, rs, rw } from '../../../registers.js';
import { f64, i32 } from '../../../state.js';
import { APB_NARROW } from '../apb.js';

/** RM0090 section 22.6. */
const WWDG = registers({
  CR: reg(0x00, { T: rw(0, 7), WDGA: rs(7) }, 0x7f, 'RM0090 22.6.1'),
  CFR: reg(0x04, { W: rw(0, 7), WDGTB: rw(7, 2), EWI: rs(9) }, 0x7f, 'RM0090 22.6.2'),
  // Drivers clear the flag by writing ones everywhere else.
  SR: reg(0x08, { EWIF: rc_w0(0), UNUSED: r(1, 31) }, 0, 'RM0090 22.6.3'),
});

const STATE = { /** PCLK1 tick at which the counter was `count`. */ origin: f64(), count: i32() };
type Context = DeviceContext<typeof WWDG, typeof STATE>;

const T6 = 0x40;
const WDGA = 0x80;
const COUNT = 0x7f;

/**
 * Window watchdog: RM0090 chapter 22. Counts PCLK1 / 4096 / 2^WDGTB, from power-on on; a write to T starts the divider anew, so that
 * the times are those of 22.4. It stands while its clock does (Stop mode).
 *
 * Wires: output `irq` (early wake-up).
 */
class Wwdg {
  readonly #d: Context;
  readonly #irq: ReturnType<Context['output']>;
  readonly #early: ReturnType<Context['event']>;
  readonly #expire: ReturnType<Context['event']>;

  constructor(d: Context) {
    this.#d = d;
    const { CR, CFR, SR } = d.regs;
    this.#irq = d.output('irq');
    this.#early = d.event('early', () => {
      SR.EWIF = 1;
      this.#interrupt();
      // The counter wraps to 0x7F after T6 fell, and goes on where nobody watches.
      this.#arm();
    });
    this.#expire = d.event('expire', () => d.requestReset('window-watchdog'));
    d.computed(CR, (stored) => (stored & ~COUNT) | this.#count());
    d.onWrite(CR, (_value, old, written) => this.#write(old, written));
    d.onWrite(CFR, (_value, old) => {
      const count = this.#count((old >>> 7) & 3);
      if (((CFR.value ^ old) >>> 7) & 3) this.#load(count);
      this.#interrupt();
    });
    d.onWrite(SR, () => this.#interrupt());
    d.onReset(() => this.#load(COUNT));
  }

  /** PCLK1 cycles a count lasts. */
  #period(base = this.#d.regs.CFR.WDGTB): number {
    return 4096 << base;
  }
  #count(base?: number): number {
    const { state, clock } = this.#d;
    return (state.count[0]! - Math.floor((clock.now() - state.origin[0]!) / this.#period(base))) & COUNT;
  }

  #load(count: number): void {
    const { state, clock } = this.#d;
    state.count[0] = count;
    state.origin[0] = clock.now();
    this.#arm();
  }

  /** EWIF at 0x40, and a reset at 0x3F if WDGA is set (22.3). */
  #arm(): void {
    const { state, clock, regs } = this.#d;
    const period = this.#period();
    const gone = Math.floor((clock.now() - state.origin[0]!) / period);
    const toEarly = (state.count[0]! - gone - T6) & COUNT;
    this.#early.at(state.origin[0]! + (gone + (toEarly || 128)) * period);
    const toReset = (state.count[0]! - gone - (T6 - 1)) & COUNT;
    if (regs.CR.WDGA) this.#expire.at(state.origin[0]! + (gone + toReset) * period);
    else this.#expire.cancel();
  }

  #write(old: number, written: number): void {
    const { regs, requestReset } = this.#d;
    const [before, count] = [this.#count(), written & COUNT];
    this.#load(count);
    // 22.6.3: EWIF is set "when the counter has reached the value 0x40"; the manual does not ask for a count to be what brought it there.
    if (count === T6) {
      regs.SR.EWIF = 1;
      this.#interrupt();
    }
    if (!((old | written) & WDGA)) return;
    const tooEarly = (old & WDGA) !== 0 && before > regs.CFR.W;
    if (tooEarly || (count & T6) === 0) requestReset('window-watchdog');
  }

  #interrupt(): void {
    const { SR, CFR } = this.#d.regs;
    this.#irq.set(SR.EWIF & CFR.EWI);
  }
}

export function wwdg() {
  return defineDevice({
    name: 'stm32-wwdg',
    size: 0x400,
    registers: WWDG,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      new Wwdg(d);
    },
  });
}
