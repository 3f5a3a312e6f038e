import { type DeviceContext, defineDevice, type ResetCause } from '../../device.js';
import type { Signal } from '../../signal.js';
import { u8 } from '../../state.js';
import { HSI_HERTZ, i2sPllFault, LSI_HERTZ, pllFault } from './clock-tree.js';
import { rccBackup } from './rcc-backup.js';
import { rccGates } from './rcc-gates.js';
import { type READY_FLAG, rccInterrupts } from './rcc-interrupts.js';
import { RCC } from './rcc-registers.js';
import { ClockSource, lockNs, type SourceBits, START_NS, stopNs } from './rcc-sources.js';
import { RccTree, SOURCE } from './rcc-tree.js';

/**
 * Reset and clock control: RM0090 chapter 7. Drives the machine's clocks (`RCC_CLOCKS` and the CPU clock) and one wire
 * for each enable and reset bit.
 *
 * Wires: outputs `irq`, `nmi`, `'AHB1ENR.0'` …, `'APB2RSTR.18'`, `backupReset` (BDCR.BDRST), `css` (pulses when the clock security
 * system stops HSE), `lsePins` and `hsePins` (masks of pins that GPIO does not drive); inputs from PWR `backupAccess` (CR.DBP), `battery`, `scale2` (CR.VOS is 0) and `off`, whose level says why the
 * clocks of the 1.2 V domain stand (POWER_OFF); `lsiForced` (the independent watchdog runs), `sleeping` (the core's).
 */
export interface RccOptions {
  /** Hz of the crystal between OSC_IN and OSC_OUT, or of an external clock on OSC_IN. Without it HSERDY never comes. */
  readonly hse?: number | { readonly hertz: number; readonly external: true };
  /** Hz of the crystal between OSC32_IN and OSC32_OUT, or of an external clock on OSC32_IN. Without it LSERDY never comes. */
  readonly lse?: number | { readonly hertz: number; readonly external: true };
  /** Hz of a clock on the pin I2S_CKIN (PC9). */
  readonly i2sCkin?: number;
}

/** Levels of PWR's wire `off`: Stop mode, Standby mode, supply too low. */
export const POWER_OFF = { no: 0, stop: 1, standby: 2, supply: 4 } as const;
/** PINRSTF and BORRSTF. */
const BROWN_OUT_FLAGS = 0x0600_0000;

const STATE = { hseFailed: u8(), pllFault: u8(), sleepMatters: u8() };
type Context = DeviceContext<typeof RCC, typeof STATE>;
type Name = keyof typeof READY_FLAG;

class Rcc {
  readonly #d: Context;
  readonly #options: RccOptions;
  readonly #interrupts: ReturnType<typeof rccInterrupts>;
  readonly #lsiForced: Signal;
  readonly #battery: Signal;
  readonly #css: Signal;
  readonly #off: Signal;
  readonly tree: RccTree;
  readonly sources: Readonly<Record<Name, ClockSource>>;

  constructor(d: Context, options: RccOptions) {
    this.#d = d;
    this.#options = options;
    this.#interrupts = rccInterrupts(d);
    this.#lsiForced = d.input('lsiForced', () => this.sources.lsi.follow());
    this.#css = d.output('css');
    this.#battery = d.input('battery');
    this.#off = d.input('off', (why) => (why ? this.#powerOff(why) : this.#powerOn()));
    const { i2sCkin = 0 } = options;
    this.tree = new RccTree(d, { hse: hertzOf(options.hse), lse: hertzOf(options.lse), i2sCkin });
    this.sources = {
      hsi: this.#source('hsi', this.#hsi()),
      hse: this.#source('hse', this.#hse()),
      pll: this.#source('pll', this.#pll()),
      plli2s: this.#source('plli2s', this.#pllI2s()),
      lsi: this.#source('lsi', this.#lsi()),
      lse: this.#source('lse', this.#lse()),
    };
  }

  #source(name: Name, bits: SourceBits): ClockSource {
    const event = (fire: () => void) => this.#d.event(name, fire, this.#d.clockNamed('ns'));
    return new ClockSource(bits, event, () => this.#changed(name));
  }

