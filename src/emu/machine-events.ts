import type { CpuResetKind } from './cpu.js';
import type { EventDetail } from './device.js';
import type { GuestReport } from './guest-report.js';
import type { Level, Strength } from './net.js';
import { unknown } from './options.js';
import { closest } from './spelling.js';

/** What `on` can listen to. `source` is the device, part or pin it comes from. */
export interface MachineEvents {
  uart: { readonly source: string } & EventDetail;
  /** A byte was written to a stimulus port of the ITM: `port`, `byte`. */
  itm: { readonly source: string } & EventDetail;
  /** A word over an SPI bus: `mosi`, `miso`, `bits`. */
  spi: { readonly source: string } & EventDetail;
  /** A condition or byte on an I2C bus: `event`, `byte`, `ack`. */
  i2c: { readonly source: string } & EventDetail;
  /** A sample over an I2S bus: `sample`, `channel`, `sent`. */
  i2s: { readonly source: string } & EventDetail;
  pin: { readonly source: string; readonly pin: string; readonly level: Level; readonly strength: Strength };
  can: { readonly source: string } & EventDetail;
  irq: { readonly source: string } & EventDetail;
  fault: { readonly source: string } & EventDetail;
  /** A handler has returned to `pc`: MRET, SRET, or the Cortex-M's exception return; `inFault` there: into another one, of a fault. */
  return: { readonly source: string } & EventDetail;
  misuse: GuestReport;
  reset: { readonly cause: CpuResetKind };
  exit: { readonly source: string } & EventDetail;
  /** An access to a stub: `access` ('read' or 'write'), `register`, `offset`, `size`, `value`. */
  access: { readonly source: string } & EventDetail;
}

const EVENT_NAMES = Object.keys({
  uart: true,
  itm: true,
  spi: true,
  i2c: true,
  i2s: true,
  pin: true,
  can: true,
  irq: true,
  fault: true,
  return: true,
  misuse: true,
  reset: true,
  exit: true,
  access: true,
} satisfies Record<keyof MachineEvents, true>);

/**
 * For callers without types. Devices of a test's own may emit events of other names, so only what looks misspelt is refused.
 * @throws UsageError
 */
export function checkEvent(where: string, event: unknown): void {
  const name = String(event);
  if (EVENT_NAMES.includes(name)) return;
  const near = closest(name, EVENT_NAMES).some((one) => one[0] === name[0]?.toLowerCase());
  if (near || typeof event !== 'string') throw unknown(where, 'event', name, EVENT_NAMES);
}

type Listener = (detail: never) => void;

/** Listeners are the host's: they are no part of the machine's state and survive a restore. */
export class EventHub {
  readonly #listeners = new Map<string, readonly Listener[]>();
  #count = 0;

  /** Returns what ends the listening. */
  on<E extends keyof MachineEvents>(event: E, fn: (detail: MachineEvents[E]) => void): () => void {
    const listener = fn as Listener;
    this.#set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return () =>
      this.#set(
        event,
        this.#listeners.get(event)!.filter((one) => one !== listener),
      );
  }
  hears(event: string): boolean {
    return this.#count > 0 && (this.#listeners.get(event)?.length ?? 0) > 0;
  }
  emit(event: string, detail: object): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(detail as never);
  }

  #set(event: string, listeners: readonly Listener[]): void {
    this.#count += listeners.length - (this.#listeners.get(event)?.length ?? 0);
    this.#listeners.set(event, listeners);
  }
}
