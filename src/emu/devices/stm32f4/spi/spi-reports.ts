import type { DeviceProblem } from '../../../device.js';
import { pinsOf } from '../alternate-functions.js';

/** What may be said once between two resets. */
export const SAID = {
  sck: 0,
  mosi: 1,
  mode: 2,
  fast: 3,
  contended: 4,
  dataLost: 5,
  disabledData: 6,
  cut: 7,
  limit: 8,
  changed: 9,
  i2s: 10,
  sd: 11,
  changedI2s: 12,
  nss: 13,
} as const;

/** Misuse, each kind once until the next reset. */
export class SpiReports {
  readonly #said: Uint8Array;
  readonly #report: (problem: DeviceProblem) => void;

  constructor(said: Uint8Array, report: (problem: DeviceProblem) => void) {
    this.#said = said;
    this.#report = report;
  }
  once(kind: number, problem: Omit<DeviceProblem, 'kind'>): void {
    if (this.#said[kind] !== 0) return;
    this.#said[kind] = 1;
    this.#report({ kind: 'misuse', ...problem });
  }
  unrouted(kind: number, name: string): void {
    this.once(kind, {
      rule: 'pin-function',
      what: `no pin carries ${name}`,
      remedy: routing(name),
      section: 'RM0090 8.3.2',
    });
  }
  missesSelect(label: string): void {
    this.once(SAID.nss, {
      rule: 'pin-function',
      what: `${label} is a master whose NSS is an input (CR1.SSM and CR2.SSOE are 0), and no pin carries ${label}_NSS: a low level there is a mode fault`,
      remedy: 'set SSM and SSI, or SSOE, or give NSS a pin that is high',
      section: 'RM0090 28.3.10',
    });
  }
}

/** What firmware must do to get a function onto a pin. */
export function routing(name: string): string {
  const places = pinsOf(name).map(({ pin, af }) => `${pin} to AF${af}`);
  return `set ${places.join(' or ')} with its port's clock on and MODER in alternate function mode`;
}
