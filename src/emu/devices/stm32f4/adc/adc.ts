import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { f64, i32 } from '../../../state.js';
import type { AnalogOptions } from '../analog-options.js';
import { APB_NARROW } from '../apb.js';
import { AdcCore, INJECTED, REGULAR } from './adc-core.js';
import { injectedData, regularData } from './adc-data.js';
import { AdcPartners } from './adc-partners.js';
import { ADC, FLAG, STATUS_ON } from './adc-registers.js';
import { listenToTriggers } from './adc-triggers.js';

/**
 * One analog-to-digital converter: RM0090 chapter 13. Its common registers are a device of their own (adc-common.ts).
 *
 * Wires: inputs `regularEdge` and `injectedEdge`, the external triggers (adc-triggers.ts); outputs `irq` and `dataDma` (the
 * request is over when DR is read), input `dataDma.ack`. Between the converters and the common registers: see adc-partners.ts.
 *
 * A conversion starts with the cycle of its trigger: the data sheet's trigger latencies (up to 2 or 3 ADCCLK cycles) are upper limits.
 */

const STATE = {
  current: i32(),
  channel: i32(),
  converting: i32(),
  code: i32(),
  due: f64(),
  stableNs: f64(),
  settledNs: f64(),
  told: i32(2),
  hertz: f64(),
  /** The regular group is being converted, or waits for the injected one. */
  regular: i32(),
  regularAt: i32(),
  /** Conversions left of a discontinuous burst; 0: the whole sequence. */
  burst: i32(),
  injected: i32(),
  injectedAt: i32(),
  /** DR holds a result that nobody has read. */
  unread: i32(),
  /** The last transfer of the DMA's sequence was served, and DDS is 0. */
  dmaOver: i32(),
  /** Started anew by ADC1 before its own sequence was over. */
  again: i32(),
  /** Whose turn it is at the next alternate trigger; 0: ADC1. */
  turn: i32(),
  /** Interleaved: it is this converter's turn. */
  turnReady: i32(),
  turnDue: f64(),
};
/** How a multi-mode start or a trigger reached the converter. */
type Origin = 'trigger' | 'master';
/** A converter's context: what its parts share. */
export type AdcContext = DeviceContext<typeof ADC, typeof STATE>;

const LAST_TRANSFER = 3;
/** Bits of CR2. */
const [ADON, DMA] = [1, 1 << 8] as const;
const FLAGS = 0x3f;
/** Flags with their enable bits in CR1: 13.12. */
const INTERRUPTS = [
  [FLAG.EOC, 1 << 5],
  [FLAG.AWD, 1 << 6],
  [FLAG.JEOC, 1 << 7],
  [FLAG.OVR, 1 << 26],
] as const;

export class Adc {
  readonly #d: AdcContext;
  readonly #irq: { set(level: number): void };
  readonly #dma: { set(level: number): void };
  readonly #partners: AdcPartners;
  readonly core: AdcCore;

