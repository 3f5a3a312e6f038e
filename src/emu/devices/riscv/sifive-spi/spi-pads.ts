import type { DeviceContext } from '../../../device.js';
import type { Drive } from '../../../net.js';

/** What a port does to one of its pins. */
export interface Pad {
  drive(drive: Drive): void;
  /** Somebody looks at its edges. */
  readonly observed: boolean;
  /** Whether it reaches a pin at all. */
  readonly routed: boolean;
  readonly name: string;
}

export interface SpiPads {
  readonly sck: Pad;
  /** MOSI in single mode. */
  readonly dq0: Pad;
  readonly dq1: Pad;
  readonly selects: readonly Pad[];
}

/** Where a port's pins are: at the pin multiplexer (`SPI1_SCK` is a function there), or its own (`QSPI0_SCK` is a pin). */
export interface PadOptions {
  readonly prefix: string;
  readonly multiplexed: boolean;
  readonly selects: number;
}

export function spiPads(d: Pick<DeviceContext, 'net' | 'pinFunction' | 'name'>, options: PadOptions): SpiPads {
  const make = (role: string): Pad => {
    const name = `${options.prefix}_${role}`;
    return options.multiplexed ? d.pinFunction(name) : ownPin(d, name);
  };
  return {
    sck: make('SCK'),
    dq0: make('DQ0'),
    dq1: make('DQ1'),
    selects: Array.from({ length: options.selects }, (_, i) => make(`CS${i}`)),
  };
}

function ownPin(d: Pick<DeviceContext, 'net' | 'name'>, name: string): Pad {
  const net = d.net(name);
  const driver = net.driver(d.name);
  return {
    name,
    routed: true,
    drive: (drive) => driver.set(drive),
    get observed() {
      return net.observed;
    },
  };
}
