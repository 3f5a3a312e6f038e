import type { I2cLine, I2cSlave } from '../i2c-link.js';
import { definePart } from '../part.js';
import { Channel } from './bridge.js';
import { placeOf } from './place.js';
import { reach } from './spi-wire.js';
import type { Wire } from './wire.js';

/** `i2cWire('a.i2c1', 'b.i2c1')`: SDA and SCL. The first board is the bus's master, the second a slave on it. */
export function i2cWire(master: string, slave: string): Wire {
  const [one, other] = [placeOf(master, 'an I2C'), placeOf(slave, 'an I2C')];
  return {
    name: `i2c ${master} → ${slave}`,
    boards: [one.board, other.board],
    leader: "the master's board",
    ends(bridge, first, second) {
      let far: I2cSlave | undefined;
      let line: I2cLine | undefined;
      const there = () => reach(bridge, first, second, far);
      const released = new Channel(bridge, second, first);
      const masterEnd = definePart({
        kind: 'wire',
        setup(p) {
          line = p.host(one.name, 'i2c').attach({
            name: slave,
            started: () => there()?.started?.(),
            start: (address, read) => there()?.start(address, read) ?? false,
            write: (byte) => there()?.write(byte) ?? false,
            read: () => there()?.read() ?? 0xff,
            acknowledged: (ack) => there()?.acknowledged?.(ack),
            stop: () => there()?.stop?.(),
            stretching: () => there()?.stretching?.() ?? false,
          });
          released.receiver(p, () => line?.released());
          return {};
        },
      });
      const slaveEnd = definePart({
        kind: 'wire',
        setup(p) {
          const host = p.host(other.name, 'i2c');
          far = host.asSlave;
          host.onRelease(() => released.send(0));
          return {};
        },
      });
      return [masterEnd, slaveEnd];
    },
  };
}
