import { checkRange } from '../options.js';
import type { PartContext } from '../part.js';
import type { Storage } from '../storage.js';
import { chipSelect } from './chip-select.js';

/** What the two accelerometers of the Discovery boards have in common. */

export interface AccelerometerPins {
  /** `'spi1'` */
  readonly bus: string;
  readonly select: string;
  readonly int1: string;
  readonly int2: string;
}

export const ACCELEROMETER_PINS = ['bus', 'select', 'int1', 'int2'] satisfies (keyof AccelerometerPins)[];

/** In g; at rest on a table z is 1. */
export interface Acceleration {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Accelerometer {
  /** What acts on it: the test sets it. */
  acceleration: Acceleration;
}

/** The shock that both survive: absolute maximum ratings of their data sheets. */
const MOST_G = 10_000;
const AXES = ['x', 'y', 'z'] as const;

/** The acceleration around a part, as state that survives power cycles. */
export class Surroundings {
  readonly #name: string;
  readonly #storage: Storage;

  constructor(p: PartContext) {
    this.#name = p.name;
    this.#storage = p.storage('around', 24, { contents: new Uint8Array(Float64Array.of(0, 0, 1).buffer) });
  }
  get acceleration(): Acceleration {
    const view = new DataView(this.#storage.bytes().buffer);
    return { x: view.getFloat64(0, true), y: view.getFloat64(8, true), z: view.getFloat64(16, true) };
  }
  set acceleration(a: Acceleration) {
    for (const axis of AXES) checkRange(`${this.#name}.acceleration.${axis}`, a[axis], -MOST_G, MOST_G, ' g');
    this.#storage.write(0, new Uint8Array(Float64Array.of(...AXES.map((axis) => a[axis])).buffer));
  }
  /** The three axes in digits of `perDigit` g, within ±`most`. */
  digits(perDigit: number, most: number): [number, number, number] {
    const { x, y, z } = this.acceleration;
    const digit = (g: number) => Math.max(-most - 1, Math.min(most, Math.round(g / perDigit)));
    return [digit(x), digit(y), digit(z)];
  }
}

export interface SpiRegisters {
  read(register: number): number;
  write(register: number, byte: number): void;
  /** How the first byte is read: read or write, the register, and whether it goes on with the next one. */
  decode(first: number): { readonly read: boolean; readonly register: number; readonly increment: boolean };
}

/** ST's SPI protocol of sensors: a byte that says read or write and which register, then its bytes. */
export function attachSpiRegisters(p: PartContext, bus: string, select: string, registers: SpiRegisters): void {
  const words = p.words('message', 2);
  const [COUNT, FIRST] = [0, 1] as const;
  const chip = chipSelect(p, select, {
    fell: () => {
      words[COUNT] = 0;
    },
  });
  const place = () => {
    const { read, register, increment } = registers.decode(words[FIRST]!);
    return { read, register: (register + (increment ? words[COUNT]! - 1 : 0)) & 0x7f };
  };
  p.host(bus, 'spi').attach({
    name: p.name,
    unit: 8,
    selected: () => chip.active,
    begin() {
      if (words[COUNT] === 0) return undefined;
      const { read, register } = place();
      return read ? registers.read(register) & 0xff : undefined;
    },
    end(byte) {
      if (words[COUNT] === 0) words[FIRST] = byte;
      else {
        const { read, register } = place();
        if (!read) registers.write(register, byte);
      }
      words[COUNT]!++;
    },
  });
}
