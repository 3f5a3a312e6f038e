import type { DeviceContext } from '../../device.js';
import type { Signal } from '../../signal.js';
import type { Clock } from '../../time.js';
import {
  ahbDivisor,
  apbDivisor,
  divided,
  HSI_HERTZ,
  hertz,
  i2sPll,
  LSI_HERTZ,
  mainPll,
  multiplied,
  type Ratio,
  STOPPED,
  timerFactor,
} from './clock-tree.js';
import type { RCC } from './rcc-registers.js';

/**
 * The machine's clocks that RCC drives, by name, with their rates at reset (HSI, no prescaler). `cpu` is HCLK; AHB
 * peripherals take `cpu` too.
 */
export const RCC_CLOCKS = {
  sysclk: HSI_HERTZ,
  apb1: HSI_HERTZ,
  apb2: HSI_HERTZ,
  apb1Timers: HSI_HERTZ,
  apb2Timers: HSI_HERTZ,
  usb48: 0,
  i2s: 0,
  lsi: 0,
  lse: 0,
  hseRtc: 0,
  rtc: 0,
} as const;

export type RccClockName = 'cpu' | keyof typeof RCC_CLOCKS;

/** Data sheet, general operating conditions (voltage scale 1). */
const LIMITS: Partial<Record<RccClockName, number>> = { cpu: 168e6, apb1: 42e6, apb2: 84e6, usb48: 75e6, rtc: 1e6 };
/** The same for HCLK with PWR_CR.VOS = 0 (DS8626 table 14). */
const SCALE_2_HERTZ = 144e6;

/** What the tree gets from outside: Hz of HSE, LSE and the pin I2S_CKIN, 0 where there is none. */
export interface ClockInputs {
  readonly hse: number;
  readonly lse: number;
  readonly i2sCkin: number;
}

export const SOURCE = { hsi: 0, hse: 1, pll: 2 } as const;

/** MCO1PRE and MCO2PRE: 0xx none, then 2 to 5 (RM0090 7.3.3). */
function outputDivisor(pre: number): number {
  return pre < 4 ? 1 : pre - 2;
}

/** Turns RCC's registers into the rates of the machine's clocks. */
export class RccTree {
  readonly #d: DeviceContext<typeof RCC>;
  readonly #hse: Ratio;
  readonly #lse: Ratio;
  readonly #i2sCkin: Ratio;
  /** PWR's wires: why the clocks of the 1.2 V domain stand (0: they run), and whether the regulator is in scale 1. */
  readonly #off: Signal;
  readonly #scale2: Signal;
  /** Masks of the pins that the oscillators take from GPIO: PC14, PC15; PH0, PH1 (8.3.13, 8.3.14). */
  readonly #lsePins: Signal;
  readonly #hsePins: Signal;
  readonly #clocks: ReadonlyMap<RccClockName, Clock>;

  constructor(d: DeviceContext<typeof RCC>, inputs: ClockInputs) {
    this.#d = d;
    this.#hse = { num: inputs.hse, den: 1 };
    this.#lse = { num: inputs.lse, den: 1 };
    this.#i2sCkin = { num: inputs.i2sCkin, den: 1 };
    this.#off = d.input('off');
    this.#scale2 = d.input('scale2', () => this.#checkScale());
    this.#lsePins = d.output('lsePins');
    this.#hsePins = d.output('hsePins');
    const names: RccClockName[] = ['cpu', ...(Object.keys(RCC_CLOCKS) as (keyof typeof RCC_CLOCKS)[])];
    this.#clocks = new Map(names.map((name) => [name, d.clockNamed(name)]));
  }

  /** What PLLCFGR.PLLSRC selects, whether it runs or not. */
  get pllReference(): Ratio {
    return this.#d.regs.PLLCFGR.PLLSRC ? this.#hse : { num: HSI_HERTZ, den: 1 };
  }

