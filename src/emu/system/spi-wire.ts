import { definePart } from '../part.js';
import type { SpiSlave } from '../spi-link.js';
import type { Bridge } from './bridge.js';
import { placeOf } from './place.js';
import type { Wire } from './wire.js';

/**
 * `spiWire('a.spi1', 'b.spi2')`: SCK, MISO and MOSI from the first board's peripheral, the master, to the second's in slave mode. Chip
 * select is a pin like any other: `gpioWire('a.PE3', 'b.PB12')`.
 */
export function spiWire(master: string, slave: string): Wire {
  const [one, other] = [placeOf(master, 'an SPI'), placeOf(slave, 'an SPI')];
  return {
    name: `spi ${master} → ${slave}`,
    boards: [one.board, other.board],
    leader: "the master's board",
    ends(bridge, first, second) {
      let far: SpiSlave | undefined;
      /** The other board at this instant; undefined while nothing crosses. */
      const there = () => reach(bridge, first, second, far);
      const masterEnd = definePart({
        kind: 'wire',
        setup(p) {
          p.host(one.name, 'spi').attach({
            name: slave,
            get unit() {
              return there()?.unit;
            },
            selected: () => there()?.selected() ?? false,
            begin: (frame) => there()?.begin(frame),
            end: (mosi, frame) => there()?.end(mosi, frame),
          });
          return {};
        },
      });
      const slaveEnd = definePart({
        kind: 'wire',
        setup(p) {
          far = p.host(other.name, 'spi').asSlave;
          return {};
        },
      });
      return [masterEnd, slaveEnd];
    },
  };
}

/** What is at the far end of a wire, its board brought to the near one's instant. */
export function reach<T>(bridge: Bridge, near: number, far: number, end: T | undefined): T | undefined {
  const { lockstep } = bridge;
  if (lockstep === undefined || lockstep.frozen) return undefined;
  lockstep.catchUp(far, near);
  return end;
}
