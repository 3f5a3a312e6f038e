/** What the board handle adds to its UARTs: waiting, and what matchers need. */

import type { Duration } from '../emu/duration.js';
import type { Machine } from '../emu/machine.js';
import type { MachineEvents } from '../emu/machine-events.js';
import type { SerialHandle } from '../emu/parts/terminal.js';
import { requireWithin, waitRows } from '../matchers/matcher.js';
import { failure, valueText } from '../matchers/message.js';
import type { UartSubject } from '../matchers/subject.js';
import { awaitUart } from '../matchers/to-write-uart.js';
import { writtenText } from '../matchers/uart-text.js';
import type { MachineBench } from './machine-bench.js';

/** A UART, as a board hands it out. */
export interface UartWaiting {
  /**
   * Runs until the UART has written a match (behind the last one that was waited for), and returns it with its groups.
   * @throws Error when it did not within the machine time
   */
  waitFor(pattern: RegExp | string, options: { within: Duration }): RegExpExecArray;
}

export function isSerial(handle: object): handle is SerialHandle {
  return 'type' in handle && typeof handle.type === 'function' && 'bytes' in handle;
}

/** Output without a way back in: stimulus port 0 of a Cortex-M's ITM. */
export type TraceHandle = Omit<SerialHandle, 'type'> & { port(number: number): unknown };

export function isTrace(handle: object): handle is TraceHandle {
  return 'port' in handle && typeof handle.port === 'function' && 'bytes' in handle && 'text' in handle;
}

/** The UART's output, with a cursor that the board's snapshots carry. */
export class UartOutput implements UartSubject {
  readonly #machine: Machine;
  /** The device that writes. */
  readonly source: string;
  readonly #handle: Omit<SerialHandle, 'type'> & { readonly hint?: string };
  #cursor = 0;

  constructor(machine: Machine, source: string, handle: SerialHandle | TraceHandle) {
    this.#machine = machine;
    this.source = source;
    this.#handle = handle;
  }
  /** The way in; undefined where there is output only. */
  get input(): SerialHandle | undefined {
    return isSerial(this.#handle) ? this.#handle : undefined;
  }
  /** What a person or a pipe types: it waits until the firmware's receiver can take it. */
  offer(data: Uint8Array): void {
    const { input } = this;
    if (input?.offer) input.offer(data);
    else input?.type(data);
  }
  get bytes(): Uint8Array {
    return this.#handle.bytes;
  }
  get hint(): string | undefined {
    return this.#handle.hint;
  }
  /** What was forgotten (`clear()`) takes the cursor back to the start. */
  get cursor(): number {
    return this.#cursor > this.bytes.length ? 0 : this.#cursor;
  }
  set cursor(cursor: number) {
    this.#cursor = cursor;
  }
  onChange(fn: () => void): () => void {
    return this.onByte(fn);
  }
  onByte(fn: (byte: number) => void): () => void {
    const heard = ({ source, byte, port }: MachineEvents['uart']) => {
      if (source === this.source && (port ?? 0) === 0) fn(Number(byte));
    };
    return this.#machine.on(isTrace(this.#handle) ? 'itm' : 'uart', heard);
  }
}

/** Gives a UART's handle its `waitFor`. */
export function addWaiting(handle: object, name: string, bench: MachineBench, uart: UartOutput): void {
  const waitFor: UartWaiting['waitFor'] = (pattern, options) => {
    requireWithin(`${name}.waitFor`, options);
    const { within } = options;
    const expression = typeof pattern === 'string' ? new RegExp(escaped(pattern)) : pattern;
    const start = bench.mark();
    const from = uart.cursor;
    const found = bench.timed(() => awaitUart(bench, uart, expression, within));
    if (found?.match) {
      uart.cursor = found.end;
      return found.match;
    }
    const call = `${name}.waitFor(${valueText(pattern)}, { within: ${valueText(within)} })`;
    const rows = [
      ['Expected', valueText(pattern)],
      ['Written', writtenText(uart.bytes, from)],
    ] as const;
    const error = new Error(failure(call, [...rows, ...waitRows(bench, start, uart.hint)]));
    Error.captureStackTrace?.(error, waitFor);
    throw error;
  };
  Object.defineProperty(handle, 'waitFor', { value: waitFor, enumerable: false, configurable: true });
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
