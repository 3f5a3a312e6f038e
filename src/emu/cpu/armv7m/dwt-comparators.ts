import type { DeviceContext } from '../../device.js';
import type { CoreModel } from './core-model.js';
import type { DWT } from './dwt-registers.js';
import { EXCEPTION } from './exception-numbers.js';
import { DFSR } from './fault-status.js';
import type { Lookout } from './shield.js';

type Dwt = DeviceContext<typeof DWT>;

const TRCENA = 1 << 24;
/** FUNCTION (C1.8.17, table C1-20). */
const FUNCTION = { pc: 4, read: 5, write: 6, access: 7 } as const;
/** Halfwords that a PC comparator looks at, at most: a mask of 15 bits. */
const LARGEST_MASK = 15;
/** The one comparator that compares data values (DDI 0439D 9.1). */
const VALUE_COMPARATOR = 1;
const MATCHED = 1 << 24;

const kindsOf = (selected: number): readonly Lookout['kind'][] => {
  if (selected === FUNCTION.read) return ['read'];
  if (selected === FUNCTION.write) return ['write'];
  return selected === FUNCTION.access ? ['read', 'write'] : [];
};

/**
 * The comparators: data watchpoints and PC matches, which set MATCHED and ask for DebugMonitor (DFSR.DWTTRAP) after the
 * instruction. Where DebugMonitor is off, or its priority does not suffice, the event is ignored (C1.4.1).
 */
export class Comparators {
  readonly #d: Dwt;
  readonly #model: CoreModel;
  /** Numbers of the comparators that look at data accesses. */
  #data: readonly number[] = [];

  constructor(d: Dwt, model: CoreModel) {
    this.#d = d;
    this.#model = model;
    model.points.matched = (pc) => this.#pcMatched(pc);
  }

  /** After any change of the registers, of TRCENA, or a restore. */
  update(): void {
    const { points, shield } = this.#model;
    const pcs = new Set<number>();
    const lookouts: Lookout[] = [];
    const data: number[] = [];
    for (const index of this.#d.regs.COMPARATOR.keys()) {
      const selected = this.#functionOf(index);
      if (selected === FUNCTION.pc) for (const pc of this.#halfwords(index)) pcs.add(pc);
      const kinds = kindsOf(selected);
      if (kinds.length === 0) continue;
      data.push(index);
      for (const { from, to } of this.#ranges(index)) for (const kind of kinds) lookouts.push({ from, to, kind });
    }
    this.#data = data;
    points.replace('dwt', pcs);
    shield.look('dwt', data.length === 0 ? undefined : this.#observer, lookouts);
  }

  /** CYCCNT has reached comparator 0. */
  cycleMatched(): void {
    this.#match(0);
  }
  /** Whether comparator 0 compares CYCCNT and makes a debug event of it. */
  get watchesCycles(): boolean {
    const { FUNCTION: register } = this.#d.regs.COMPARATOR[0]!;
    return this.#isOn && register.CYCMATCH !== 0 && register.FUNCTION === FUNCTION.pc;
  }

  get #isOn(): boolean {
    return (this.#model.control.demcr & TRCENA) !== 0;
  }

  /** What a comparator does to accesses or instructions; 0 for nothing. */
  #functionOf(index: number): number {
    const { FUNCTION: register } = this.#d.regs.COMPARATOR[index]!;
    return this.#isOn && !(index === 0 && register.CYCMATCH !== 0) ? register.FUNCTION : 0;
  }

  #isValue(index: number): boolean {
    return index === VALUE_COMPARATOR && this.#d.regs.COMPARATOR[index]!.FUNCTION.DATAVMATCH !== 0;
  }

  /** The addresses that COMP and MASK stand for. */
  #rangeOf(index: number): { readonly from: number; readonly to: number } {
    const { COMP, MASK } = this.#d.regs.COMPARATOR[index]!;
    const size = 2 ** MASK.MASK;
    const from = COMP.value - (COMP.value % size);
    return { from, to: from + size };
  }

  /** Where an access counts: a comparator of values looks where the comparators that it names look, or everywhere. */
  #ranges(index: number): readonly { readonly from: number; readonly to: number }[] {
    if (!this.#isValue(index)) return [this.#rangeOf(index)];
    const { DATAVADDR0, DATAVADDR1 } = this.#d.regs.COMPARATOR[index]!.FUNCTION;
    const linked = [DATAVADDR0, DATAVADDR1].filter((other) => other !== index && other < 4);
    return linked.length === 0 ? [{ from: 0, to: 2 ** 32 }] : linked.map((other) => this.#rangeOf(other));
  }

  #halfwords(index: number): number[] {
    const { from, to } = this.#rangeOf(index);
    const count = Math.min(Math.max(1, (to - from) >> 1), 1 << (LARGEST_MASK - 1));
    return Array.from({ length: count }, (_, i) => ((from & ~1) + 2 * i) >>> 0);
  }

  readonly #observer = {
    replaced: () => undefined,
    accessed: (address: number, size: number, value: number, write: boolean): void => {
      for (const index of this.#data) if (this.#hits(index, address, size, value, write)) this.#match(index);
    },
  };

  #hits(index: number, address: number, size: number, value: number, write: boolean): boolean {
    if (!kindsOf(this.#functionOf(index)).includes(write ? 'write' : 'read')) return false;
    if (!this.#ranges(index).some(({ from, to }) => address < to && address + size > from)) return false;
    if (!this.#isValue(index)) return true;
    const { COMP, FUNCTION: register } = this.#d.regs.COMPARATOR[index]!;
    const mask = size === 4 ? -1 : (1 << (8 * size)) - 1;
    return size === 1 << register.DATAVSIZE && ((value ^ COMP.value) & mask) === 0;
  }

  #pcMatched(pc: number): void {
    for (const index of this.#d.regs.COMPARATOR.keys()) {
      if (this.#functionOf(index) === FUNCTION.pc && this.#halfwords(index).includes(pc)) this.#match(index);
    }
  }

  #match(index: number): void {
    const { FUNCTION: register } = this.#d.regs.COMPARATOR[index]!;
    register.value |= MATCHED;
    const { priorities, interrupts, status } = this.#model;
    if (!priorities.canPreempt(EXCEPTION.debugMonitor)) return;
    status.dfsr |= DFSR.DWTTRAP;
    interrupts.pend(EXCEPTION.debugMonitor);
  }
}
