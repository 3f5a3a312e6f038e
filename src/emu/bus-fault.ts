import { hex } from './bits.js';

export type BusFaultKind =
  | 'unmapped'
  | 'absent'
  | 'read-only'
  | 'device'
  | 'execute'
  | 'unprivileged'
  | 'unaligned'
  | 'refused';

/** A fetch from a memory that is busy: the instruction at pc has to wait, and nothing happened yet. */
export class FetchStall extends Error {}

/**
 * An access of the guest that the bus answers with an error; the core turns it into its architecture's fault. It has no stack: a guest
 * may make many of them, and taking one down costs ten times the rest of a trap.
 */
export class BusFault extends Error {
  readonly address: number;
  readonly kind: BusFaultKind;
  readonly write: boolean;

  constructor(kind: BusFaultKind, address: number, write: boolean, what: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${write ? 'write to' : kind === 'execute' ? 'fetch from' : 'read of'} ${hex(address)}: ${what}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'BusFault';
    this.kind = kind;
    this.address = address >>> 0;
    this.write = write;
  }
}