  #hsi(): SourceBits {
    const { CR } = this.#d.regs;
    return {
      register: CR,
      enable: 0,
      startNs: () => START_NS.hsi,
      stopNs: stopNs(6, HSI_HERTZ),
    };
  }

  #hse(): SourceBits {
    const { CR } = this.#d.regs;
    const { hse } = this.#options;
    return {
      register: CR,
      enable: 16,
      // A bypassed oscillator takes an external clock only; an enabled one takes a crystal or a clock.
      startNs: () =>
        hse === undefined || this.#d.state.hseFailed[0] !== 0 || (CR.HSEBYP && typeof hse === 'number')
          ? undefined
          : START_NS.hse,
      stopNs: hse === undefined ? 0 : stopNs(6, typeof hse === 'object' ? hse.hertz : hse),
    };
  }

  #pll(): SourceBits {
    const { CR, PLLCFGR } = this.#d.regs;
    return {
      register: CR,
      enable: 24,
      supplied: () => this.#referenceReady(),
      startNs: () => this.#lock(pllFault(this.tree.pllReference, PLLCFGR.value), () => lockNs(this.tree.vco)),
      stopNs: 0,
    };
  }

  #pllI2s(): SourceBits {
    const { CR, PLLCFGR, PLLI2SCFGR } = this.#d.regs;
    const fault = () => i2sPllFault(this.tree.pllReference, PLLCFGR.value, PLLI2SCFGR.value);
    return {
      register: CR,
      enable: 26,
      supplied: () => this.#referenceReady(),
      startNs: () => this.#lock(fault(), () => lockNs(this.tree.i2sVco)),
      stopNs: 0,
    };
  }

  #lsi(): SourceBits {
    const { CSR } = this.#d.regs;
    return {
      register: CSR,
      enable: 0,
      // 21.3: the watchdog keeps it on, whatever LSION says.
      forced: () => this.#lsiForced.level !== 0,
      startNs: () => START_NS.lsi,
      stopNs: stopNs(3, LSI_HERTZ),
    };
  }

  #lse(): SourceBits {
    const { BDCR } = this.#d.regs;
    const { lse } = this.#options;
    return {
      register: BDCR,
      enable: 0,
      // A bypassed oscillator takes an external clock only, which needs no start-up.
      startNs: () => {
        if (lse === undefined || (BDCR.LSEBYP && typeof lse === 'number')) return undefined;
        return typeof lse === 'object' ? stopNs(6, lse.hertz) : START_NS.lse;
      },
      stopNs: lse === undefined ? 0 : stopNs(6, hertzOf(lse)),
    };
  }

  #referenceReady(): boolean {
    const { CR, PLLCFGR } = this.#d.regs;
    return (PLLCFGR.PLLSRC ? CR.HSERDY : CR.HSIRDY) === 1;
  }

  #lock(fault: string | undefined, time: () => number): number | undefined {
    if (fault === undefined) return time();
    const { pllFault } = this.#d.state;
    if (pllFault[0] !== 0) return undefined;
    pllFault[0] = 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: `the PLL does not lock: ${fault}`,
      section: 'RM0090 7.3.2',
    });
    return undefined;
  }

  /** Whether SYSCLK comes from `source` directly or through the PLL. */
  #inUse(source: 'hsi' | 'hse'): boolean {
    const { CFGR, PLLCFGR } = this.#d.regs;
    if (CFGR.SWS === SOURCE[source]) return true;
    return CFGR.SWS === SOURCE.pll && (PLLCFGR.PLLSRC === 1) === (source === 'hse');
  }

  #changed(name: Name): void {
    if (this.#off.level) {
      this.tree.apply();
      return;
    }
    if (this.sources[name].ready) this.#interrupts.ready(name);
    this.sources.pll.follow();
    this.sources.plli2s.follow();
    this.switch();
  }

  /** RM0090 7.2.6: SYSCLK switches when the selected source is ready; until then the old one stays. */
  switch(): void {
    const { CFGR, CR } = this.#d.regs;
    const ready = [CR.HSIRDY, CR.HSERDY, CR.PLLRDY, 0][CFGR.SW];
    if (ready) CFGR.SWS = CFGR.SW;
    this.tree.apply();
  }

  /** A write to CFGR. */
  writeConfiguration(value: number, old: number): void {
    const { CFGR } = this.#d.regs;
    if (CFGR.SW === 3) {
      const what = 'RCC.CFGR.SW was written with 3, which is not allowed';
      this.#d.report({ kind: 'misuse', rule: 'configuration', what, section: 'RM0090 7.3.3' });
      CFGR.value = (value & ~3) | (old & 3);
    }
    this.switch();
  }

  /** 7.3.1: bits of CR that cannot be written at the moment keep their old value. */
  writeControl(value: number, old: number): void {
    const { CR, CFGR } = this.#d.regs;
    if (this.#inUse('hsi')) CR.HSION = 1;
    if (this.#inUse('hse')) CR.HSEON = 1;
    if (CFGR.SWS === SOURCE.pll) CR.PLLON = 1;
    if ((old >>> 16) & 1) CR.HSEBYP = old >>> 18;
    if (!CR.PLLON && !CR.PLLI2SON) this.#d.state.pllFault[0] = 0;
    if (CR.HSEON && CR.HSEBYP && typeof this.#options.hse === 'number' && ((value ^ old) >>> 16) & 1) {
      this.#d.report({
        kind: 'misuse',
        rule: 'configuration',
        what: 'RCC.CR.HSEBYP is set, but the board has a crystal: HSE does not start',
        remedy: 'leave HSEBYP clear, or give the board an external clock',
        section: 'RM0090 7.2.1',
      });
    }
    for (const name of ['hsi', 'hse', 'pll', 'plli2s'] as const) this.sources[name].follow();
    this.tree.apply();
  }

  /** Why a ready bit that firmware may wait for never comes. */
  get hint(): string | undefined {
    const { CR, BDCR } = this.#d.regs;
    if (CR.HSEON && !CR.HSERDY && this.#options.hse === undefined) {
      return 'HSE is switched on, but this board has no crystal for it: HSERDY never comes';
    }
    if (BDCR.LSEON && !BDCR.LSERDY && this.#options.lse === undefined) {
      return 'LSE is switched on, but this board has no 32 kHz crystal: LSERDY never comes';
    }
    return undefined;
  }

  /**
   * Stop or Standby mode, or a supply that is too low: HSI, HSE and the PLLs are off (5.3.4, 5.3.5, 7.3.1). LSI, LSE and what they
   * drive go on. With the supply LSI goes, and with the battery LSE.
   */
  #powerOff(why: number): void {
    const { CR } = this.#d.regs;
    CR.HSEON = 0;
    CR.PLLON = 0;
    CR.PLLI2SON = 0;
    for (const name of ['hsi', 'hse', 'pll', 'plli2s'] as const) this.sources[name].drop();
    if (why === POWER_OFF.supply) this.sources.lsi.drop();
    if (why === POWER_OFF.supply && !this.#battery.level) this.sources.lse.drop();
    this.tree.apply();
  }

  /** 7.3.1, 7.3.3: the chip goes on from HSI, which has started by then; the prescalers are as they were. */
  #powerOn(): void {
    const { CR, CFGR } = this.#d.regs;
    CR.HSION = 1;
    CR.HSIRDY = 1;
    CFGR.SW = SOURCE.hsi;
    CFGR.SWS = SOURCE.hsi;
    this.sources.lsi.follow();
    this.sources.lse.follow();
    this.tree.apply();
  }

  /** RM0090 7.2.7: the crystal broke. With CSSON set HSE is switched off, SYSCLK goes to HSI, and NMI is raised. */
  failHse(): void {
    const { CR, CFGR } = this.#d.regs;
    this.#d.state.hseFailed[0] = 1;
    if (!CR.HSERDY) return;
    const used = this.#inUse('hse');
    if (CR.CSSON) {
      if (CR.PLLON && used && CFGR.SWS === SOURCE.pll) CR.PLLON = 0;
      CR.HSEON = 0;
      if (used) {
        CR.HSION = 1;
        CFGR.SW = SOURCE.hsi;
        if (CR.HSIRDY) CFGR.SWS = SOURCE.hsi;
      }
      this.#interrupts.hseFailed();
      // 7.2.7: the same event is a break input of the advanced timers.
      this.#css.set(1);
      this.#css.set(0);
    }
    this.sources.hsi.follow();
    this.sources.hse.drop();
  }
}

