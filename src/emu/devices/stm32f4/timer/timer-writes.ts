import type { RegisterCell } from '../../../register-file.js';
import { channelByte, selectionOf } from './course.js';
import type { Timer } from './timer.js';
import { channelsWith } from './timer-core.js';
import { INPUT } from './timer-inputs.js';
import { BIT, REG, writableBits } from './timer-registers.js';
import { SMS } from './timer-slave.js';
import { COUNT, NOW, type TimerContext } from './timer-state.js';

const { CEN, CMS, DIR } = BIT.CR1;
/** The bits of CCMR1 and CCMR2 by what they are, for both channels of the register. */
const CCS = 0x0303;
const OCPE = 0x0808;
const OCM = 0x7070;
/** CCER: CCxE and CCxNE, and the polarities. */
const ENABLES = 0x5555;
const POLARITIES = 0xaaaa;
/** Bits 4 to 15 of CCER belong to channels with these bits in channels 0 to 3. */
const spread = (channels: number): number =>
  ((channels & 1) | ((channels & 2) << 3) | ((channels & 4) << 6) | ((channels & 8) << 9)) * 15;

/** What writes to a timer's registers do, directly or through DMAR. The words are ours; the cells show them. */
export class TimerWrites {
  readonly #timer: Timer;
  readonly #d: TimerContext;
  /** Registers by word, where the kind has them. */
  readonly #cells: (RegisterCell | undefined)[] = [];

  constructor(timer: Timer) {
    this.#timer = timer;
    this.#d = timer.d;
    for (const cell of Object.values(timer.d.regs) as RegisterCell[]) this.#cells[cell.spec.offset >> 2] = cell;
  }

  /** Connects the registers. */
  listen(): void {
    const { core } = this.#timer;
    for (const [index, cell] of this.#cells.entries()) {
      if (cell === undefined) continue;
      if (index === REG.SR || index === REG.EGR || index === REG.DMAR) {
        this.#d.onWrite(cell, (_value, _old, written) => this.write(index, written));
      } else this.#d.onWrite(cell, (value) => this.write(index, value));
      if (index >= REG.CCR1 && index <= REG.CCR4) this.#d.onRead(cell, () => this.#captured(index - REG.CCR1));
    }
    const { CNT, SR, CR1 } = this.#d.regs;
    this.#d.computed(CNT, () => core.count);
    this.#d.computed(SR, () => core.status);
    this.#d.computed(CR1, () => core.control);
    if (this.#cells[REG.DMAR] !== undefined) this.#d.onRead(this.#d.regs.DMAR, () => this.#readBurst());
  }

  write(index: number, value: number): void {
    const { core } = this.#timer;
    core.sync();
    this.#apply(index, value);
    core.commit();
    this.#show(index);
  }

  #apply(index: number, value: number): void {
    const { words, counts, now } = this.#d.state;
    if (index === REG.CR1) this.#control(value);
    else if (index === REG.CR2) this.#control2(value);
    else if (index === REG.SMCR) this.#slave(value);
    else if (index === REG.SR) this.#flags(value);
    else if (index === REG.EGR) this.#generate(value);
    else if (index === REG.CCMR1 || index === REG.CCMR2) this.#mode(index, value);
    else if (index === REG.CCER) this.#enable(value);
    else if (index === REG.CNT) counts[COUNT.CNT] = value >>> 0;
    else if (index === REG.ARR) this.#reload(value);
    else if (index >= REG.CCR1 && index <= REG.CCR4) this.#compare(index - REG.CCR1, value);
    else if (index === REG.BDTR) this.#timer.break?.write(value);
    else if (index === REG.DMAR) this.#burst(value);
    else {
      words[index] = value;
      if (index === REG.DIER) this.#timer.requests.enabled(value);
      if (index === REG.DCR) now[NOW.BURST] = 0;
      if (index === REG.OR) this.#remap(value);
    }
  }

