import type { CanNode, CanWords } from '../../../can-link.js';

/** What the two sides of a controller have in common: what happens on the bus it is on. */
export interface NodeSide {
  readonly name: string;
  /** It is in normal mode, in step with the bus, not bus-off. */
  readonly active: boolean;
  readonly bitTime: number;
  readonly loopback: boolean;
  readonly silent: boolean;
  readonly transmits: boolean;
  readonly receives: boolean;
  readonly errorPassive: boolean;
  next(): CanWords | undefined;
  started(): void;
  taking(sending: boolean): void;
  lostArbitration(): void;
  received(frame: CanWords): void;
  transmitted(): void;
  failed(code: number, sending: boolean): void;
  over(): void;
  quiet(): void;
}

/** A controller on the outer bus, or (loop back mode, RM0090 32.5.2) on one of its own inside. */
export class ControllerNode implements CanNode {
  readonly name: string;
  readonly alone: boolean;
  readonly #side: NodeSide;

  constructor(side: NodeSide, inside: boolean) {
    this.name = side.name;
    this.alone = inside;
    this.#side = side;
  }
  /** Whether this is the bus it is on now. */
  get #here(): boolean {
    return this.#side.loopback === this.alone;
  }
  get bitTime(): number {
    return this.#here && this.#side.active ? this.#side.bitTime : 0;
  }
  get connected(): boolean {
    return this.alone || (this.#side.transmits && this.#side.receives);
  }
  get listens(): boolean {
    return !this.alone && this.#here && this.#side.active && this.#side.receives;
  }
  get acknowledges(): boolean {
    return this.listens && !this.#side.silent && this.#side.transmits;
  }
  get errorPassive(): boolean {
    return this.#side.errorPassive;
  }
  /** 32.5.1: silent, it does not start to send; inside it does. */
  pending(): CanWords | undefined {
    if (!this.#here || (this.#side.silent && !this.alone)) return undefined;
    return this.#side.next();
  }
  started(): void {
    if (this.#here) this.#side.started();
  }
  taking(sending: boolean): void {
    this.#side.taking(sending);
  }
  lostArbitration(): void {
    this.#side.lostArbitration();
  }
  received(frame: CanWords): void {
    this.#side.received(frame);
  }
  transmitted(): void {
    this.#side.transmitted();
  }
  failed(code: number, sending: boolean): void {
    this.#side.failed(code, sending);
  }
  over(): void {
    if (this.#here) this.#side.over();
  }
  quiet(): void {
    if (this.#here) this.#side.quiet();
  }
}