/** PLL settings can be written only while what they feed is off (7.3.2, 7.3.23). */
function lockPllSettings(d: Context): void {
  const { CR, PLLCFGR, PLLI2SCFGR } = d.regs;
  const refuse = (register: typeof PLLCFGR | typeof PLLI2SCFGR, old: number, pll: string): void => {
    register.value = old;
    d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `RCC.${register.name} was written while ${pll} is on: the write is lost`,
      remedy: `clear ${pll}ON and wait until ${pll}RDY is 0 first`,
      section: register.section,
    });
  };
  const M_AND_SOURCE = 0x0040_003f;
  d.onWrite(PLLCFGR, (value, old) => {
    if (value === old) return;
    if (CR.PLLON) refuse(PLLCFGR, old, 'PLL');
    else if (CR.PLLI2SON && ((value ^ old) & M_AND_SOURCE) !== 0) refuse(PLLCFGR, old, 'PLLI2S');
  });
  d.onWrite(PLLI2SCFGR, (value, old) => {
    if (value !== old && CR.PLLI2SON) refuse(PLLI2SCFGR, old, 'PLLI2S');
  });
}

function hertzOf(source: RccOptions['lse']): number {
  return typeof source === 'object' ? source.hertz : (source ?? 0);
}

/**
 * 7.3.21: the causes of resets stay until RMVF. Every system reset pulls NRST too, so PINRSTF is set with it (7.1.1). The flags are
 * in the VDD domain: the end of Standby mode leaves them alone (PWR_CSR.SBF tells of it); POR and brown-out clear the others.
 */
