import type { Log } from '../../../log.js';

/** A START or repeated START with its address, and the bytes that followed it. */
export interface I2cMessage {
  /** Seven bits, or ten. */
  readonly address: number;
  readonly read: boolean;
  /** Somebody acknowledged the address. */
  readonly acknowledged: boolean;
  readonly bytes: readonly number[];
  /** Index of the byte that was not acknowledged by the receiver, if it was one that the master wrote. */
  readonly nackedAt?: number;
}
/** What goes from a START to its STOP. */
export interface I2cTransaction {
  readonly messages: readonly I2cMessage[];
  /** A STOP ended it. */
  readonly stopped: boolean;
  /** Machine time of its START. */
  readonly ns: number;
}

export const BUS_EVENT = { start: 0, restart: 1, address: 2, byte: 3, stop: 4 } as const;
const KEPT = 65_536;

/** What went over the bus since power-on or `clear()`, as far as it is kept (the last 65,536 bytes and conditions at least). */
export class I2cLog {
  /** BUS_EVENT, byte, ACK, ns. */
  readonly #events: Log;
  readonly #cleared: Log;

  constructor(log: (name: string, options: { width: number; limit: number }) => Log) {
    this.#events = log('bus', { width: 4, limit: KEPT });
    this.#cleared = log('cleared', { width: 1, limit: KEPT });
  }
  note(event: number, byte: number, ack: boolean, ns: number): void {
    this.#events.append(event, byte, ack ? 1 : 0, ns);
  }
  clear(): void {
    this.#cleared.append(this.#events.length);
  }

  get transactions(): I2cTransaction[] {
    const from = Math.max(this.#cleared.at(this.#cleared.length - 1) ?? 0, this.#events.first);
    const list: { messages: Message[]; stopped: boolean; ns: number }[] = [];
    for (let i = from; i < this.#events.length; i++) {
      const [event, byte, ack, ns] = [0, 1, 2, 3].map((part) => this.#events.at(i, part)!) as Entry;
      const present = list.at(-1);
      if (event === BUS_EVENT.start) list.push({ messages: [], stopped: false, ns });
      else if (event === BUS_EVENT.stop && present !== undefined) present.stopped = true;
      else if (event === BUS_EVENT.address) present?.messages.push(messageOf(byte, ack !== 0, present.messages.at(-1)));
      else if (event === BUS_EVENT.byte) addByte(present?.messages.at(-1), byte, ack !== 0);
    }
    return list.map(({ messages, ...rest }) => ({
      ...rest,
      messages: messages.map(({ header: _, ...message }) => message),
    }));
  }
}

type Entry = [number, number, number, number];
/** `header`: the low byte of its 10-bit address is to come. */
type Message = {
  address: number;
  read: boolean;
  acknowledged: boolean;
  bytes: number[];
  nackedAt?: number;
  header: boolean;
};

/** 0b11110xx is the header of a 10-bit address; to read, it stands for the address that was written before. */
function messageOf(byte: number, acknowledged: boolean, before: Message | undefined): Message {
  const read = (byte & 1) === 1;
  const wide = byte >> 3 === 0b11110;
  const upper = (byte & 6) << 7;
  const known = wide && read && before !== undefined && before.address >> 8 === upper >> 8;
  const address = known ? before.address : wide ? upper : byte >> 1;
  return { address, read, acknowledged, bytes: [], header: wide && !read };
}
function addByte(message: Message | undefined, byte: number, ack: boolean): void {
  if (message === undefined) return;
  if (message.header) {
    message.header = false;
    message.address |= byte;
    message.acknowledged = ack;
    return;
  }
  if (!ack && !message.read) message.nackedAt = message.bytes.length;
  message.bytes.push(byte);
}
