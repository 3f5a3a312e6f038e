import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { notModelled, r, reg, registers, rw } from '../../../registers.js';
import { u8 } from '../../../state.js';
import { hertz, megahertz, pll, type Ratio, STOPPED } from './fe310-clocks.js';

const PLL_FIELDS = {
  divr: rw(0, 6),
  divf: rw(6, 9),
  divq: rw(15, 3),
  range: rw(18, 3),
  bypass: rw(24),
  fse: rw(25),
  lock: r(31),
} as const;
/** Divr 1, divf 31, divq 3, bypassed, internal feedback. */
const PLL_RESET = 0x0301_87c1;

/** SiFive FU540-C000 manual v1p0, chapter 7. */
const PRCI = registers({
  hfxosccfg: reg(0x00, { hfxoscen: rw(30), hfxoscrdy: r(31) }, 0xc000_0000, 'FU540 7.2'),
  corepllcfg0: reg(0x04, PLL_FIELDS, PLL_RESET, 'FU540 7.4'),
  corepllcfg1: reg(0x08, { cke: rw(31) }, 0, 'FU540 7.4'),
  ddrpllcfg0: reg(0x0c, PLL_FIELDS, PLL_RESET, 'FU540 7.5'),
  ddrpllcfg1: reg(0x10, { cke: rw(31) }, 0, 'FU540 7.5'),
  gemgxlpllcfg0: reg(0x1c, PLL_FIELDS, PLL_RESET, 'FU540 7.6'),
  gemgxlpllcfg1: reg(0x20, { cke: rw(31) }, 0, 'FU540 7.6'),
  coreclksel: reg(0x24, { coreclksel: rw(0) }, 1, 'FU540 7.3'),
  devicesresetreg: reg(
    0x28,
    {
      DDR_CTRL_RST_N: rw(0),
      DDR_AXI_RST_N: rw(1),
      DDR_AHB_RST_N: rw(2),
      DDR_PHY_RST_N: rw(3),
      GEMGXL_RST_N: rw(5),
    },
    0,
    'FU540 7.7',
  ),
  clkmuxstatusreg: reg(
    0x2c,
    {
      coreclkpllsel: r(0),
      tlclksel: r(1),
      rtcxsel: r(2),
      ddrctrlclksel: r(3),
      ddrphyclksel: r(4),
      gemgxlclksel: r(6),
      mainmemclksel: r(7),
    },
    0,
    'FU540 7.8',
  ),
  procmoncfg: reg(0xf0, { procmon: notModelled(rw(0, 32), 'the process monitor') }, 0, 'FU540 7.9'),
});

const STATE = { told: u8(3) } as const;
const TOLD = { unlocked: 0, fast: 1, stopped: 2 } as const;
type Context = DeviceContext<typeof PRCI, typeof STATE>;

/** 7.4: the PLLs lock within 70 µs. */
const LOCK_NS = 70_000;
const CRYSTAL_NS = 1_000_000;
/** 7.1: the cores' clock at most. */
const CORE_LIMIT = 1.5e9;

export interface Fu540PrciOptions {
  /** The crystal in Hz; HiFive Unleashed: 33.33 MHz. */
  readonly hfxosc: number;
  /** The machine's clocks that it sets beside `cpu`: the bus of the peripherals, and the Ethernet controller. */
  readonly tlclk: string;
}

/**
 * Clocks and resets of the FU540: the cores run on the crystal (coreclksel 1) or on COREPLL, the peripherals (`tlclk`) on half of
 * that: the strap that clkmuxstatusreg.tlclksel shows is low, as on HiFive Unleashed, whose boot loader tells the two by it. DDRPLL and GEMGXLPLL lock, but drive no clock that is modelled.
 */
export function fu540Prci(options: Fu540PrciOptions): DeviceType<Handle<typeof PRCI>> {
  return defineDevice({
    name: 'fu540-prci',
    size: 0x1000,
    registers: PRCI,
    state: STATE,
    setup(d) {
      new Tree(d, options);
    },
  });
}