function noteReset({ CSR }: Context['regs'], cause: ResetCause): void {
  if (cause === 'power-on') CSR.value = CSR.reset;
  else if (cause === 'brown-out') CSR.value = BROWN_OUT_FLAGS;
  else if (cause !== 'standby') CSR.PINRSTF = 1;
  if (cause === 'software') CSR.SFTRSTF = 1;
  if (cause === 'watchdog') CSR.IWDGRSTF = 1;
  if (cause === 'window-watchdog') CSR.WWDGRSTF = 1;
  if (cause === 'low-power') CSR.LPWRRSTF = 1;
  // LSION and LSIRDY fall with every reset; the flags survive it.
  CSR.LSION = 0;
  CSR.LSIRDY = 0;
}

/** 7.1.1: a low level on NRST resets the chip; inside there is a pull-up. The model starts anew at the falling edge. */
function resetPin(d: Context): void {
  const nrst = d.net('NRST');
  nrst.driver(d.name).set('pull-up');
  nrst.listen(() => {
    if (nrst.level === 'low' && nrst.strength === 'driven') d.requestReset('pin');
  });
}

function handleOf(unit: Rcc) {
  return {
    /** Hz of every clock in the tree. */
    get frequencies() {
      return unit.tree.frequencies;
    },
    /** Why a ready bit that firmware may wait for never comes. */
    get hint() {
      return unit.hint;
    },
    /** Breaks the crystal (or stops the external clock) until the next reset. */
    failHse: () => unit.failHse(),
    /** Hz of the clock outputs on PA8 and PC9, which show no edges. */
    get mco1Hertz() {
      return unit.tree.mco1Hertz;
    },
    get mco2Hertz() {
      return unit.tree.mco2Hertz;
    },
  };
}

export function rcc(options: RccOptions = {}) {
  return defineDevice({
    name: 'stm32f4-rcc',
    size: 0x400,
    registers: RCC,
    state: STATE,
    setup(d) {
      const { CR, CFGR, CSR } = d.regs;
      const unit = new Rcc(d, options);
      const gates = rccGates(d, d.state.sleepMatters);
      const backup = rccBackup(d, () => {
        unit.sources.lse.follow();
        unit.tree.apply();
      });
      lockPllSettings(d);
      resetPin(d);
      d.onWrite(CR, (value, old) => unit.writeControl(value, old));
      d.onWrite(CFGR, (value, old) => unit.writeConfiguration(value, old));
      d.onWrite(CSR, (_value, _old, written) => {
        if ((written >>> 24) & 1) CSR.value &= 0x00ff_ffff;
        unit.sources.lsi.follow();
      });
      d.onReset((kind, cause) => {
        if (kind !== 'peripheral') noteReset(d.regs, cause);
        gates.apply();
        backup.reset(cause);
        unit.sources.lsi.follow();
        unit.switch();
      });
      return handleOf(unit);
    },
  });
}
