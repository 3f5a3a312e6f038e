import type { PartType } from '../part.js';
import type { BoardNumber, Bridge } from './bridge.js';

/** A wire between two boards of a system, or more. */
export interface Wire {
  /** `gpio a.PD12 → b.PA0`: for messages. */
  readonly name: string;
  /** Names of the boards. */
  readonly boards: readonly string[];
  /** What the first board is called where it must stand before the others in the system: `the master's board`. */
  readonly leader?: string;
  /** What is put on each of the boards, given their numbers. */
  ends(bridge: Bridge, ...boards: readonly BoardNumber[]): readonly PartType[];
}
