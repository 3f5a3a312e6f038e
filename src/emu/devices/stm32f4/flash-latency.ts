import type { FlashContext } from './flash-control.js';

/** RM0090 table 10: MHz that each wait state allows, by the least VDD in mV. */
const STEPS = [
  { millivolts: 2700, megahertz: 30 },
  { millivolts: 2400, megahertz: 24 },
  { millivolts: 2100, megahertz: 22 },
  { millivolts: 0, megahertz: 20 },
] as const;

/** Wait states that flash needs at a clock and a supply. */
export function waitStatesFor(hertz: number, millivolts: number): number {
  const { megahertz } = STEPS.find((step) => millivolts >= step.millivolts)!;
  return Math.max(0, Math.ceil(hertz / (megahertz * 1e6)) - 1);
}

/** Tells of wait states that are too few, whichever changed: the clock, ACR.LATENCY or VDD (RM0090 3.5.1). */
export function flashLatency(d: FlashContext): () => void {
  const { ACR } = d.regs;
  const { told } = d.state;
  const check = (): void => {
    const millivolts = supply.level || 3300;
    const needed = waitStatesFor(d.clock.hertz, millivolts);
    if (ACR.LATENCY >= needed) {
      told[0] = 0;
      return;
    }
    if (told[0] === needed) return;
    told[0] = needed;
    d.report({
      kind: 'misuse',
      rule: 'flash-latency',
      what: `HCLK runs at ${d.clock.hertz / 1e6} MHz at ${millivolts / 1000} V with FLASH.ACR.LATENCY = ${ACR.LATENCY}: flash needs ${needed} wait states`,
      remedy: 'raise LATENCY before the clock, and lower it after the clock',
      section: 'RM0090 3.5.1',
    });
  };
  const supply = d.input('millivolts', check);
  d.clock.onChange(check);
  return check;
}