  constructor(d: AdcContext, n: number, options: AnalogOptions) {
    this.#d = d;
    this.#irq = d.output('irq');
    this.#dma = d.output('dataDma');
    d.input('dataDma.ack', (level) => {
      if (level !== LAST_TRANSFER || d.regs.CR2.DDS || !d.regs.CR2.DMA) return;
      d.state.dmaOver[0] = 1;
      this.update();
    });
    const ccr = d.input('ccr');
    ccr.listen((level, before) => this.core.connected(before, level));
    this.#partners = new AdcPartners(d, n, ccr, {
      start: (group, late) =>
        group === 'regular' ? this.startRegular('master', late) : this.startInjected('master', late),
      goOn: (late) => this.#goOn(late),
      turn: (late) => this.#turn(late),
      halted: () => this.#halted(),
      taken: () => this.dataRead(),
      overrun: () => this.#overrun(),
    });
    this.core = new AdcCore(d, d.state, ccr, { n, options }, (group, code, late) => this.#done(group, code, late));
    const { CR2 } = d.regs;
    const context = d as unknown as DeviceContext;
    listenToTriggers(context, 'regular', { source: () => CR2.EXTSEL, edges: () => CR2.EXTEN }, () =>
      this.startRegular('trigger', 0),
    );
    listenToTriggers(context, 'injected', { source: () => CR2.JEXTSEL, edges: () => CR2.JEXTEN }, () =>
      this.startInjected('trigger', 0),
    );
  }

  /** Starts the regular group, if nothing is in its way: 13.3.4, 13.6. */
  startRegular(origin: Origin, late: number): void {
    const { regs, state } = this.#d;
    if (!regs.CR2.ADON || regs.SR.OVR) return;
    if (state.regular[0]) {
      if (origin === 'master') state.again[0] = 1;
      return;
    }
    if (regs.CR1.JAUTO && (regs.CR1.DISCEN || regs.CR1.JDISCEN)) this.core.warnings.autoInjectionWithDiscontinuous();
    this.#beginRegular(late);
  }

  #beginRegular(late: number, again = false): void {
    const { regs, state } = this.#d;
    state.regular[0] = 1;
    state.again[0] = 0;
    state.burst[0] = regs.CR1.DISCEN ? regs.CR1.DISCNUM + 1 : 0;
    regs.SR.STRT = 1;
    this.#partners.regularStarts(late, again);
    this.#goOn(late);
    this.update();
  }

  /** 13.9.3: its turn to convert has come; behind ADC1 that starts the group, too. */
  #turn(late: number): void {
    if (this.#d.state.regular[0]) this.#goOn(late);
    else if (this.#partners.isSlave) this.startRegular('master', late);
  }

  /** Starts the injected group, or its next channel in discontinuous mode: 13.3.9. A regular conversion begins anew after it. */
  startInjected(origin: Origin, late: number): void {
    const { regs, state } = this.#d;
    if (!regs.CR2.ADON) return;
    if (origin === 'trigger' && !this.#partners.injectedStarts(late)) return;
    if (state.injected[0]) return;
    if (this.core.current === REGULAR) {
      this.core.abort();
      this.#partners.keepTurn();
    }
    this.#beginInjected(late);
  }

  #beginInjected(late: number): void {
    const { regs, state } = this.#d;
    if (!regs.CR1.JDISCEN) state.injectedAt[0] = 0;
    state.injected[0] = 1;
    regs.SR.JSTRT = 1;
    this.#partners.injecting(true);
    this.#goOn(late);
    this.update();
  }

  /** Begins the next conversion, if there is one and the converter is free. */
  #goOn(late: number): void {
    const { state } = this.#d;
    if (this.core.busy) return;
    const { sequence } = this.core;
    if (state.injected[0]) {
      this.core.begin(INJECTED, sequence.injectedChannel(state.injectedAt[0]!), late);
    } else if (state.regular[0] && this.#partners.mayConvertRegular) {
      const channel = sequence.regularChannel(state.regularAt[0]!);
      this.core.begin(REGULAR, channel, late);
      this.#partners.takeTurn(late, sequence.samplingCycles(channel));
    }
  }

  #done(group: number, code: number, late: number): void {
    if (group === REGULAR) this.#regularDone(code, late);
    else this.#injectedDone(code, late);
    this.#goOn(late);
    this.update();
  }

  #regularDone(code: number, late: number): void {
    const { regs, state } = this.#d;
    const { SR, CR1, CR2, DR } = regs;
    const last = state.regularAt[0]! >= this.core.sequence.regularLength - 1;
    if (this.#losesData) {
      this.#overrun();
      return;
    }
    DR.value = regularData(code, this.core.bits, CR2.ALIGN === 1);
    state.unread[0] = 1;
    if (CR1.AWDEN) this.#watch(code);
    if (CR2.EOCS || last) SR.EOC = 1;
    state.regularAt[0] = last ? 0 : state.regularAt[0]! + 1;
    if (last) this.#sequenceDone(late);
    else if (state.burst[0] && --state.burst[0]! === 0) state.regular[0] = 0;
    this.#partners.converted(DR.value);
  }

  /** 13.3.5, 13.3.9 (auto-injection), 13.3.10: what follows the last conversion of the regular group. */
  #sequenceDone(late: number): void {
    const { regs, state } = this.#d;
    const { CR1, CR2 } = regs;
    state.regular[0] = 0;
    const again = this.#partners.isSlave
      ? (state.again[0]! | state.turnReady[0]!) === 1
      : CR2.CONT === 1 && !CR1.DISCEN;
    if (CR1.JAUTO && !state.injected[0]) this.#beginInjected(late);
    if (again) this.#beginRegular(late, true);
  }

  #injectedDone(code: number, _late: number): void {
    const { regs, state } = this.#d;
    const { sequence } = this.core;
    const index = state.injectedAt[0]!;
    const data = injectedData(code, sequence.offset(index), this.core.bits, regs.CR2.ALIGN === 1);
    sequence.setInjectedData(index, data);
    if (regs.CR1.JAWDEN) this.#watch(code);
    const last = index >= sequence.injectedLength - 1;
    state.injectedAt[0] = last ? 0 : index + 1;
    if (last) regs.SR.JEOC = 1;
    if (last || (regs.CR1.JDISCEN && !regs.CR1.JAUTO)) {
      state.injected[0] = 0;
      this.#partners.injecting(false);
    }
  }

  /**
   * Analog watchdog: 13.3.7. Thresholds have 12 bits and are compared before alignment. The manual is silent about fewer bits of
   * resolution; ST's driver for the part shifts thresholds up to 12 bits then (__LL_ADC_ANALOGWD_SET_THRESHOLD_RESOLUTION).
   */
  #watch(result: number): void {
    const { SR, CR1, HTR, LTR } = this.#d.regs;
    const code = result << (12 - this.core.bits);
    if (CR1.AWDSGL && CR1.AWDCH !== this.#d.state.channel[0]) return;
    if (code > HTR.HT || code < LTR.LT) SR.AWD = 1;
  }

  /** 13.8.1, 13.8.2: overruns are detected with DMA, or with EOC after each conversion. In multi mode the common registers see to it. */
  get #losesData(): boolean {
    const { regs, state } = this.#d;
    if (!state.unread[0] || this.#partners.dataIsShared) return false;
    return (regs.CR2.DMA === 1 && !state.dmaOver[0]) || regs.CR2.EOCS === 1;
  }
  /** 13.8.1: what DR holds stays valid; regular conversions end until OVR is cleared. */
  #overrun(): void {
    const { regs, state } = this.#d;
    regs.SR.OVR = 1;
    state.regular[0] = 0;
    state.regularAt[0] = 0;
    state.again[0] = 0;
    if (this.core.current === REGULAR) this.core.abort();
    this.update();
  }

  /** 13.9.6: another converter's injected group stops the regular one, which is resumed together. */
  #halted(): void {
    if (this.core.current === REGULAR) this.core.abort();
  }

  /** DR was read, by whichever way. */
  dataRead(): void {
    this.#d.state.unread[0] = 0;
    this.#d.regs.SR.EOC = 0;
    this.update();
  }
  flagsWritten(old: number): void {
    const { regs, state } = this.#d;
    const cleared = old & ~regs.SR.value;
    // Requests do not come back with OVR gone: the result that was not fetched is lost.
    if (cleared & FLAG.OVR) state.unread[0] = 0;
    else if (cleared & FLAG.EOC && !regs.CR2.DMA) state.unread[0] = 0;
    this.update();
  }

  controlled(old: number): void {
    const { regs, state } = this.#d;
    const { CR2 } = regs;
    const [regular, injected] = [CR2.SWSTART, CR2.JSWSTART];
    CR2.SWSTART = 0;
    CR2.JSWSTART = 0;
    if ((old & 1) === 0 && CR2.ADON) this.core.powerUp();
    if (!CR2.ADON) this.#powerDown();
    // 13.8.1: DMA is written to 0, then to 1 to start a new series of transfers.
    if ((CR2.value ^ old) & DMA) {
      state.dmaOver[0] = 0;
      state.unread[0] = 0;
    }
    if ((old & 1) === 0) {
      if (regular) this.core.warnings.startedOff('SWSTART');
      if (injected) this.core.warnings.startedOff('JSWSTART');
    } else {
      if (injected) this.startInjected('trigger', 0);
      if (regular) this.startRegular('trigger', 0);
    }
    this.update();
  }

  #powerDown(): void {
    const { state } = this.#d;
    this.core.abort();
    for (const word of [state.regular, state.regularAt, state.injected, state.injectedAt, state.again]) word[0] = 0;
    this.#partners.reset();
  }

  /** 13.3.3: a new sequence resets the conversion in progress, and the group starts anew. */
  sequenceChanged(group: number): void {
    const { state } = this.#d;
    (group === REGULAR ? state.regularAt : state.injectedAt)[0] = 0;
    if (this.core.current !== group) return;
    this.core.abort();
    this.#partners.keepTurn();
    this.#goOn(0);
  }

  /** Brings interrupt, DMA request and the common registers in line with the flags. */
  update(): void {
    const { regs, state } = this.#d;
    const [flags, control, mode] = [regs.SR.value, regs.CR1.value, regs.CR2.value];
    this.#partners.status((flags & FLAGS) | (mode & ADON ? STATUS_ON : 0));
    let enabled = 0;
    for (const [flag, enable] of INTERRUPTS) if (control & enable) enabled |= flag;
    this.#irq.set(flags & enabled ? 1 : 0);
    const requests = mode & DMA && state.unread[0] && !(flags & FLAG.OVR) && !state.dmaOver[0];
    this.#dma.set(requests ? 1 : 0);
  }
}

