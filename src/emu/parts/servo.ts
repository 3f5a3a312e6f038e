import type { Net } from '../net.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface ServoOptions {
  /** Pulse of the two ends, in µs; 1000 and 2000 as hobby servos have. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Degrees from one end to the other. */
  readonly range?: number;
}

export interface Servo {
  readonly pin: string;
  /** Where the last whole pulse sends it, in degrees; undefined before the first. */
  readonly angle: number | undefined;
  /** Length of the last whole pulse, in µs. */
  readonly pulse: number | undefined;
}

/** A hobby servo: it goes where the length of the pulses on its pin tells it to. */
export function servo(pin: string, options: ServoOptions = {}): PartType<Servo> {
  checkNames('servo', options, ['minimum', 'maximum', 'range']);
  const { minimum = 1000, maximum = 2000, range = 180 } = options;
  return definePart({
    kind: 'servo',
    pins: [pin],
    setup(p) {
      const net = p.net(pin);
      return {
        pin,
        get pulse() {
          return lastPulse(net);
        },
        get angle() {
          const pulse = lastPulse(net);
          if (pulse === undefined) return undefined;
          const share = (pulse - minimum) / (maximum - minimum);
          return Math.max(0, Math.min(1, share)) * range;
        },
      };
    },
  });
}

/** In µs. */
function lastPulse({ edges }: Net): number | undefined {
  let fell: number | undefined;
  for (let index = edges.length - 1; index >= edges.first; index--) {
    const { ns, level } = edges.at(index)!;
    if (level !== 'high') fell = ns;
    else if (fell !== undefined) return (fell - ns) / 1000;
  }
  return undefined;
}
