import { DRIVES, type Drive, type Net } from '../net.js';
import { definePart } from '../part.js';
import { Channel } from './bridge.js';
import { placeOf } from './place.js';
import type { Wire } from './wire.js';

/** `gpioWire('a.PD12', 'b.PA0')`: the second pin gets what the first one is driven or pulled to. */
export function gpioWire(from: string, to: string): Wire {
  const [source, target] = [placeOf(from, 'a pin'), placeOf(to, 'a pin')];
  return {
    name: `gpio ${from} → ${to}`,
    boards: [source.board, target.board],
    ends(bridge, first, second) {
      const channel = new Channel(bridge, first, second);
      let sent: Net | undefined;
      const sender = definePart({
        kind: 'wire',
        pins: [source.name],
        setup(p) {
          const net = p.net(source.name);
          sent = net;
          const tell = () => channel.send(DRIVES.indexOf(driveOf(net)));
          net.listen(tell);
          net.observe();
          bridge.onConnect(tell);
          return {};
        },
      });
      const receiver = definePart({
        kind: 'wire',
        pins: [target.name],
        drives: [target.name],
        setup(p) {
          const driver = p.net(target.name).driver(p.name);
          channel.receiver(p, (drive) => driver.set(DRIVES[drive]!));
          // What was on its way when the power failed is lost, but the far end still drives what it drives.
          p.onPowerOn(() => {
            if (sent !== undefined && bridge.lockstep?.frozen === false) driver.set(driveOf(sent));
          });
          return {};
        },
      });
      return [sender, receiver];
    },
  };
}

/** What a net does to whatever it is wired to. */
function driveOf({ level, strength }: Net): Drive {
  if (level !== 'high' && level !== 'low') return 'none';
  if (strength === 'driven') return level;
  return level === 'high' ? 'pull-up' : 'pull-down';
}
