import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface LedOptions {
  /** Lit while the pin is low (wired to the supply); by default while it is high. */
  readonly activeLow?: boolean;
}

export interface Led {
  readonly pin: string;
  /** Whether it is lit now: the pin is driven or pulled to its active level. */
  readonly lit: boolean;
}

/** An LED with its resistor on a pin. It draws no level of its own: an undriven pin leaves it dark and floating. */
export function led(pin: string, options: LedOptions = {}): PartType<Led> {
  checkNames('led', options, ['activeLow']);
  return definePart({
    kind: 'led',
    pins: [pin],
    setup(p) {
      const net = p.net(pin);
      const active = options.activeLow ? 'low' : 'high';
      return {
        pin,
        get lit() {
          return net.strength === 'driven' && net.level === active;
        },
      };
    },
  });
}