  /** SYSCLK of a source that is ready. */
  #system(source: number): Ratio {
    const { CR, PLLCFGR } = this.#d.regs;
    if (source === SOURCE.hsi) return { num: HSI_HERTZ, den: 1 };
    if (source === SOURCE.hse) return CR.HSERDY ? this.#hse : STOPPED;
    return CR.PLLRDY ? mainPll(this.pllReference, PLLCFGR.value).system : STOPPED;
  }

  #rtc(): Ratio {
    const { BDCR } = this.#d.regs;
    if (!BDCR.RTCEN) return STOPPED;
    if (BDCR.RTCSEL === 1) return this.#lseNow();
    if (BDCR.RTCSEL === 2) return this.#lsi();
    return BDCR.RTCSEL === 3 ? this.#hseRtc() : STOPPED;
  }
  /** HSE for the RTC, and for TIM11's channel 1 (7.2.11). RM0090 7.3.3: RTCPRE 0 and 1 mean no clock. */
  #hseRtc(): Ratio {
    const { CFGR } = this.#d.regs;
    return CFGR.RTCPRE >= 2 ? divided(this.#hseNow(), CFGR.RTCPRE) : STOPPED;
  }

  /** Sets every clock to what the registers say now. */
  apply(): void {
    const { CFGR, CR, PLLCFGR, PLLI2SCFGR } = this.#d.regs;
    const reference = this.pllReference;
    const sysclk = this.#off.level ? STOPPED : this.#system(CFGR.SWS);
    const ahb = divided(sysclk, ahbDivisor(CFGR.HPRE));
    const apb1 = divided(ahb, apbDivisor(CFGR.PPRE1));
    const apb2 = divided(ahb, apbDivisor(CFGR.PPRE2));
    this.#set('cpu', ahb);
    this.#set('sysclk', sysclk);
    this.#set('apb1', apb1);
    this.#set('apb2', apb2);
    this.#set('apb1Timers', multiplied(apb1, timerFactor(CFGR.PPRE1)));
    this.#set('apb2Timers', multiplied(apb2, timerFactor(CFGR.PPRE2)));
    this.#set('usb48', CR.PLLRDY ? mainPll(reference, PLLCFGR.value).usb48 : STOPPED);
    const i2s = CR.PLLI2SRDY ? i2sPll(reference, PLLCFGR.value, PLLI2SCFGR.value).i2s : STOPPED;
    this.#set('i2s', CFGR.I2SSRC ? this.#i2sCkin : i2s);
    this.#set('lsi', this.#lsi());
    this.#set('lse', this.#lseNow());
    this.#set('hseRtc', this.#hseRtc());
    this.#set('rtc', this.#rtc());
    const { BDCR } = this.#d.regs;
    this.#lsePins.set(BDCR.LSEON ? (BDCR.LSEBYP ? 0x4000 : 0xc000) : 0);
    this.#hsePins.set(CR.HSEON ? (CR.HSEBYP ? 1 : 3) : 0);
  }

  #lsi(): Ratio {
    return this.#d.regs.CSR.LSIRDY ? { num: LSI_HERTZ, den: 1 } : STOPPED;
  }
  #lseNow(): Ratio {
    return this.#d.regs.BDCR.LSERDY ? this.#lse : STOPPED;
  }
  #hseNow(): Ratio {
    return this.#d.regs.CR.HSERDY ? this.#hse : STOPPED;
  }

  /** Hz on PA8 while that is MCO1: RM0090 7.2.10, 7.3.3. */
  get mco1Hertz(): number {
    const { CFGR, CR } = this.#d.regs;
    const hsi = CR.HSIRDY ? { num: HSI_HERTZ, den: 1 } : STOPPED;
    const sources = [hsi, this.#lseNow(), this.#hseNow(), this.#system(SOURCE.pll)];
    return hertz(sources[CFGR.MCO1]!) / outputDivisor(CFGR.MCO1PRE);
  }
  /** Hz on PC9 while that is MCO2. */
  get mco2Hertz(): number {
    const { CFGR, CR, PLLCFGR, PLLI2SCFGR } = this.#d.regs;
    const plli2s = CR.PLLI2SRDY ? i2sPll(this.pllReference, PLLCFGR.value, PLLI2SCFGR.value).i2s : STOPPED;
    const sources = [
      this.#clocks.get('sysclk')!.hertz,
      hertz(plli2s),
      hertz(this.#hseNow()),
      hertz(this.#system(SOURCE.pll)),
    ];
    return sources[CFGR.MCO2]! / outputDivisor(CFGR.MCO2PRE);
  }

  #set(name: RccClockName, rate: Ratio): void {
    const clock = this.#clocks.get(name)!;
    const before = clock.hertz;
    clock.set(rate);
    const limit = LIMITS[name];
    if (limit === undefined || clock.hertz === before) return;
    if (clock.hertz > limit) this.#tooFast(name === 'cpu' ? 'HCLK' : name.toUpperCase(), clock.hertz, limit);
    else if (name === 'cpu') this.#checkScale();
  }

  #checkScale(): void {
    const { hertz: now } = this.#clocks.get('cpu')!;
    if (this.#scale2.level && now > SCALE_2_HERTZ) this.#tooFast('HCLK with PWR.CR.VOS = 0', now, SCALE_2_HERTZ);
  }

  #tooFast(label: string, now: number, limit: number): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'clock-limit',
      what: `${label} runs at ${now / 1e6} MHz; the part allows ${limit / 1e6} MHz`,
      remedy: 'check PLLCFGR and the prescalers in CFGR',
      section: 'RM0090 7.2',
    });
  }

  /** Hz of every clock, for tests and messages. */
  get frequencies(): Record<RccClockName, number> {
    return Object.fromEntries([...this.#clocks].map(([name, clock]) => [name, clock.hertz])) as Record<
      RccClockName,
      number
    >;
  }

  get vco(): Ratio {
    return mainPll(this.pllReference, this.#d.regs.PLLCFGR.value).vco;
  }
  get i2sVco(): Ratio {
    return i2sPll(this.pllReference, this.#d.regs.PLLCFGR.value, this.#d.regs.PLLI2SCFGR.value).vco;
  }
  get hseHertz(): number {
    return hertz(this.#hse);
  }
}
