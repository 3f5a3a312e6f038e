/** Why an access is refused: by its alignment, by the bus or physical protection, by the page tables. */
export type Refusal = 'misaligned' | 'access' | 'page';

/**
 * A memory access raises an exception; the address becomes mtval. The hart adds whether an AMO made it. There is one of a port,
 * used again and again: a page fault is no rare event, and making an Error costs more than the trap.
 */
export class AccessException extends Error {
  kind: 'fetch' | 'load' | 'store' = 'load';
  refusal: Refusal = 'access';
  /** Low and high word of the address, signed. */
  address = 0;
  high = 0;

  of(kind: AccessException['kind'], refusal: Refusal, address: number, high: number): this {
    this.kind = kind;
    this.refusal = refusal;
    this.address = address | 0;
    this.high = high | 0;
    return this;
  }
}