function hook(d: AdcContext, adc: Adc): void {
  const { SR, CR1, CR2, SQR1, SQR2, SQR3, JSQR, DR } = d.regs;
  d.onWrite(SR, (_value, old) => adc.flagsWritten(old));
  d.onWrite(CR1, () => adc.update());
  d.onWrite(CR2, (_value, old) => adc.controlled(old));
  for (const register of [SQR1, SQR2, SQR3]) {
    d.onWrite(register, (value, old) => {
      if (value !== old) adc.sequenceChanged(REGULAR);
    });
  }
  d.onWrite(JSQR, (value, old) => {
    if (value !== old) adc.sequenceChanged(INJECTED);
  });
  d.onRead(DR, () => adc.dataRead());
}

/** What a test can do with ADC1 beyond its registers. */
export interface Adc1Handle {
  /** Of the chip, in °C: what the temperature sensor measures. */
  temperature: number;
}

function define<H extends object>(
  n: number,
  options: AnalogOptions,
  handle: (adc: Adc) => H,
): DeviceType<Handle<typeof ADC, H>> {
  return defineDevice({
    name: 'stm32f4-adc',
    size: 0x100,
    registers: ADC,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const adc = new Adc(d, n, options);
      hook(d, adc);
      return handle(adc);
    },
  });
}

/** ADC1, to which the internal channels are connected. */
export function adc1(options: AnalogOptions = {}) {
  return define<Adc1Handle>(1, options, ({ core }) => ({
    get temperature() {
      return core.channels.temperature;
    },
    set temperature(celsius: number) {
      core.channels.temperature = celsius;
    },
  }));
}
/** ADC2 or ADC3. */
export function adc(n: 2 | 3, options: AnalogOptions = {}) {
  return define<object>(n, options, () => ({}));
}
