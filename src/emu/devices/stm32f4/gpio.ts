import { type DeviceContext, defineDevice } from '../../device.js';
import type { Drive, Net, NetDriver, PinFunction, PinSide } from '../../net.js';
import type { Signal } from '../../signal.js';
import { u8 } from '../../state.js';
import { functionOf, PIN_FUNCTIONS } from './alternate-functions.js';
import { portLock } from './gpio-lock.js';
import { gpioRegisters, type PortReset } from './gpio-registers.js';

/**
 * A GPIO port: RM0090 chapter 8. IDR follows the pins at once: the synchroniser's AHB clock of delay (8.3.1) is
 * shorter than the bus access that looks at it. A floating input reads 0.
 *
 * Wires: output `in0` … `in15` is what the Schmitt trigger of each pin passes on to the EXTI multiplexer; `route0` …
 * `route15` is 1 + the number of the alternate function a pin is switched to, 0 in the other modes. Input `taken` is a mask of pins
 * that the port does not drive: Standby mode, or a function of the backup domain that goes before the port (8.3.13 to 8.3.15).
 */

const INPUT = 0;
const OUTPUT = 1;
const ALTERNATE = 2;
const ANALOG = 3;
const PULLS: readonly Drive[] = ['none', 'pull-up', 'pull-down', 'none'];

type GpioContext = DeviceContext<ReturnType<typeof gpioRegisters>>;

/** Pins of a port: the largest package ends at PI11. */
export function pinCount(letter: string): number {
  return letter === 'I' ? 12 : 16;
}

/** Two bits of `word` for a pin. */
const pair = (word: number, pin: number): number => (word >>> (pin * 2)) & 3;

class Port {
  readonly #d: GpioContext;
  /** A bit for each pin there is. */
  readonly #mask: number;
  readonly #drivers: NetDriver[];
  readonly #nets: Net[];
  readonly #inputs: Signal[];
  readonly #routes: Signal[];
  readonly #taken: Signal;
  /** By pin, then by AF number. */
  readonly #functions: (PinFunction | undefined)[][];

