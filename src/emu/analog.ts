import type { Arena } from './state.js';

/** Volts, constant or as a function of machine time in seconds since power-on. The function must depend on nothing else. */
export type Voltage = number | ((seconds: number) => number);

/** What a pin that is driven or pulled high is at: VDD. */
export const SUPPLY_VOLTS = 3.3;
/** Input levels of a Schmitt trigger: VIL and VIH, DS8626 table 48 (0.3 and 0.7 VDD). */
export const LOW_VOLTS = 0.3 * SUPPLY_VOLTS;
export const HIGH_VOLTS = 0.7 * SUPPLY_VOLTS;

const NONE = 0;
const CONSTANT = 1;
/** Kinds from here on are functions, by their place in the list of all that were ever given. */
const FUNCTION = 2;

/**
 * A voltage source on an electrical node. Which voltage is in force is part of the machine's state; functions themselves
 * are the host's, and kept as long as the machine.
 */
export class VoltageSource {
  readonly #kind: { readonly words: Int32Array; readonly index: number };
  readonly #volts: { readonly words: Float64Array; readonly index: number };
  readonly #functions: ((seconds: number) => number)[] = [];
  readonly #changed: (voltage: Voltage | undefined) => void;

  constructor(arena: Arena, changed: (voltage: Voltage | undefined) => void) {
    this.#kind = arena.cell();
    this.#volts = arena.numberCell();
    this.#changed = changed;
  }

  get connected(): boolean {
    return this.#kind.words[this.#kind.index] !== NONE;
  }

  /** Puts a voltage on the node; undefined disconnects. */
  set(voltage: Voltage | undefined): void {
    this.#kind.words[this.#kind.index] = this.#kindOf(voltage);
    this.#volts.words[this.#volts.index] = typeof voltage === 'number' ? voltage : 0;
    this.#changed(voltage);
  }

  /** Volts at `seconds` of machine time, undefined while it is not connected. */
  voltageAt(seconds: number): number | undefined {
    const kind = this.#kind.words[this.#kind.index]!;
    if (kind === NONE) return undefined;
    return kind === CONSTANT ? this.#volts.words[this.#volts.index]! : this.#functions[kind - FUNCTION]!(seconds);
  }

  #kindOf(voltage: Voltage | undefined): number {
    if (voltage === undefined) return NONE;
    if (typeof voltage === 'number') return CONSTANT;
    const known = this.#functions.indexOf(voltage);
    return FUNCTION + (known >= 0 ? known : this.#functions.push(voltage) - 1);
  }
}
