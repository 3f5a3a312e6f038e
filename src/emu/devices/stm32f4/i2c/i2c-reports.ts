import type { DeviceProblem } from '../../../device.js';
import type { PinFunction } from '../../../net.js';
import { pinsOf } from '../alternate-functions.js';
import type { I2cLines } from './i2c-lines.js';
import type { I2cRegisters, I2cSettings } from './i2c-settings.js';

/** What may be said once between two resets. */
const SAID = {
  scl: 0,
  sda: 1,
  pushPull: 2,
  freq: 3,
  ccr: 4,
  limit: 5,
  lost: 6,
  locked: 7,
  sequence: 8,
  pending: 9,
} as const;

/** Data sheet (DS8626), I2C characteristics: Hz of SCL in standard and in fast mode. */
const LIMIT = [100e3, 400e3] as const;
/** Libraries round CCR down: 16 MHz / (3 × 13) is 410 kHz. */
const TOLERANCE = 1.05;

/** Misuse of an I2C, each kind once until the next reset. */
export class I2cReports {
  readonly #label: string;
  readonly #said: Uint8Array;
  readonly #report: (problem: DeviceProblem) => void;

  constructor(label: string, said: Uint8Array, report: (problem: DeviceProblem) => void) {
    this.#label = label;
    this.#said = said;
    this.#report = report;
  }
  #once(kind: number, problem: Omit<DeviceProblem, 'kind'>): void {
    if (this.#said[kind] !== 0) return;
    this.#said[kind] = 1;
    this.#report({ kind: 'misuse', ...problem });
  }

  /** Before a START: the pins must carry SCL and SDA, and be open drain (27.3.3, 8.3.7). */
  pins(lines: I2cLines): void {
    this.#pin(SAID.scl, lines.scl);
    this.#pin(SAID.sda, lines.sda);
    for (const { pin, name } of [lines.scl, lines.sda]) {
      if (pin?.openDrain !== false) continue;
      this.#once(SAID.pushPull, {
        rule: 'pin-function',
        what: `${pin.name} carries ${name} and is push-pull: it fights with whoever pulls the line low`,
        remedy: 'set its bit in OTYPER',
        section: 'RM0090 8.3.7',
      });
    }
  }
  #pin(kind: number, line: PinFunction): void {
    if (line.routed) return;
    const places = pinsOf(line.name).map(({ pin, af }) => `${pin} to AF${af}`);
    this.#once(kind, {
      rule: 'pin-function',
      what: `no pin carries ${line.name}`,
      remedy: `set ${places.join(' or ')} with its port's clock on and MODER in alternate function mode`,
      section: 'RM0090 8.3.2',
    });
  }

  /** When PE is set: 27.6.2, 27.6.8. */
  timing(regs: I2cRegisters, settings: I2cSettings, hertz: number): void {
    const { FREQ } = regs.CR2;
    if (Math.abs(FREQ - hertz / 1e6) >= 1) {
      this.#once(SAID.freq, {
        rule: 'configuration',
        what: `${this.#label}.CR2.FREQ is ${FREQ}, but PCLK1 is ${hertz / 1e6} MHz`,
        remedy: 'write the frequency of PCLK1 in MHz',
        section: 'RM0090 27.6.2',
      });
    }
    const { CCR, FS } = regs.CCR;
    if (CCR < settings.leastCcr) {
      this.#once(SAID.ccr, {
        rule: 'configuration',
        what: `${this.#label}.CCR.CCR is ${CCR}; the least is ${settings.leastCcr}`,
        section: 'RM0090 27.6.8',
      });
    }
    const scl = hertz / settings.bit;
    const limit = LIMIT[FS as 0 | 1];
    if (scl <= limit * TOLERANCE) return;
    this.#once(SAID.limit, {
      rule: 'clock-limit',
      what: `${this.#label} clocks SCL with ${Math.round(scl / 100) / 10} kHz; ${FS ? 'fast' : 'standard'} mode allows ${limit / 1e3} kHz`,
      remedy: 'set a larger CCR.CCR',
      section: 'RM0090 27.6.8',
    });
  }

  lost(): void {
    this.#once(SAID.lost, {
      rule: 'sequence',
      what: `${this.#label}: a byte written to DR was not sent: START, STOP or a NACK came before it`,
      remedy: 'wait for BTF before STOP or START, and look at AF',
      section: 'RM0090 27.3.3',
    });
  }
  /** START was set while CR1 asks for a STOP. */
  pending(): void {
    this.#once(SAID.pending, {
      rule: 'sequence',
      what: `${this.#label}.CR1.START was set, and STOP written once more, while CR1.STOP was still set: that may ask for a second STOP`,
      remedy: 'wait until CR1.STOP is 0 before the next write to CR1',
      section: 'RM0090 27.6.1',
    });
  }
  locked(register: string): void {
    this.#once(SAID.locked, {
      rule: 'sequence',
      what: `${this.#label}.${register} was written while CR1.PE is set`,
      remedy: 'clear PE first',
      section: 'RM0090 27.6.8',
    });
  }
  unseen(flag: string): void {
    this.#once(SAID.sequence, {
      rule: 'sequence',
      what: `${this.#label}.DR was written with ${flag} set and SR1 not read: the address is not sent`,
      remedy: `read SR1 first: reading it and then writing DR clears ${flag}`,
      section: 'RM0090 27.6.6',
    });
  }
}
