import type { Linked } from './link.js';

/**
 * What shares a CAN bus: controllers of one board, a test's node. Frames are carried whole, with the times their bits take
 * (stuff bits and checksum included); arbitration, acknowledge and error frames are the bus's.
 */

/** A frame as tests write and read it. */
export interface CanFrame {
  /** 11 bits, or 29 with `extended`. */
  readonly id: number;
  readonly extended?: boolean;
  /** A remote frame: no data, but a length. */
  readonly rtr?: boolean;
  /** 0 to 8 bytes. */
  readonly data?: Iterable<number>;
  /** Length that a remote frame asks for; of other frames the number of data bytes. */
  readonly dlc?: number;
}

/** A frame that was carried and acknowledged. */
export interface CarriedFrame {
  /** End of the frame, machine time in ns. */
  readonly ns: number;
  /** Name of the sending controller, or `'test'`. */
  readonly from: string;
  readonly id: number;
  readonly extended: boolean;
  readonly rtr: boolean;
  readonly dlc: number;
  readonly data: Uint8Array;
}

/** Errors a test can put on the bus: the CAN standard's five, and a missing acknowledge. */
export type CanErrorKind = 'bit' | 'stuff' | 'form' | 'crc' | 'ack';

/** A frame as the bus carries it, in the words of bxCAN's mailboxes: TIxR without TXRQ, DLC, TDLxR, TDHxR. */
export interface CanWords {
  readonly head: number;
  readonly dlc: number;
  readonly low: number;
  readonly high: number;
}

/** ESR.LEC: RM0090 32.9.2. */
export const LEC = { none: 0, stuff: 1, form: 2, ack: 3, bitRecessive: 4, bitDominant: 5, crc: 6 } as const;

/** A controller, as the bus sees it. */
export interface CanNode {
  readonly name: string;
  /** Bit time in cycles of APB1; 0: it takes no part. */
  readonly bitTime: number;
  /** It hears what others send. */
  readonly listens: boolean;
  /** It answers with a dominant acknowledge slot. */
  readonly acknowledges: boolean;
  /** What it sends reaches the bus, and comes back to it. */
  readonly connected: boolean;
  /** It needs no acknowledge, and hears its own frames: loop back mode. */
  readonly alone: boolean;
  readonly errorPassive: boolean;
  /** The frame it would send now. */
  pending(): CanWords | undefined;
  /** A frame begins. */
  started(): void;
  /** Its frame is the one on the bus (true), or it receives. */
  taking(sending: boolean): void;
  lostArbitration(): void;
  received(frame: CanWords): void;
  transmitted(): void;
  /** @param code of LEC */
  failed(code: number, sending: boolean): void;
  /** Nothing is on the bus any more but the space between frames. */
  over(): void;
  /** Eleven recessive bits have gone by since the last dominant one. */
  quiet(): void;
}

/** What a test can do with a bus: `board.can1.bus`. */
export interface CanBusHandle {
  /** The test takes part as a node that acknowledges frames; without it, and alone on the bus, a controller gets no acknowledge. */
  join(): void;
  leave(): void;
  readonly joined: boolean;
  /** Sends a frame as soon as the bus is free, at the controllers' bit rate or another one; joins the bus. It needs no acknowledge. */
  send(frame: CanFrame & { readonly bitrate?: number }): void;
  /** Frames of the test that have not been carried yet. */
  readonly waiting: number;
  /** All frames carried so far, oldest first (the last 65,536 at least). */
  readonly frames: readonly CarriedFrame[];
  /** Spoils the next frame; called several times, the next ones. */
  injectError(kind: CanErrorKind): void;
}

/** A bus as controllers and wires use it. */
export interface CanMedium {
  /** A frame, an error frame or the space behind them is on the bus. */
  readonly busy: boolean;
  /** The clock that bit times are counted in. */
  readonly hertz: number;
  /** A node has something to send, or may send now. */
  request(): void;
  /** The level some cycles ago; 1 is recessive. */
  levelBefore(cycles: number): 0 | 1;
  connect(node: CanNode): void;
  disconnect(node: CanNode): void;
}

/** Where a controller can be wired to: a bus, and what a test sees of it. */
export interface CanPlace {
  readonly handle: CanBusHandle;
  readonly medium: CanMedium;
  /** A frame that a controller in loop back mode put on its pin; it listens to nobody. */
  loop(from: CanNode, frame: CanWords, bitTime: number): void;
}

/** A controller's handle, as the part `canBus` and wires between boards use it. */
export interface CanHost extends Linked {
  readonly bus: CanBusHandle;
  /** The bus it is on, for others to be wired to. */
  readonly place: CanPlace;
  /** Itself on its bus, and the clock its bit time is counted in. */
  readonly node: CanNode;
  readonly hertz: number;
  /** Leaves its bus for another. */
  moveTo(place: CanPlace): void;
}
