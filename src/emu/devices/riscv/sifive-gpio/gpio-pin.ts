import type { Drive, Net, NetDriver, PinFunction, PinSide } from '../../../net.js';
import type { GpioContext } from './gpio.js';

const INVERTED: Readonly<Record<Drive, Drive>> = {
  high: 'low',
  low: 'high',
  none: 'none',
  'pull-up': 'pull-up',
  'pull-down': 'pull-down',
};

/** One pin: what drives it, and what it shows to the port and to the function it is switched to (FE310 17.4 to 17.8). */
export class GpioPin {
  readonly net: Net;
  readonly #d: GpioContext;
  readonly #mask: number;
  readonly #driver: NetDriver;
  readonly #functions: readonly (PinFunction | undefined)[];

  constructor(d: GpioContext, pin: number, name: string, functions: readonly (string | undefined)[]) {
    this.#d = d;
    this.#mask = 1 << pin;
    this.net = d.net(name);
    this.#driver = this.net.driver(d.name);
    this.#functions = functions.map((one, index) => {
      if (one === undefined) return undefined;
      const shared = d.pinFunction(one);
      shared.addPin(this.#side(index));
      return shared;
    });
  }

  /** The function that iof_en and iof_sel give the pin to; a hole in the table leaves it to the GPIO registers (17.8). */
  get #selected(): number {
    const { iof_en, iof_sel } = this.#d.regs;
    if ((iof_en.value & this.#mask) === 0) return -1;
    const index = (iof_sel.value & this.#mask) === 0 ? 0 : 1;
    return this.#functions[index] === undefined ? -1 : index;
  }
  #isSet(register: { readonly value: number }): boolean {
    return (register.value & this.#mask) !== 0;
  }

  /** What the input synchroniser passes on: 0 unless the input is enabled, by its register or by the function. */
  get input(): 0 | 1 {
    const enabled = this.#selected >= 0 || this.#isSet(this.#d.regs.input_en);
    return enabled ? this.net.digital : 0;
  }

  /** After a change of the multiplexer's registers. */
  route(): void {
    const selected = this.#selected;
    for (const [index, one] of this.#functions.entries()) {
      one?.setInput(index === selected ? this.net.digital : undefined);
    }
  }
  /** After a change of level: the function's input follows. */
  sense(): void {
    this.#functions[this.#selected]?.setInput(this.net.digital);
  }

  get drivesLow(): boolean {
    return this.#driver.drive === 'low';
  }
  drive(): void {
    this.#driver.set(this.#wanted);
  }

  get #wanted(): Drive {
    const { output_en, output_val, pue, out_xor } = this.#d.regs;
    const selected = this.#functions[this.#selected];
    const software = this.#isSet(output_en) ? (this.#isSet(output_val) ? 'high' : 'low') : 'none';
    const output: Drive = selected === undefined ? software : selected.output;
    // 17.7: the inversion comes last, behind the multiplexer
    const driven = this.#isSet(out_xor) ? INVERTED[output] : output;
    if (driven === 'none') return this.#isSet(pue) ? 'pull-up' : 'none';
    return driven;
  }

  /** The pin as its function `index` knows it. */
  #side(index: number): PinSide {
    const { net } = this;
    const routed = () => this.#selected === index;
    const drive = () => this.drive();
    const besides = () => net.drivenLowBesides(this.#driver);
    return {
      name: net.name,
      get level() {
        return routed() ? net.digital : undefined;
      },
      get floating() {
        return net.level === 'floating';
      },
      get observed() {
        return net.observed;
      },
      get drivenLow() {
        return besides();
      },
      driven() {
        if (routed()) drive();
      },
    };
  }
}
