import { definePart, type PartType } from '../part.js';
import type { UartFrame } from '../uart-link.js';
import { Channel } from './bridge.js';
import { placeOf } from './place.js';
import type { Wire } from './wire.js';

/** Places in the number that a frame crosses as; the length of a bit is the other one. */
const [BITS, HALVES, LOW] = [1 << 9, 1 << 13, 1 << 16];

/** `uartWire('a.usart2', 'b.usart3')`: TX of each to RX of the other. */
export function uartWire(one: string, other: string): Wire {
  const [here, there] = [placeOf(one, 'a UART'), placeOf(other, 'a UART')];
  return {
    name: `uart ${one} ↔ ${other}`,
    boards: [here.board, there.board],
    ends(bridge, first, second) {
      const [forth, back] = [new Channel(bridge, first, second), new Channel(bridge, second, first)];
      return [endOf(here.name, forth, back), endOf(there.name, back, forth)];
    },
  };
}

function endOf(device: string, out: Channel, into: Channel): PartType {
  return definePart({
    kind: 'wire',
    setup(p) {
      const host = p.host(device, 'uart');
      host.attach({ begin: (frame) => out.send(packed(frame), frame.bitNs) });
      into.receiver(p, (frame, bitNs) => host.hear(unpacked(frame, bitNs)));
      return {};
    },
  });
}

function packed({ word, bits, stopHalves, low = 0 }: UartFrame): number {
  return word + bits * BITS + stopHalves * HALVES + low * LOW;
}
function unpacked(frame: number, bitNs: number): UartFrame {
  const low = Math.floor(frame / LOW);
  return {
    word: frame % BITS,
    bits: Math.floor(frame / BITS) % 16,
    stopHalves: Math.floor(frame / HALVES) % 8,
    bitNs,
    ...(low > 0 ? { low } : {}),
  };
}
