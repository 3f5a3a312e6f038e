import type { PartType } from '../part.js';
import type { BoardNumber, Bridge } from './bridge.js';

/** A wire between two boards of a system. */
export interface Wire {
  /** `gpio a.PD12 → b.PA0`: for messages. */
  readonly name: string;
  /** Names of the two boards. */
  readonly boards: readonly [string, string];
  /** The second board must stand behind the first in the system. */
  readonly ordered: boolean;
  /** What is put on the two boards. */
  ends(bridge: Bridge, first: BoardNumber, second: BoardNumber): readonly [PartType, PartType];
}
