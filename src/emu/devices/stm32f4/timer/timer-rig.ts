import type { DeviceType } from '../../../device.js';
import { DeviceHarness } from '../../../device-harness.js';
import { ADVANCED, TIM2 } from './timer-registers.js';

/** For the tests: a timer alone, at 16 MHz, with registers by name. */

const OFFSETS = Object.fromEntries(
  Object.entries({ ...ADVANCED, OR: TIM2.OR }).map(([name, { offset }]) => [name, offset]),
) as Readonly<Record<keyof typeof ADVANCED | 'OR', number>>;
type Name = keyof typeof OFFSETS;

export class TimerRig<H extends object = object> {
  readonly h: DeviceHarness<H>;
  readonly label: string;

  constructor(type: DeviceType<H>, label: string) {
    this.label = label;
    this.h = new DeviceHarness(type, { name: label.toLowerCase() });
  }

  set(values: Partial<Record<Name, number>>): this {
    for (const [name, value] of Object.entries(values)) this.h.write(OFFSETS[name as Name], value);
    return this;
  }
  get(name: Name): number {
    return this.h.read(OFFSETS[name]);
  }
  run(clocks: number): this {
    this.h.run(clocks);
    return this;
  }
  /** What the timer does to a pin function: `CH1N`. */
  out(role: string): string {
    return this.h.pinFunction(`${this.label}_${role}`).output;
  }
  /** A level on the pin that carries a function. */
  pin(role: string, level: 0 | 1): this {
    this.h.pinFunction(`${this.label}_${role}`).setInput(level);
    return this;
  }
  level(wire: string): number {
    return this.h.signal(wire).level;
  }
  /** Clocks, from now on, at which a pin's drive changes, with what it becomes. */
  edges(role: string, clocks: number): [number, string][] {
    const edges: [number, string][] = [];
    let before = this.out(role);
    for (let clock = 1; clock <= clocks; clock++) {
      this.run(1);
      const now = this.out(role);
      if (now !== before) edges.push([clock, now]);
      before = now;
    }
    return edges;
  }
  /** Clocks, from now on, at which a wire rises. */
  pulses(wire: string, clocks: number): number[] {
    const { clock } = this.h.instance;
    const from = clock.now();
    const at: number[] = [];
    const watching = { on: true };
    this.h.signal(wire).listen((level) => watching.on && level !== 0 && at.push(clock.now() - from));
    this.run(clocks);
    watching.on = false;
    return at;
  }
}

/** Bits by name, for tests that read like the manual. */
export const [CEN, UDIS, URS, OPM, DIR, ARPE] = [1, 2, 4, 8, 0x10, 0x80] as const;
export const [UIF, CC1IF, CC2IF, CC3IF, CC4IF, COMIF, TIF, BIF, CC1OF] = [1, 2, 4, 8, 16, 32, 64, 128, 512] as const;
export const [UG, CC1G, COMG, TG, BG] = [1, 2, 32, 64, 128] as const;
