import { definePart, type PartType } from '../part.js';

/** Jumpers between two UARTs of one chip, TX of each to RX of the other: `jumper: uartJumper('usart1', 'usart6')`. One with itself is a loop. */
export function uartJumper(one: string, other: string): PartType {
  return definePart({
    kind: 'uart-jumper',
    setup(p) {
      const [here, there] = [p.host(one, 'uart'), p.host(other, 'uart')];
      here.attach({ begin: (frame) => there.hear(frame) });
      if (one !== other) there.attach({ begin: (frame) => here.hear(frame) });
      return {};
    },
  });
}
