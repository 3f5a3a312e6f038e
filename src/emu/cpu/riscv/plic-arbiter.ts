import type { DeviceContext } from '../../device.js';
import type { RegisterCell } from '../../register-file.js';
import { enablesOf, type PlicOptions, type PlicState, type PlicTable } from './plic-table.js';

/** Gateways and priorities of a PLIC. Every source is level-triggered, as the devices of the boards are. */
export class PlicArbiter {
  readonly #d: DeviceContext<PlicTable, PlicState>;
  readonly #sources: number;
  readonly #highest: number;
  /** The bits that a level has. */
  readonly #levels: number;
  readonly #outputs;
  readonly #inputs;
  /** By context and word. */
  readonly #enables;

  constructor(d: DeviceContext<PlicTable, PlicState>, { sources, priorities, contexts }: PlicOptions) {
    this.#d = d;
    this.#sources = sources;
    this.#highest = priorities;
    this.#levels = 2 ** (32 - Math.clz32(priorities)) - 1;
    this.#outputs = contexts.map((context) => d.output(context));
    this.#enables = contexts.map((_, context) => enablesOf(d.regs, context));
    this.#inputs = Array.from({ length: sources }, (_, i) => d.input(`irq${i + 1}`));
  }

  setLevel(source: number, level: number): void {
    setBit(this.#d.state.level, source, level !== 0);
    this.#request(source);
    this.update();
  }

  /** After a reset of everything: a line may be high still. */
  resample(): void {
    for (let source = 1; source <= this.#sources; source++) {
      setBit(this.#d.state.level, source, this.#inputs[source - 1]!.level !== 0);
      this.#request(source);
    }
    this.update();
  }

  /** A priority or threshold was written (PLIC 4, 7: WARL). */
  limitLevel(register: RegisterCell): void {
    register.value = Math.min(register.value & this.#levels, this.#highest);
    this.update();
  }
  /** Enables were written: sources that do not exist, 0 among them, stay disabled (PLIC 6). */
  limitEnable(register: RegisterCell, word: number): void {
    const last = this.#sources - 32 * word;
    const present = last >= 31 ? -1 : 2 ** (last + 1) - 1;
    register.value &= word === 0 ? present & ~1 : present;
    this.update();
  }

  /** The highest-priority pending and enabled source, or 0; the threshold has no part in it (PLIC 8). */
  claim(context: number): number {
    const source = this.#best(context);
    if (source !== 0) {
      setBit(this.#d.state.pending, source, false);
      this.update();
    }
    return source;
  }

  /** Ignored unless the source is enabled for the context (PLIC 9). */
  complete(context: number, source: number): void {
    if (source <= 0 || source > this.#sources || !this.#enabled(context, source)) return;
    setBit(this.#d.state.busy, source, false);
    this.#request(source);
    this.update();
  }

  update(): void {
    for (const [context, output] of this.#outputs.entries()) {
      const best = this.#best(context);
      const threshold = this.#d.regs.context[context]!.threshold.value;
      output.set(best !== 0 && this.#priority(best) > threshold ? 1 : 0);
    }
  }

  /** A gateway forwards one request at a time: the next one only after completion (PLIC 1.2). */
  #request(source: number): void {
    const { level, busy, pending } = this.#d.state;
    if (!hasBit(level, source) || hasBit(busy, source)) return;
    setBit(busy, source, true);
    setBit(pending, source, true);
  }

  #best(context: number): number {
    const { pending } = this.#d.state;
    const enables = this.#enables[context]!;
    let best = 0;
    let highest = 0;
    for (let word = 0; word < pending.length; word++) {
      let candidates = pending[word]!;
      if (candidates !== 0) candidates &= enables[word]!.value;
      while (candidates !== 0) {
        const source = 32 * word + 31 - Math.clz32(candidates & -candidates);
        candidates &= candidates - 1;
        if (this.#priority(source) > highest) {
          best = source;
          highest = this.#priority(source);
        }
      }
    }
    return best;
  }

  #enabled(context: number, source: number): boolean {
    return ((this.#enables[context]![source >> 5]!.value >>> (source & 31)) & 1) !== 0;
  }
  #priority(source: number): number {
    return this.#d.regs.priority[source - 1]!.value;
  }
}

function hasBit(words: Int32Array, index: number): boolean {
  return ((words[index >> 5]! >>> (index & 31)) & 1) !== 0;
}
function setBit(words: Int32Array, index: number, on: boolean): void {
  const bit = 1 << (index & 31);
  words[index >> 5] = on ? words[index >> 5]! | bit : words[index >> 5]! & ~bit;
}
