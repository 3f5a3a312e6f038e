/** `board.pin('PD12')`: a pin as a test sees and drives it. */

import type { Voltage } from '../emu/analog.js';
import { UsageError } from '../emu/errors.js';
import type { Machine } from '../emu/machine.js';
import type { Edge, Level, Net, Strength } from '../emu/net.js';
import type { PinSubject } from '../matchers/subject.js';

/** What a test can do with a pin. */
export interface Pin {
  readonly name: string;
  /** `'high'`, `'low'`, `'floating'`, or `'conflict'` when two drivers fight. */
  readonly level: Level;
  /** `'driven'`, `'pulled'` or `'none'`. */
  readonly strength: Strength;
  /** Changes of level so far (the last 16,384 at least), with machine time in ns and CPU cycles. */
  readonly edges: readonly Edge[];
  /** Puts a level on the pin from outside, against pulls (and against the chip, if it drives: a conflict). */
  drive(level: 'high' | 'low'): void;
  /** Pulls the pin from outside, as a resistor would. */
  pull(level: 'high' | 'low'): void;
  /**
   * Puts a voltage on the pin from outside: volts, or volts as a function of machine time in seconds (of nothing else:
   * snapshots keep which function is in force, not what it closes over). Analog inputs sample it; digital inputs see it
   * through their Schmitt trigger when it is set, so only a constant moves them.
   */
  setVoltage(voltage: Voltage): void;
  /** Volts on the pin: of a voltage source (the test's, a DAC), or 3.3 and 0 for high and low; undefined when it floats or two drivers fight. */
  readonly voltage: number | undefined;
  /** Takes `drive`, `pull` or `setVoltage` back. */
  release(): void;
}

/** Pins have no way to stop listening to them: one listener each, for whoever waits at the moment. */
export class PinHandle implements Pin, PinSubject {
  readonly name: string;
  readonly #net: Net;
  readonly #listeners = new Set<() => void>();

  constructor(name: string, net: Net) {
    this.name = name;
    this.#net = net;
    net.listen(() => {
      for (const fn of [...this.#listeners]) fn();
    });
  }
  get level(): Level {
    return this.#net.level;
  }
  get strength(): Strength {
    return this.#net.strength;
  }
  get edges(): readonly Edge[] {
    return [...this.#net.edges];
  }
  drive(level: 'high' | 'low'): void {
    checkLevel(`${this.name}.drive`, level);
    this.#net.externalVoltage.set(undefined);
    this.#net.external.set(level);
  }
  pull(level: 'high' | 'low'): void {
    checkLevel(`${this.name}.pull`, level);
    this.#net.externalVoltage.set(undefined);
    this.#net.external.set(level === 'high' ? 'pull-up' : 'pull-down');
  }
  setVoltage(voltage: Voltage): void {
    if (typeof voltage !== 'function' && !Number.isFinite(voltage)) {
      throw new UsageError({ what: `pin ${this.name} cannot be at ${voltage} V`, remedy: 'give a number of volts' });
    }
    this.#net.external.set('none');
    this.#net.externalVoltage.set(voltage);
  }
  get voltage(): number | undefined {
    return this.#net.voltage;
  }
  release(): void {
    this.#net.externalVoltage.set(undefined);
    this.#net.external.set('none');
  }
  onChange(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }
}

function checkLevel(where: string, level: unknown): void {
  if (level === 'high' || level === 'low') return;
  throw new UsageError({
    what: `${where}: there is no level ${JSON.stringify(level)}`,
    remedy: "give 'high' or 'low'",
  });
}

/** All pins of a machine, as handles that are made once. */
export class Pins {
  readonly #machine: Machine;
  readonly #handles = new Map<string, PinHandle>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** @throws UsageError when the machine has no such pin */
  get(name: string): PinHandle {
    const known = this.#handles.get(name);
    if (!known) this.#mustExist(name);
    const handle = known ?? new PinHandle(name, this.#machine.pin(name));
    this.#handles.set(name, handle);
    return handle;
  }

  #mustExist(name: string): void {
    const { name: board, assembly } = this.#machine;
    if (assembly.nets.has(name)) return;
    const upper = String(name).toUpperCase();
    const meant = assembly.nets.has(upper) ? `did you mean ${upper}? ` : '';
    const remedy =
      assembly.nets.size === 0 ? 'this board has no pins' : `${meant}pins are ${rangesText([...assembly.nets.keys()])}`;
    throw new UsageError({ what: `there is no pin '${name}'`, where: `board '${board}'`, remedy });
  }
}

/** `PA0–PA15, PB0, PB2–PB4`: names that end in a number, in runs. */
export function rangesText(names: readonly string[]): string {
  const split = names.map((name) => {
    const [, stem = name, digits = ''] = /^(.*?)(\d*)$/.exec(name)!;
    return { name, stem, number: digits === '' ? -1 : Number(digits) };
  });
  split.sort((a, b) => (a.stem === b.stem ? a.number - b.number : a.stem < b.stem ? -1 : 1));
  const runs: (typeof split)[] = [];
  for (const one of split) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.stem === one.stem && last.number + 1 === one.number) run.push(one);
    else runs.push([one]);
  }
  return runs.map((run) => (run.length === 1 ? run[0]!.name : `${run[0]!.name}–${run.at(-1)!.name}`)).join(', ');
}
