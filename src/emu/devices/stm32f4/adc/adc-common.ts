import { type DeviceContext, defineDevice } from '../../../device.js';
import type { Signal } from '../../../signal.js';
import { i32 } from '../../../state.js';
import { APB_NARROW } from '../apb.js';
import { isReservedMulti, multiMode } from './adc-multi.js';
import { ADC_COMMON, STATUS_ON } from './adc-registers.js';
import { ResultStream } from './adc-result-stream.js';
import { relayTriggers } from './adc-triggers.js';

/**
 * Registers common to the three converters: RM0090 13.13.15 to 13.13.17. They answer while any of the converters has its clock.
 *
 * Wires: output `ccr` has the level of CCR; inputs `status1` … `status3` and `result1` … `result3` come from the converters
 * (see adc-partners.ts), outputs `taken1` … and `lost1` … go back to them. Output `dataDma` and input `dataDma.ack`: requests of the
 * multi modes. Inputs `enabled` (any of the clock enable bits). Inputs `regular0` … `regular15` and `injected0` … `injected15`
 * are the external triggers in the order of EXTSEL and JEXTSEL, passed on by `regularEdge` and `injectedEdge`.
 */

const FLAGS = 0x3f;
const STATE = {
  results: i32(8),
  /** Results that each converter delivered. */
  arrived: i32(3),
  /** Results fetched, of all converters together. */
  fetched: i32(),
  stopped: i32(),
  told: i32(),
};
const CONVERTERS = [0, 1, 2] as const;
const TOLD_GATED = 1;
const TOLD_RESERVED = 2;
const LAST_TRANSFER = 3;

class Common {
  readonly #d: DeviceContext<typeof ADC_COMMON, typeof STATE>;
  readonly #ccr: Signal;
  readonly #dma: Signal;
  readonly #statuses: Signal[];
  readonly #taken: Signal[];
  readonly #lost: Signal[];
  readonly #enabled: Signal;
  readonly #stream: ResultStream;

  constructor(d: DeviceContext<typeof ADC_COMMON, typeof STATE>) {
    this.#d = d;
    this.#ccr = d.output('ccr');
    this.#dma = d.output('dataDma');
    this.#enabled = d.input('enabled');
    this.#taken = CONVERTERS.map((i) => d.output(`taken${i + 1}`));
    this.#lost = CONVERTERS.map((i) => d.output(`lost${i + 1}`));
    this.#stream = new ResultStream(d.state);
    this.#statuses = CONVERTERS.map((i) => d.input(`status${i + 1}`, () => this.#statusChanged(i)));
    for (const i of CONVERTERS) {
      d.input(`result${i + 1}`, (level) => {
        if (level !== 0) this.#arrived(i, level & 0xffff);
      });
    }
    d.input('dataDma.ack', (level) => {
      if (level !== LAST_TRANSFER || d.regs.CCR.DDS || this.#size === 0) return;
      d.state.stopped[0] = 1;
      this.#request();
    });
  }

  /** Whether the registers answer. */
  get clocked(): boolean {
    if (this.#enabled.level !== 0) return true;
    const { state } = this.#d;
    if ((state.told[0]! & TOLD_GATED) === 0) {
      state.told[0]! |= TOLD_GATED;
      const what = `${this.#d.name.toUpperCase()} is used before the clock of any converter is enabled`;
      this.#d.report({
        kind: 'gated',
        what,
        remedy: 'set ADC1EN, ADC2EN or ADC3EN in RCC_APB2ENR',
        rule: 'clock-gated',
      });
    }
    return false;
  }