  constructor(d: GpioContext, letter: string) {
    this.#d = d;
    const pins = Array.from({ length: pinCount(letter) }, (_, pin) => `P${letter}${pin}`);
    this.#mask = (1 << pins.length) - 1;
    this.#nets = pins.map((pin) => d.net(pin));
    this.#drivers = this.#nets.map((net) => net.driver(d.name));
    this.#inputs = pins.map((_, pin) => d.output(`in${pin}`));
    this.#routes = pins.map((_, pin) => d.output(`route${pin}`));
    this.#functions = pins.map((name, pin) => this.#functionsOf(name, pin));
    for (const [pin, route] of this.#routes.entries()) {
      route.listen((_, before) => this.#functions[pin]![before - 1]?.setInput(undefined));
    }
    for (const [pin, net] of this.#nets.entries()) net.listen(() => this.sense(pin));
    this.#taken = d.input('taken', () => this.output(0xffff));
  }

  #functionsOf(name: string, pin: number): (PinFunction | undefined)[] {
    const functions: (PinFunction | undefined)[] = [];
    for (const [af, functionName] of PIN_FUNCTIONS.get(name) ?? []) {
      const shared = this.#d.pinFunction(functionName);
      functions[af] = shared;
      shared.addPin(new FunctionPin(this, pin, af));
    }
    return functions;
  }

  /** Whether a pin is switched to an alternate function. */
  isRouted(pin: number, af: number): boolean {
    return this.#routes[pin]!.level === af + 1;
  }
  digital(pin: number): 0 | 1 {
    return this.#nets[pin]!.digital;
  }
  nameOf(pin: number): string {
    return this.#nets[pin]!.name;
  }
  isFloating(pin: number): boolean {
    return this.#nets[pin]!.level === 'floating';
  }
  isObserved(pin: number): boolean {
    return this.#nets[pin]!.observed;
  }
  isDrivenLow(pin: number): boolean {
    return this.#nets[pin]!.drivenLowBesides(this.#drivers[pin]!);
  }
  isOpenDrain(pin: number): boolean {
    return ((this.#d.regs.OTYPER.value >>> pin) & 1) === 1;
  }

  mode(pin: number): number {
    return pair(this.#d.regs.MODER.value, pin);
  }
  alternate(pin: number): number {
    const { AFRL, AFRH } = this.#d.regs;
    return ((pin < 8 ? AFRL : AFRH).value >>> ((pin & 7) * 4)) & 15;
  }

  /** Carries new output data to the pins in `changed`; a pin whose level changes is sensed by its net's listener. */
  output(changed: number): void {
    for (let rest = changed & this.#mask; rest !== 0; rest &= rest - 1) this.drive(31 - Math.clz32(rest & -rest));
  }

  /** Brings the pins in `changed` in line with the registers. */
  update(changed = 0xffff): void {
    for (let rest = changed & this.#mask; rest !== 0; rest &= rest - 1) {
      const pin = 31 - Math.clz32(rest & -rest);
      this.#routes[pin]!.set(this.mode(pin) === ALTERNATE ? this.alternate(pin) + 1 : 0);
      this.#nets[pin]!.analog = this.mode(pin) === ANALOG;
      this.drive(pin);
      this.sense(pin);
    }
  }

  /** Carries the pin's level to IDR, the EXTI multiplexer and the peripheral it is routed to (8.3.9 to 8.3.12). */
  sense(pin: number): void {
    const { IDR } = this.#d.regs;
    const level = this.mode(pin) === ANALOG ? 0 : this.#nets[pin]!.digital;
    IDR.value = (IDR.value & ~(1 << pin)) | (level << pin);
    this.#inputs[pin]!.set(level);
    this.#functions[pin]![this.#routes[pin]!.level - 1]?.setInput(level);
  }

  drive(pin: number): void {
    this.#drivers[pin]!.set(this.#wanted(pin));
  }

  #wanted(pin: number): Drive {
    const { OTYPER, PUPDR, ODR } = this.#d.regs;
    const mode = this.mode(pin);
    if (mode === ANALOG || (this.#taken.level >>> pin) & 1) return 'none';
    const pull = PULLS[pair(PUPDR.value, pin)]!;
    if (mode === INPUT) return pull;
    const driven = mode === OUTPUT ? level(ODR.value, pin) : this.#functions[pin]![this.alternate(pin)]?.output;
    if (driven === 'low') return 'low';
    if (driven !== 'high') return pull;
    return (OTYPER.value >>> pin) & 1 ? pull : 'high';
  }
}

/** A pin as one of its alternate functions knows it. */
class FunctionPin implements PinSide {
  readonly #port: Port;
  readonly #pin: number;
  readonly #af: number;

  constructor(port: Port, pin: number, af: number) {
    this.#port = port;
    this.#pin = pin;
    this.#af = af;
  }
  get name(): string {
    return this.#port.nameOf(this.#pin);
  }
  get floating(): boolean {
    return this.#port.isFloating(this.#pin);
  }
  get openDrain(): boolean {
    return this.#port.isOpenDrain(this.#pin);
  }
  get observed(): boolean {
    return this.#port.isObserved(this.#pin);
  }
  get drivenLow(): boolean {
    return this.#port.isDrivenLow(this.#pin);
  }
  get level(): 0 | 1 | undefined {
    return this.#port.isRouted(this.#pin, this.#af) ? this.#port.digital(this.#pin) : undefined;
  }
  driven(): void {
    if (this.#port.isRouted(this.#pin, this.#af)) this.#port.drive(this.#pin);
  }
}

const level = (word: number, pin: number): Drive => ((word >>> pin) & 1 ? 'high' : 'low');

/** Pins of which a register with `width` bits a pin changed. */
function changedPins(difference: number, width: number, first = 0): number {
  let pins = 0;
  for (let i = 0; i < 32 / width; i++) {
    if ((difference >>> (i * width)) & ((1 << width) - 1)) pins |= 1 << (first + i);
  }
  return pins & 0xffff;
}

/** The reset values of the JTAG pins: RM0090 8.4.1, 8.4.3, 8.4.4. */
const PORT_RESETS: Readonly<Record<string, PortReset>> = {
  A: { moder: 0xa800_0000, ospeedr: 0x0c00_0000, pupdr: 0x6400_0000 },
  B: { moder: 0x0000_0280, ospeedr: 0x0000_00c0, pupdr: 0x0000_0100 },
};

/** Port `'A'` to `'I'`. */
export function gpio(letter: string) {
  return defineDevice({
    name: 'stm32-gpio',
    size: 0x400,
    registers: gpioRegisters(PORT_RESETS[letter]),
    state: { lockStep: u8(), lockBits: u8(2), locked: u8(), lockTold: u8() },
    setup(d) {
      const { MODER, OTYPER, OSPEEDR, PUPDR, ODR, BSRR, AFRL, AFRH } = d.regs;
      const port = new Port(d, letter);
      const lock = portLock(d);
      const configures = (name: string, register: typeof MODER, width: number, first = 0): void =>
        d.onWrite(register, (value, old) => {
          register.value = lock.keep(name, value, old, width, first);
          port.update(changedPins(register.value ^ old, width, first));
        });
      configures('MODER', MODER, 2);
      configures('OTYPER', OTYPER, 1);
      configures('OSPEEDR', OSPEEDR, 2);
      configures('PUPDR', PUPDR, 2);
      configures('AFRL', AFRL, 4);
      configures('AFRH', AFRH, 4, 8);
      d.onWrite(ODR, (value, old) => port.output(value ^ old));
      d.onWrite(BSRR, (_value, _old, written) => {
        // 8.4.7: where both bits of a pin are written, set has priority.
        const old = ODR.value;
        BSRR.value = 0;
        ODR.value = (old & ~(written >>> 16)) | (written & 0xffff);
        port.output(ODR.value ^ old);
      });
      d.onReset(() => port.update());
      return {
        /** What a pin is set up as, in words: `PA2 is in input mode`. */
        describe(pin: number): string {
          const name = `P${letter}${pin}`;
          const mode = port.mode(pin);
          if (mode !== ALTERNATE) return `${name} is in ${['input', 'output', '', 'analog'][mode]} mode`;
          const af = port.alternate(pin);
          return `${name} has AF${af} (${functionOf(name, af) ?? 'nothing there'})`;
        },
      };
    },
  });
}
