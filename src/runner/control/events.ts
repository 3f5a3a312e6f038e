/** What a client hears without asking: how the machine goes on, and what it has subscribed to. */

import type { MachineEvents } from '../../emu/machine-events.js';
import { misuseKindOf } from '../../emu/misuse.js';
import type { Target } from './target.js';
import { UartText } from './uart-text.js';
import { hexOf } from './values.js';

/** Events by name, with what they say, for the documentation. Those of the first list always come. */
export const ALWAYS = {
  RESUME: 'the machine begins to run, by `run`, `cont` or `step`',
  STOP: 'it stands; the data are those of the result of `run`',
  BREAKPOINT: 'it has come to a breakpoint or watchpoint: `address`, or `watchpoint` with the access; STOP follows',
  RESET: 'it was reset: `cause`',
  SHUTDOWN: 'the connection ends: `reason`',
} as const;
export const SUBSCRIBED = {
  UART: 'a UART wrote: `uart` and `text`, or `base64` where the bytes are no UTF-8. What it wrote until the next event comes in one',
  PIN: 'the level or strength of a pin changed: `pin`, `level`, `strength`',
  IRQ: 'a core takes an interrupt, or comes back from it: what the core says of it',
  FAULT: 'a core takes a fault: `name` and `text`, and what the core says of it as `detail`',
  MISUSE:
    'the firmware did what the chip or a device minds: `kind`, `device`, `what`, `pc`, and `where`, `remedy`, `section` as far as known',
} as const;
export type Subscribed = keyof typeof SUBSCRIBED;
export type EventName = keyof typeof ALWAYS | Subscribed;

/** What of an event a client wants; all where it is not said. */
export interface Filters {
  readonly uarts?: ReadonlySet<string> | undefined;
  readonly pins?: ReadonlySet<string> | undefined;
}

/** Events that may wait to be sent before the machine's turn ends. */
const MOST_WAITING = 2000;

type Send = (event: EventName, data: object) => void;

/** Listens to a machine for one client. */
export class EventSource {
  readonly #target: Target;
  readonly #send: Send;
  readonly #ends = new Map<Subscribed, () => void>();
  readonly #uarts = new Map<string, UartText>();
  #waiting = 0;

  constructor(target: Target, send: Send) {
    this.#target = target;
    this.#send = (event, data) => {
      // UART text that came before it goes first.
      if (event !== 'UART') this.flush();
      this.#count();
      send(event, data);
    };
    target.board.on('reset', ({ cause }) => this.#send('RESET', { cause }));
  }

  get subscribed(): readonly Subscribed[] {
    return [...this.#ends.keys()];
  }

  subscribe(event: Subscribed, filters: Filters): void {
    this.unsubscribe(event);
    const { board } = this.#target;
    const listen = {
      UART: () => board.on('uart', (detail) => this.#heard(detail, filters)),
      PIN: () => this.#listenToPins(filters.pins),
      IRQ: () => board.on('irq', (detail) => this.#send('IRQ', detail)),
      FAULT: () => board.on('fault', (detail) => this.#fault(detail)),
      MISUSE: () => board.on('misuse', (report) => this.#send('MISUSE', reportData(report))),
    } satisfies Record<Subscribed, () => () => void>;
    this.#ends.set(event, listen[event]());
  }
  unsubscribe(event: Subscribed): void {
    this.#ends.get(event)?.();
    this.#ends.delete(event);
    if (event === 'UART') this.flush();
  }

  /** Sends what UARTs wrote so far. */
  flush(): void {
    for (const [uart, text] of this.#uarts) {
      for (const piece of text.take()) this.#send('UART', { uart, ...piece });
    }
    this.#waiting = 0;
  }

  #heard({ source, byte }: MachineEvents['uart'], { uarts }: Filters): void {
    if (uarts && !uarts.has(source)) return;
    const text = this.#uarts.get(source) ?? new UartText();
    this.#uarts.set(source, text);
    text.add(Number(byte));
    this.#count();
  }

  #listenToPins(pins: ReadonlySet<string> | undefined): () => void {
    const { board } = this.#target;
    // A port shows the bits of what it sends only where somebody looks.
    for (const pin of pins ?? []) board.pin(pin);
    return board.on('pin', ({ pin, level, strength }) => {
      if (!pins || pins.has(pin)) this.#send('PIN', { pin, level, strength });
    });
  }

  #fault(detail: MachineEvents['fault']): void {
    this.#send('FAULT', {
      name: String(detail['kind'] ?? 'fault'),
      text: this.#target.bench.faultText(detail),
      detail,
    });
  }

  /** Much in a short time: the client is given it before there is more. */
  #count(): void {
    if (++this.#waiting < MOST_WAITING || !this.#target.runs.running) return;
    this.#waiting = 0;
    this.#target.bench.endTurn();
  }
}

/** A report of misuse, as events and lists carry it. */
export function reportData(report: MachineEvents['misuse']) {
  const { device, what, where, remedy, section, pc } = report;
  return { kind: misuseKindOf(report), device, what, where, remedy, section, pc: hexOf(pc) };
}
