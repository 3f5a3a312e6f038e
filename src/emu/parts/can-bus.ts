import type { CanBusHandle } from '../can-link.js';
import { UsageError } from '../errors.js';
import { definePart, type PartType } from '../part.js';

/** The bus that several controllers are wired to. */
export interface CanBusPart {
  readonly bus: CanBusHandle;
}

/** Wires CAN controllers of one board to one bus, that of the first: `bus: canBus(['can1', 'can2'])`. */
export function canBus(controllers: readonly string[]): PartType<CanBusPart> {
  return definePart({
    kind: 'can-bus',
    setup(p) {
      const [first, ...others] = controllers.map((name) => p.host(name, 'can'));
      if (first === undefined) {
        throw new UsageError({ what: `part '${p.name}' wires no controllers`, remedy: "canBus(['can1', 'can2'])" });
      }
      for (const other of others) other.moveTo(first.place);
      return { bus: first.bus };
    },
  });
}
