import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { RegisterCell } from '../../../register-file.js';
import type { Signal } from '../../../signal.js';
import { GpioPin } from './gpio-pin.js';
import { type GpioRegisters, gpioRegisters } from './gpio-registers.js';
import { IOF_MAPS, type IofMap } from './iof-map.js';

export interface SifiveGpioOptions {
  /** Number of pins; 32 if not given. */
  readonly pins?: number;
  /** Their names without the number; `GPIO` if not given. */
  readonly prefix?: string;
  /** The chip whose functions its pins have (IOF0, IOF1); without it the port has no multiplexer. */
  readonly iof?: keyof typeof IOF_MAPS;
  /** A pin that resets the board when the chip drives it low. */
  readonly restart?: number;
}

export type GpioContext = DeviceContext<GpioRegisters>;

/** Bits that are set, lowest first. */
function eachBit(bits: number, fn: (bit: number) => void): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) fn(31 - Math.clz32(rest & -rest));
}

/**
 * SiFive's GPIO port (FE310-G002 manual, chapter 17). Inputs follow the pins at once: the three clocks of the synchroniser
 * are shorter than the bus access that looks at them. Wires: `irq0` … one a pin.
 */
export function sifiveGpio(
  options: SifiveGpioOptions = {},
): DeviceType<Handle<GpioRegisters, { describe(pin: number): string }>> {
  const count = options.pins ?? 32;
  return defineDevice({
    name: 'sifive-gpio',
    size: 0x1000,
    registers: gpioRegisters(count),
    setup(d) {
      const port = new Port(d, count, options);
      return { describe: (pin: number) => port.describe(pin) };
    },
  });
}

class Port {
  readonly #d: GpioContext;
  readonly #all: number;
  readonly #names: readonly string[];
  readonly #functions: IofMap;
  readonly #pins: readonly GpioPin[];
  readonly #irqs: readonly Signal[];

  constructor(d: GpioContext, count: number, { prefix = 'GPIO', iof, restart }: SifiveGpioOptions) {
    const functions = iof === undefined ? {} : IOF_MAPS[iof];
    this.#d = d;
    this.#all = count === 32 ? -1 : (1 << count) - 1;
    this.#functions = functions;
    this.#names = Array.from({ length: count }, (_, pin) => `${prefix}${pin}`);
    this.#pins = this.#names.map((name, pin) => new GpioPin(d, pin, name, functions[pin] ?? []));
    this.#irqs = this.#names.map((_, pin) => d.output(`irq${pin}`));
    for (const [pin, { net }] of this.#pins.entries()) net.listen(() => this.#sense(pin));
    const wired = restart === undefined ? undefined : this.#pins[restart];
    wired?.net.listen(() => wired.drivesLow && d.requestReset('pin'));
    this.#listen();
  }

  #listen(): void {
    const { regs } = this.#d;
    const on = (register: RegisterCell, fn: (changed: number) => void) =>
      this.#d.onWrite(register, (value, old) => fn((value ^ old) & this.#all));
    for (const register of [regs.output_en, regs.output_val, regs.pue, regs.out_xor]) {
      on(register, (changed) => eachBit(changed, (pin) => this.#pins[pin]!.drive()));
    }
    for (const register of [regs.iof_en, regs.iof_sel]) on(register, (changed) => this.#route(changed));
    on(regs.input_en, (changed) => eachBit(changed, (pin) => this.#sense(pin)));
    for (const register of [regs.rise_ie, regs.rise_ip, regs.fall_ie, regs.fall_ip, regs.high_ie, regs.low_ie]) {
      on(register, (changed) => this.#interrupt(changed));
    }
    // a level that lasts is pending again at once (17.5)
    for (const register of [regs.high_ip, regs.low_ip]) {
      this.#d.onWrite(register, () => {
        regs.high_ip.value |= regs.input_val.value;
        regs.low_ip.value |= ~regs.input_val.value & this.#all;
        this.#interrupt(this.#all);
      });
    }
    this.#d.onReset(() => {
      this.#route(this.#all);
    });
  }

  describe(pin: number): string {
    const { iof_en, iof_sel, input_en, output_en } = this.#d.regs;
    const bit = (register: RegisterCell) => (register.value >>> pin) & 1;
    const name = this.#names[pin]!;
    if (bit(iof_en))
      return `${name} has IOF${bit(iof_sel)} (${this.#functions[pin]?.[bit(iof_sel)] ?? 'nothing there'})`;
    if (bit(output_en)) return `${name} is an output`;
    return bit(input_en) ? `${name} is an input` : `${name} is neither input nor output`;
  }

  #route(changed: number): void {
    eachBit(changed, (pin) => {
      const one = this.#pins[pin]!;
      one.route();
      one.drive();
      this.#sense(pin);
    });
  }

  /** Takes over a pin's level, with its edges (17.5). */
  #sense(pin: number): void {
    const { input_val, rise_ip, fall_ip, high_ip, low_ip } = this.#d.regs;
    const one = this.#pins[pin]!;
    one.sense();
    const mask = 1 << pin;
    const before = (input_val.value & mask) !== 0;
    const high = one.input === 1;
    if (high) high_ip.value |= mask;
    else low_ip.value |= mask;
    if (high !== before) {
      input_val.value ^= mask;
      if (high) rise_ip.value |= mask;
      else fall_ip.value |= mask;
    }
    this.#interrupt(mask);
  }

  #interrupt(changed: number): void {
    const { rise_ie, rise_ip, fall_ie, fall_ip, high_ie, high_ip, low_ie, low_ip } = this.#d.regs;
    const pending =
      (rise_ie.value & rise_ip.value) |
      (fall_ie.value & fall_ip.value) |
      (high_ie.value & high_ip.value) |
      (low_ie.value & low_ip.value);
    eachBit(changed, (pin) => this.#irqs[pin]!.set((pending >>> pin) & 1));
  }
}
