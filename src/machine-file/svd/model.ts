/** A chip as its SVD file describes it, with everything inherited and every array spelled out. */

export type SvdAccess = 'read-only' | 'write-only' | 'read-write' | 'writeOnce' | 'read-writeOnce';

/** What a write does instead of storing (`modifiedWriteValues`). */
export type WriteEffect =
  | 'modify'
  | 'oneToClear'
  | 'oneToSet'
  | 'oneToToggle'
  | 'zeroToClear'
  | 'zeroToSet'
  | 'zeroToToggle'
  | 'clear'
  | 'set';

/** What a read does besides (`readAction`). */
export type ReadEffect = 'none' | 'clear' | 'set';

export interface Behaviour {
  readonly access: SvdAccess;
  readonly write: WriteEffect;
  readonly read: ReadEffect;
}

export interface SvdField extends Behaviour {
  readonly name: string;
  readonly low: number;
  readonly width: number;
  /** Names of values, for traces. */
  readonly values: ReadonlyMap<number, string>;
}

export interface SvdRegister extends Behaviour {
  /** With the names of the clusters it is in: `CH0_CR`. */
  readonly name: string;
  readonly offset: number;
  /** Bits: 8, 16, 32 or 64. */
  readonly size: number;
  /** Bits that no reset defines are 0. */
  readonly reset: bigint;
  readonly fields: readonly SvdField[];
}

export interface SvdPeripheral {
  readonly name: string;
  readonly group: string | undefined;
  readonly base: number;
  /** Bytes from `base` on in which it answers. */
  readonly size: number;
  /** Up to where its last register reaches. */
  readonly used: number;
  readonly interrupts: readonly { readonly name: string; readonly value: number }[];
  readonly registers: readonly SvdRegister[];
  /** Line and column in the file. */
  readonly where: string;
}

export interface SvdCpu {
  /** `CM4`, `CM0+`, `other` … */
  readonly name: string;
  readonly priorityBits: number | undefined;
  readonly interrupts: number | undefined;
  readonly where: string;
}

export interface SvdDevice {
  readonly name: string;
  readonly vendor: string | undefined;
  readonly cpu: SvdCpu | undefined;
  readonly peripherals: readonly SvdPeripheral[];
  readonly path: string;
}