  /** What the register shows to firmware and tests, where not all that was written is in force. */
  #show(index: number): void {
    const cell = this.#cells[index];
    if (cell !== undefined) cell.value = this.#d.state.words[index]!;
  }

  /** 17.4.1. DIR belongs to the hardware in center-aligned and encoder mode. */
  #control(value: number): void {
    const { words } = this.#d.state;
    const { mode } = this.#timer.slave;
    const old = words[REG.CR1]!;
    const centered = (value & CMS) !== 0;
    const encoder = mode >= SMS.encoder1 && mode <= SMS.encoder3;
    if (centered && (old & (CMS | CEN)) === CEN && (value & CEN) !== 0) {
      this.#misuse(
        'CR1.CMS changed from edge-aligned to center-aligned while CR1.CEN is set',
        'clear CEN first',
        '17.4.1',
      );
    }
    words[REG.CR1] = encoder || (centered && (old & CMS) !== 0) ? (value & ~DIR) | (old & DIR) : value;
    if (((old ^ value) & BIT.CR1.ARPE) !== 0 && (value & BIT.CR1.ARPE) === 0) this.#reload(words[REG.ARR]!);
    if ((value & CEN) === 0) this.#timer.core.withdraw();
    this.#timer.run();
  }

  #control2(value: number): void {
    const { words, now } = this.#d.state;
    const old = words[REG.CR2]!;
    // 17.4.18, LOCK level 1: idle states are kept.
    const kept = (this.#timer.break?.level ?? 0) >= 1 ? 0x7f00 : 0;
    if (((old ^ value) & kept) !== 0) this.#timer.break?.lost('CR2.OISx');
    words[REG.CR2] = (value & ~kept) | (old & kept);
    if (((old ^ value) & BIT.CR2.TI1S) !== 0) this.#timer.senses.settle(INPUT.TI1);
    if ((value & BIT.CR2.CCPC) === 0) {
      now[NOW.CCMR1] = words[REG.CCMR1]!;
      now[NOW.CCMR2] = words[REG.CCMR2]!;
      now[NOW.CCER] = words[REG.CCER]!;
    }
  }

  #slave(value: number): void {
    const { words } = this.#d.state;
    const changed = words[REG.SMCR]! ^ value;
    const { TS, ETP, ETPS, SMS: sms } = BIT.SMCR;
    words[REG.SMCR] = value;
    const mode = value & sms;
    if (mode !== SMS.off && mode <= SMS.encoder3 && !this.#timer.kind.encoder) {
      this.#misuse(
        `SMCR.SMS = ${mode} is reserved: this timer has no encoder modes`,
        'use TIM1 to TIM5 or TIM8',
        '19.4.2',
      );
    }
    if ((changed & TS) !== 0) this.#timer.senses.settleTrigger();
    if ((changed & (ETP | ETPS)) !== 0) this.#timer.senses.settleExternal();
    this.#timer.run();
  }

  /** 17.4.5: cleared by writing 0. */
  #flags(written: number): void {
    const { words } = this.#d.state;
    words[REG.SR]! &= written;
    if (this.#timer.break?.active) words[REG.SR]! |= BIT.SR.BIF;
  }

  /** 17.4.6. */
  #generate(written: number): void {
    const { UG, COMG, TG, BG } = BIT.EGR;
    const { core, capture, kind } = this.#timer;
    const events = written & writableBits(this.#cells[REG.EGR]!.spec.fields);
    if ((events & UG) !== 0) {
      core.restart();
      core.note(1 << 17);
    }
    for (let x = 0; x < kind.channels; x++) {
      if (((events >>> (x + 1)) & 1) === 0) continue;
      if (capture.isInput(x)) capture.take(x, this.#d.state.counts[COUNT.CNT]!, false);
      else core.raise(BIT.SR.CC1IF << x);
    }
    if ((events & COMG) !== 0) this.#timer.commutate();
    if ((events & TG) !== 0) core.raise(BIT.SR.TIF);
    if ((events & BG) !== 0) this.#timer.break?.happen();
  }

  /** 17.4.7: CCxS can be written while the channel is off. */
  #mode(index: number, value: number): void {
    const { words, now, counts } = this.#d.state;
    const old = words[index]!;
    const first = index === REG.CCMR1 ? 0 : 2;
    const on = channelsWith(now[NOW.CCER]!, 0) >>> first;
    const outputs = this.#outputs() >>> first;
    const pair = (bits: number, channels: number) => bits & (((channels & 1) * 0xff) | ((channels & 2) * 0x7f80));
    let kept = pair(CCS, on);
    if (((old ^ value) & kept) !== 0) {
      this.#misuse(
        `CCMR${index === REG.CCMR1 ? 1 : 2}.CCxS was written while its channel is on`,
        'clear CCxE first',
        '17.4.7',
      );
    }
    // Lock level 3: mode and preload of outputs are kept.
    if ((this.#timer.break?.level ?? 0) >= 3) {
      const locked = pair(OCM | OCPE, outputs);
      if (((old ^ value) & locked) !== 0) this.#timer.break?.lost(`CCMR${index === REG.CCMR1 ? 1 : 2}.OCxM, OCxPE`);
      kept |= locked;
    }
    words[index] = (value & ~kept) | (old & kept);
    this.#enforceModes(index);
    for (let x = first; x < Math.min(first + 2, this.#timer.kind.channels); x++) {
      if ((channelByte(words[REG.CCMR1]!, words[REG.CCMR2]!, x) & 0x0b) === 0)
        counts[COUNT.CCR + x] = words[REG.CCR1 + x]! >>> 0;
    }
    this.#timer.slave.clear();
    this.#timer.senses.remap(false);
  }
  /** 17.4.2, CCPC: OCxM of channels with a complementary output waits for a COM event. */
  #enforceModes(index: number): void {
    const { words, now } = this.#d.state;
    const held = (words[REG.CR2]! & BIT.CR2.CCPC) === 0 ? 0 : index === REG.CCMR1 ? OCM : OCM & 0xff;
    const place = index === REG.CCMR1 ? NOW.CCMR1 : NOW.CCMR2;
    now[place] = (words[index]! & ~held) | (now[place]! & held);
  }
  #outputs(): number {
    const { now } = this.#d.state;
    let outputs = 0;
    for (let x = 0; x < 4; x++) if (selectionOf(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) === 0) outputs |= 1 << x;
    return outputs;
  }

  #enable(value: number): void {
    const { words, now } = this.#d.state;
    const old = words[REG.CCER]!;
    // Lock level 2: polarities of outputs are kept.
    const kept = (this.#timer.break?.level ?? 0) >= 2 ? POLARITIES & spread(this.#outputs()) : 0;
    if (((old ^ value) & kept) !== 0) this.#timer.break?.lost('CCER.CCxP, CCxNP');
    words[REG.CCER] = (value & ~kept) | (old & kept);
    const held = (words[REG.CR2]! & BIT.CR2.CCPC) === 0 ? 0 : ENABLES & 0x0fff;
    now[NOW.CCER] = (words[REG.CCER]! & ~held) | (now[NOW.CCER]! & held);
    this.#timer.capture.disabled(~channelsWith(now[NOW.CCER]!, 0) & 15);
    this.#timer.senses.remap(false);
  }

  #reload(value: number): void {
    const { words, counts } = this.#d.state;
    words[REG.ARR] = value;
    if ((words[REG.CR1]! & BIT.CR1.ARPE) === 0) counts[COUNT.ARR] = value >>> 0;
  }

  /** 17.4.14: read only while the channel is an input. */
  #compare(x: number, value: number): void {
    const { words, now, counts } = this.#d.state;
    if (this.#timer.capture.isInput(x)) return;
    words[REG.CCR1 + x] = value;
    if ((channelByte(now[NOW.CCMR1]!, now[NOW.CCMR2]!, x) & 8) !== 0) return;
    counts[COUNT.CCR + x] = value >>> 0;
    this.#timer.core.compare(x);
  }
  /** 17.4.5, CCxIF: reading a capture clears its flag. */
  #captured(x: number): void {
    const { words } = this.#d.state;
    const flag = BIT.SR.CC1IF << x;
    if (!this.#timer.capture.isInput(x) || (words[REG.SR]! & flag) === 0) return;
    this.#timer.core.sync();
    words[REG.SR]! &= ~flag;
    this.#timer.core.commit();
  }

  #burst(value: number): void {
    const target = this.#timer.requests.burstTarget();
    const cell = this.#cells[target];
    if (cell === undefined || target === REG.DMAR) return;
    const writable = target === REG.SR ? -1 : writableBits(cell.spec.fields);
    this.#apply(target, value & writable);
    this.#show(target);
  }
  #readBurst(): number {
    const target = this.#timer.requests.burstTarget();
    const cell = this.#cells[target];
    if (cell === undefined || target === REG.DMAR) return 0;
    const { value } = cell;
    if (target >= REG.CCR1 && target <= REG.CCR4) this.#captured(target - REG.CCR1);
    return value;
  }

  /** 18.4.19: the sources beside TIM8's trigger are blocks that are not there. */
  #remap(value: number): void {
    this.#timer.senses.remap(true);
    const source = ['', 'the PTP trigger', 'USB FS start of frame', 'USB HS start of frame'][(value >>> 10) & 3]!;
    if (source === '') return;
    const what = `${this.#timer.label}.OR.ITR1_RMP connects ITR1 to ${source}, which is not modelled: no trigger comes`;
    this.#d.report({ kind: 'unmodelled', what, section: 'RM0090 18.4.19' });
  }

  #misuse(what: string, remedy: string, section: string): void {
    const full = `${this.#timer.label}.${what}`;
    this.#d.report({ kind: 'misuse', rule: 'sequence', what: full, remedy, section: `RM0090 ${section}` });
  }
}
