import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { r, reg, registers, rw } from '../../../registers.js';
import { u8 } from '../../../state.js';
import { hertz, hfrosc, megahertz, type PllRates, pll, pllFault, type Ratio, STOPPED } from './fe310-clocks.js';

/** SiFive FE310-G002 manual v19p05, chapter 6. */
const PRCI = registers({
  hfrosccfg: reg(
    0x00,
    { hfroscdiv: rw(0, 6), hfrosctrim: rw(16, 5), hfroscen: rw(30), hfroscrdy: r(31) },
    0xc010_0004,
    'FE310 6.3',
  ),
  hfxosccfg: reg(0x04, { hfxoscen: rw(30), hfxoscrdy: r(31) }, 0xc000_0000, 'FE310 6.4'),
  pllcfg: reg(
    0x08,
    {
      pllr: rw(0, 3),
      pllf: rw(4, 6),
      pllq: rw(10, 2),
      pllsel: rw(16),
      pllrefsel: rw(17),
      pllbypass: rw(18),
      plllock: r(31),
    },
    0x0006_0df1,
    'FE310 6.5',
  ),
  plloutdiv: reg(0x0c, { plloutdiv: rw(0, 6), plloutdivby1: rw(8, 6) }, 0x100, 'FE310 6.6'),
  procmoncfg: reg(
    0xf0,
    { procmon_div_sel: rw(0, 5), procmon_delay_sel: rw(8, 5), procmon_en: rw(16) },
    0,
    'FE310 6.10',
  ),
});

const STATE = {
  /** What was reported already: pll setting, unlocked PLL, stopped oscillator, core too fast. */
  told: u8(4),
} as const;
const TOLD = { setting: 0, unlocked: 1, stopped: 2, fast: 3 } as const;

type Context = DeviceContext<typeof PRCI, typeof STATE>;

export interface Fe310PrciOptions {
  /** The crystal in Hz; 0 if the board has none. HiFive1: 16 MHz. */
  readonly hfxosc: number;
}

/** 6.5: the PLL may take 100 µs to lock, and its flag says nothing before. */
const LOCK_NS = 100_000;
/** The manual has no start-up time for oscillators that are switched on again: that of a usual crystal, and a ring's. */
const CRYSTAL_NS = 1_000_000;
const RING_NS = 10_000;
/** Data sheet FE310-G002: core clock at most. */
const CORE_LIMIT = 320e6;

/**
 * The clock generation of the FE310-G002: ring oscillator, crystal, PLL and final divider make `coreclk`, the machine's CPU
 * clock, which the peripherals run on, too. The crystal oscillator is up when the core starts, as it is behind the AON block's
 * wake-up. Input `off`: the AON block has taken the clock away.
 */
export function fe310Prci(options: Fe310PrciOptions): DeviceType<Handle<typeof PRCI>> {
  return defineDevice({
    name: 'fe310-prci',
    size: 0x1000,
    registers: PRCI,
    state: STATE,
    setup(d) {
      new Tree(d, options.hfxosc);
    },
  });
}

class Tree {
  readonly #d: Context;
  readonly #crystal: Ratio;
  readonly #cpu;
  readonly #off;
  readonly #locked;
  readonly #ringReady;
  readonly #crystalReady;