class Tree {
  readonly #d: Context;
  readonly #crystal: Ratio;
  readonly #cpu;
  readonly #tlclk;

  constructor(d: Context, { hfxosc, tlclk }: Fu540PrciOptions) {
    this.#d = d;
    this.#crystal = { num: hfxosc, den: 1 };
    this.#cpu = d.clockNamed('cpu');
    this.#tlclk = d.clockNamed(tlclk);
    const { regs } = d;
    const ns = d.clockNamed('ns');
    for (const [name, register] of [
      ['core', regs.corepllcfg0],
      ['ddr', regs.ddrpllcfg0],
      ['gemgxl', regs.gemgxlpllcfg0],
    ] as const) {
      const locked = d.event(`${name}Lock`, () => this.#lock(register), ns);
      d.onWrite(register, () => {
        register.lock = 0;
        locked.cancel();
        if (register.bypass === 0) locked.after(LOCK_NS);
        this.#apply();
      });
    }
    const ready = d.event('hfxoscReady', () => this.#ready(), ns);
    d.onWrite(regs.hfxosccfg, (value, old) => {
      if ((value >>> 30) % 2 === (old >>> 30) % 2) return;
      regs.hfxosccfg.hfxoscrdy = 0;
      ready.cancel();
      if (regs.hfxosccfg.hfxoscen) ready.after(CRYSTAL_NS);
      this.#apply();
    });
    d.onWrite(regs.coreclksel, () => this.#apply());
    d.computed(regs.clkmuxstatusreg, () => this.#muxes);
    d.onReset(() => this.#apply());
  }

  #lock(register: Context['regs']['corepllcfg0']): void {
    register.lock = 1;
    this.#apply();
  }
  #ready(): void {
    this.#d.regs.hfxosccfg.hfxoscrdy = 1;
    this.#apply();
  }

  /** 7.8: a bit is set where the crystal, not the PLL, is selected. */
  get #muxes(): number {
    return this.#d.regs.coreclksel.coreclksel;
  }
  get #reference(): Ratio {
    return this.#d.regs.hfxosccfg.hfxoscrdy ? this.#crystal : STOPPED;
  }
  /** 7.4: reference ÷ (divr + 1) × 2 (divf + 1) ÷ 2^divq. */
  get #core(): Ratio {
    const { bypass, divr, divf, divq } = this.#d.regs.corepllcfg0;
    return bypass ? this.#reference : pll(this.#reference, { r: divr, f: divf, q: divq }).output;
  }

  #apply(): void {
    const { coreclksel, corepllcfg0 } = this.#d.regs;
    const onCrystal = coreclksel.coreclksel !== 0;
    const rate = onCrystal ? this.#reference : this.#core;
    if (!onCrystal && !corepllcfg0.bypass && !corepllcfg0.lock)
      this.#tell(
        TOLD.unlocked,
        'sequence',
        'the cores were switched to COREPLL before it has locked',
        'wait for corepllcfg0.lock',
      );
    if (hertz(rate) > CORE_LIMIT)
      this.#tell(TOLD.fast, 'clock-limit', `the core clock is ${megahertz(hertz(rate))}`, 'divide more: divq');
    if (rate.num === 0)
      this.#tell(
        TOLD.stopped,
        'sequence',
        'the crystal that the cores run on was switched off',
        'leave hfxosccfg.hfxoscen set',
      );
    this.#cpu.set(rate);
    this.#tlclk.set({ num: rate.num, den: rate.den * 2 });
  }

  #tell(flag: number, rule: 'sequence' | 'clock-limit', what: string, remedy: string): void {
    if (this.#d.state.told[flag] !== 0) return;
    this.#d.state.told[flag] = 1;
    this.#d.report({ kind: 'misuse', rule, what, remedy, section: 'FU540 7.4' });
  }
}
