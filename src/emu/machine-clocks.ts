import { UsageError } from './errors.js';
import type { DerivedClockRow, MachineDescription } from './machine-description.js';
import { Rational } from './rational.js';
import type { Signal } from './signal.js';
import type { Clock, Timebase } from './time.js';

/**
 * Clocks that a description makes from others: multiplied (a PLL), divided, gated by a wire. Each follows its source, whatever sets that.
 * What they are follows from sources and wires, so it is no state of its own.
 */
export class DerivedClocks {
  readonly #rows: readonly (readonly [string, DerivedClockRow])[];
  readonly #gates = new Map<string, Signal>();
  readonly #timebase: Timebase;

  constructor({ derivedClocks = {}, cpuClock, name }: MachineDescription, timebase: Timebase) {
    this.#timebase = timebase;
    this.#rows = inOrder(derivedClocks, timebase, name);
    for (const [clock, row] of this.#rows) this.#derive(clock, row);
    if (cpuClock !== undefined) this.#leadCpu(this.#named(cpuClock));
  }

  /** Connects the gates, when the wires of devices are known. */
  gate(signalOf: (wire: string, where: string) => Signal): void {
    for (const [name, row] of this.#rows) {
      if (row.gate === undefined) continue;
      const signal = signalOf(row.gate, `'gate' of clock '${name}'`);
      this.#gates.set(name, signal);
      signal.listen(() => this.#follow(name, row));
      this.#follow(name, row);
    }
  }

  #named(name: string): Clock {
    const { cpuClock } = this.#timebase;
    return name === 'cpu' ? cpuClock : this.#timebase.find(name)!;
  }

  #derive(name: string, row: DerivedClockRow): void {
    const source = this.#named(row.from);
    this.#timebase.clock(name, scaled(source, row));
    source.onChange(() => this.#follow(name, row));
  }

  #follow(name: string, row: DerivedClockRow): void {
    const open = this.#gates.get(name)?.level !== 0;
    this.#named(name).set(open ? scaled(this.#named(row.from), row) : 0);
  }

  #leadCpu(source: Clock): void {
    const { cpuClock } = this.#timebase;
    cpuClock.set(source.frequency);
    source.onChange(() => cpuClock.set(source.frequency));
  }
}

function scaled(source: Clock, { multiply = 1, divide = 1 }: DerivedClockRow): Rational {
  return source.frequency.mul(Rational.of(multiply)).div(Rational.of(divide));
}

/** Sources before what is made from them. @throws UsageError where there is no such source, or a circle */
function inOrder(
  rows: Readonly<Record<string, DerivedClockRow>>,
  timebase: Timebase,
  where: string,
): readonly (readonly [string, DerivedClockRow])[] {
  const waiting = new Map(Object.entries(rows));
  const ordered: (readonly [string, DerivedClockRow])[] = [];
  const known = (name: string) =>
    name === 'cpu' || timebase.find(name) !== undefined || ordered.some(([one]) => one === name);
  while (waiting.size > 0) {
    const next = [...waiting].find(([, { from }]) => known(from));
    if (next === undefined) {
      const [name, { from }] = [...waiting][0]!;
      const what = `clock '${name}' is made from '${from}', which is no clock or is made from it`;
      throw new UsageError({
        what,
        where,
        remedy: `clocks are cpu, ${timebase.clocks.map((one) => one.name).join(', ')}`,
      });
    }
    ordered.push(next);
    waiting.delete(next[0]);
  }
  return ordered;
}