  get flags(): number {
    let flags = 0;
    for (const i of CONVERTERS) flags |= (this.#statuses[i]!.level & FLAGS) << (8 * i);
    return flags;
  }

  controlled(old: number): void {
    const { CCR } = this.#d.regs;
    if ((CCR.value ^ old) & (31 | (3 << 14))) this.#begin();
    const { state } = this.#d;
    if (isReservedMulti(CCR.value) && (state.told[0]! & TOLD_RESERVED) === 0) {
      state.told[0]! |= TOLD_RESERVED;
      const what = `ADC_CCR.MULTI was set to a reserved value (${CCR.MULTI})`;
      this.#d.report({ kind: 'misuse', rule: 'configuration', what, section: 'RM0090 13.13.16' });
    }
    this.#ccr.set(CCR.value | 0);
    this.#request();
  }

  /** What CDR shows: the two results whose turn it is, or, without DMA, those of ADC2 and ADC1. */
  data(latest: number): number {
    const [members, size] = [this.#members, this.#size];
    // Mode 3 packs bytes: 13.9.
    const width = this.#d.regs.CCR.DMA === 3 ? 8 : 16;
    return members > 1 && size !== 0 ? this.#stream.front(size, members, width) : latest;
  }
  dataRead(): void {
    const [members, size] = [this.#members, this.#size];
    if (members === 1) return;
    if (size === 0) {
      for (const i of [0, 1] as const) this.#pulse(this.#taken[i]!);
    } else if (this.#stream.ready(size, members)) {
      for (const i of this.#stream.fetch(size, members)) this.#pulse(this.#taken[i]!);
      this.#request();
    }
  }

  get #members(): 1 | 2 | 3 {
    return multiMode(this.#d.regs.CCR.value).members;
  }
  /** Results a request stands for, by CCR.DMA: none, 1 in mode 1, 2 in modes 2 and 3. */
  get #size(): 0 | 1 | 2 {
    const { DMA } = this.#d.regs.CCR;
    return DMA === 0 ? 0 : DMA === 1 ? 1 : 2;
  }

  #arrived(converter: 0 | 1 | 2, data: number): void {
    const { CDR, CCR } = this.#d.regs;
    const [members, size] = [this.#members, this.#size];
    if (converter === 0) CDR.DATA1 = data;
    else if (converter === 1) CDR.DATA2 = data;
    if (size === 0 || this.#d.state.stopped[0] || this.#overrun) return;
    if (this.#stream.loses(converter, size, members)) {
      this.#pulse(this.#lost[converter]!);
      this.#request();
      return;
    }
    this.#stream.put(converter, CCR.DMA === 3 ? data & 0xff : data, members);
    this.#request();
  }

  get #overrun(): boolean {
    return this.#statuses.some(({ level }, i) => i < this.#members && (level & 0x20) !== 0);
  }

  /** 13.8.1: requests end with an overrun; clearing OVR, or switching ADC1 off, begins the order anew. */
  #statusChanged(converter: number): void {
    const level = this.#statuses[converter]!.level;
    const off = converter === 0 && (level & STATUS_ON) === 0;
    const { state } = this.#d;
    if (off && (state.fetched[0] || state.arrived.some((count) => count > 0))) this.#begin();
    this.#request();
  }
  #begin(): void {
    this.#stream.reset();
    this.#d.state.stopped[0] = 0;
  }

  #request(): void {
    const [members, size] = [this.#members, this.#size];
    if (members === 1 || size === 0) {
      this.#dma.set(0);
      return;
    }
    const open = !this.#d.state.stopped[0] && !this.#overrun;
    this.#dma.set(open && this.#stream.ready(size, members) ? 1 : 0);
  }
  #pulse(wire: Signal): void {
    wire.set(1);
    wire.set(0);
  }
}

/** ADC_CSR, ADC_CCR and ADC_CDR. */
export function adcCommon() {
  return defineDevice({
    name: 'stm32f4-adc-common',
    size: 0x100,
    registers: ADC_COMMON,
    narrow: APB_NARROW,
    state: STATE,
    setup(d) {
      const { CSR, CCR, CDR } = d.regs;
      const common = new Common(d);
      relayTriggers(d as unknown as DeviceContext, 'regular');
      relayTriggers(d as unknown as DeviceContext, 'injected');
      CSR.compute(() => common.flags);
      d.onRead(CSR, () => (common.clocked ? common.flags : 0));
      d.onRead(CCR, (value) => (common.clocked ? value : 0));
      d.onWrite(CCR, (_value, old) => {
        if (common.clocked) common.controlled(old);
        else CCR.value = old;
      });
      d.onRead(CDR, (value) => {
        if (!common.clocked) return 0;
        const data = common.data(value);
        common.dataRead();
        return data;
      });
    },
  });
}
