import { ENGINE, SCALARS, type StateLayout } from '../../isa/layout.js';
import type { Xlen } from './x-registers.js';

/** A scalar of a hart's state, wherever that is at present. */
export interface ScalarWord {
  value: number;
}

/** Words of a context: pc, then what the engine has from SCALARS on. */
export function contextWords(layout: StateLayout): number {
  return 1 + Math.ceil((layout.end - SCALARS) / 4);
}

/**
 * Registers, scalars and pc of one hart. The engine has one place for them: while another hart has it, this one's are kept
 * beside it.
 */
export class HartContext {
  readonly #layout: StateLayout;
  readonly #xlen: Xlen;
  readonly #memory: ArrayBuffer;
  readonly #views = new Map<number, [Int32Array, Int32Array]>();
  #live: Int32Array;
  #pc: Int32Array;
  readonly #kept: Int32Array | undefined;
  #isLive: boolean;
  /** From SCALARS on. */
  #words: Int32Array;

  /** `kept`: `contextWords` of state, if there is more than one hart. */
  constructor(layout: StateLayout, xlen: Xlen, memory: ArrayBuffer, kept: Int32Array | undefined, isLive: boolean) {
    this.#layout = layout;
    this.#xlen = xlen;
    this.#memory = memory;
    this.#live = new Int32Array(memory, SCALARS, contextWords(layout) - 1);
    this.#pc = new Int32Array(memory, ENGINE.pc, 1);
    this.#kept = kept;
    this.#isLive = isLive;
    this.#words = isLive || kept === undefined ? this.#live : kept.subarray(1);
  }

  /** The hart gets the engine, or gives it up. */
  enter(): void {
    if (this.#isLive) return;
    this.#live.set(this.#kept!.subarray(1));
    this.#pc[0] = this.#kept![0]!;
    this.#place(true);
  }
  leave(): void {
    if (!this.#isLive) return;
    this.#kept!.set(this.#live, 1);
    this.#kept![0] = this.#pc[0]!;
    this.#place(false);
  }
  /** The words of the hart that has the engine are so many bytes behind where the engine has them, from now on. */
  moveTo(distance: number): void {
    let views = this.#views.get(distance);
    if (views === undefined) {
      const words = new Int32Array(this.#memory, distance + SCALARS, contextWords(this.#layout) - 1);
      views = [words, new Int32Array(this.#memory, distance + ENGINE.pc, 1)];
      this.#views.set(distance, views);
    }
    [this.#live, this.#pc] = views;
    this.#place(this.#isLive);
  }
  /** After a restore, which knows who had the engine. */
  restored(isLive: boolean): void {
    this.#place(isLive);
  }

  /** Low and high word of pc. */
  get low(): number {
    return this.#isLive ? this.#pc[0]! : this.#kept![0]!;
  }
  get high(): number {
    return this.#xlen === 64 ? this.#words[1]! : 0;
  }
  setPc(low: number, high: number): void {
    if (this.#isLive) this.#pc[0] = low;
    else this.#kept![0] = low;
    if (this.#xlen === 64) this.#words[1] = high;
  }

  /** Words of register `index` of the engine's file. */
  registerLow(index: number): number {
    return this.#words[this.#register(index)]!;
  }
  registerHigh(index: number): number {
    return this.#xlen === 64 ? this.#words[this.#register(index) + 1]! : 0;
  }
  setRegister(index: number, low: number, high: number): void {
    const at = this.#register(index);
    this.#words[at] = low;
    if (this.#xlen === 64) this.#words[at + 1] = high;
  }
  clear(): void {
    this.#words.fill(0, this.#register(0), this.#register(this.#layout.registerCount));
  }

  /** A scalar by name; undefined if the instruction set has none of it. `word`: 1 for the high word of one of 64 bits. */
  scalar(name: string, word = 0): ScalarWord | undefined {
    const found = this.#layout.scalars[name];
    return found && new ContextWord(this, ((found.offset - SCALARS) >> 2) + word);
  }
  wordAt(index: number): number {
    return this.#words[index]!;
  }
  setWordAt(index: number, value: number): void {
    this.#words[index] = value;
  }

  #register(index: number): number {
    return (this.#layout.registers + index * this.#layout.registerSize - SCALARS) >> 2;
  }
  #place(isLive: boolean): void {
    this.#isLive = isLive;
    this.#words = isLive || this.#kept === undefined ? this.#live : this.#kept.subarray(1);
  }
}

class ContextWord implements ScalarWord {
  readonly #context: HartContext;
  readonly #index: number;

  constructor(context: HartContext, index: number) {
    this.#context = context;
    this.#index = index;
  }
  get value(): number {
    return this.#context.wordAt(this.#index);
  }
  set value(value: number) {
    this.#context.setWordAt(this.#index, value);
  }
}
