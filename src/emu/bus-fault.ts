import { hex } from './bits.js';

export type BusFaultKind = 'unmapped' | 'absent' | 'read-only' | 'device' | 'execute' | 'unprivileged' | 'unaligned';

/** An access of the guest that the bus answers with an error; the core turns it into its architecture's fault. */
export class BusFault extends Error {
  readonly address: number;
  readonly kind: BusFaultKind;
  readonly write: boolean;

  constructor(kind: BusFaultKind, address: number, write: boolean, what: string) {
    super(`${write ? 'write to' : kind === 'execute' ? 'fetch from' : 'read of'} ${hex(address)}: ${what}`);
    this.name = 'BusFault';
    this.kind = kind;
    this.address = address >>> 0;
    this.write = write;
  }
}