  constructor(d: Context, crystal: number) {
    this.#d = d;
    this.#crystal = { num: crystal, den: 1 };
    this.#cpu = d.clockNamed('cpu');
    this.#off = d.input('off', () => this.#apply());
    const { regs } = d;
    const ns = d.clockNamed('ns');
    this.#locked = d.event('lock', () => this.#lock(), ns);
    this.#ringReady = d.event('hfroscReady', () => this.#ready(regs.hfrosccfg), ns);
    this.#crystalReady = d.event('hfxoscReady', () => this.#ready(regs.hfxosccfg), ns);
    d.onWrite(regs.hfrosccfg, (value, old) => {
      this.#switch(regs.hfrosccfg, value, old, this.#ringReady, RING_NS);
      this.#changed();
    });
    d.onWrite(regs.hfxosccfg, (value, old) => {
      this.#switch(regs.hfxosccfg, value, old, this.#crystalReady, CRYSTAL_NS);
      this.#changed();
    });
    d.onWrite(regs.pllcfg, (value, old) => this.#configure(value, old));
    d.onWrite(regs.plloutdiv, () => this.#apply());
    d.onReset(() => this.#reset(crystal));
  }

  #reset(crystal: number): void {
    if (crystal === 0) this.#d.regs.hfxosccfg.value = 0x4000_0000;
    this.#apply();
  }

  get #ring(): Ratio {
    const { hfroscen, hfroscrdy, hfrosctrim, hfroscdiv } = this.#d.regs.hfrosccfg;
    return hfroscen && hfroscrdy ? hfrosc(hfrosctrim, hfroscdiv) : STOPPED;
  }
  /** What pllrefsel selects. */
  get #reference(): Ratio {
    const { pllcfg, hfxosccfg } = this.#d.regs;
    if (!pllcfg.pllrefsel) return this.#ring;
    return hfxosccfg.hfxoscrdy ? this.#crystal : STOPPED;
  }
  get #rates(): PllRates {
    const { pllr: r_, pllf: f, pllq: q } = this.#d.regs.pllcfg;
    return pll(this.#reference, { r: r_, f, q });
  }
  /** 6.6: behind the PLL or its bypass. */
  get #divided(): Ratio {
    const { pllcfg, plloutdiv } = this.#d.regs;
    const { num, den } = pllcfg.pllbypass ? this.#reference : this.#rates.output;
    return plloutdiv.plloutdivby1 ? { num, den } : { num, den: den * 2 * (plloutdiv.plloutdiv + 1) };
  }

  #switch(
    register: { value: number },
    value: number,
    old: number,
    ready: { after(ns: number): void; cancel(): void },
    ns: number,
  ): void {
    const [enabled, before] = [(value >>> 30) & 1, (old >>> 30) & 1];
    if (enabled === before) return;
    register.value &= 0x7fff_ffff;
    ready.cancel();
    if (enabled && (register !== this.#d.regs.hfxosccfg || this.#crystal.num !== 0)) ready.after(ns);
  }
  #ready(register: { value: number }): void {
    register.value |= 0x8000_0000;
    this.#changed();
  }

  #configure(value: number, old: number): void {
    const settings = 0x0006_0ff7;
    if (((value ^ old) & settings) !== 0) this.#changed();
    else this.#apply();
  }

  /** What the PLL goes by has changed: it locks anew. */
  #changed(): void {
    const { pllcfg } = this.#d.regs;
    pllcfg.plllock = 0;
    this.#locked.cancel();
    if (!pllcfg.pllbypass && this.#reference.num !== 0) this.#locked.after(LOCK_NS);
    this.#apply();
  }

  #lock(): void {
    const { pllcfg } = this.#d.regs;
    const fault = pllFault({ r: pllcfg.pllr, f: pllcfg.pllf, q: pllcfg.pllq }, this.#rates);
    if (fault === undefined) pllcfg.plllock = 1;
    else this.#tell(TOLD.setting, 'configuration', fault, 'set pllr, pllf and pllq to what the manual allows', '6.5');
    this.#apply();
  }

  /** Gives the core its clock. */
  #apply(): void {
    const { pllcfg } = this.#d.regs;
    const rate = pllcfg.pllsel ? this.#divided : this.#ring;
    if (pllcfg.pllsel && !pllcfg.pllbypass && !pllcfg.plllock) {
      const what = 'the core was switched to the PLL (pllcfg.pllsel) while pllcfg.plllock is 0';
      this.#tell(
        TOLD.unlocked,
        'sequence',
        what,
        'wait for plllock first; 100 µs after the PLL was set up it counts',
        '6.5',
      );
    }
    if (rate.num === 0) {
      const what = 'the core runs on an oscillator that was switched off: its clock stands';
      this.#tell(TOLD.stopped, 'sequence', what, 'switch pllcfg.pllsel to another source first', '6.3');
    }
    if (hertz(rate) > CORE_LIMIT) {
      const what = `the core clock is ${megahertz(hertz(rate))}, above the ${megahertz(CORE_LIMIT)} of the part`;
      this.#tell(TOLD.fast, 'clock-limit', what, 'divide more: pllq or plloutdiv', 'FE310-G002 data sheet');
    }
    this.#cpu.set(this.#off.level !== 0 ? STOPPED : rate);
  }

  #tell(
    flag: number,
    rule: 'configuration' | 'sequence' | 'clock-limit',
    what: string,
    remedy: string,
    section: string,
  ): void {
    if (this.#d.state.told[flag] !== 0) return;
    this.#d.state.told[flag] = 1;
    this.#d.report({
      kind: 'misuse',
      rule,
      what,
      remedy,
      section: section.startsWith('F') ? section : `FE310 ${section}`,
    });
  }
}
