import type { DeviceProblem, EventDetail } from './device.js';
import type { Link, LinkHosts } from './link.js';
import type { Log, LogOptions } from './log.js';
import type { Net } from './net.js';
import type { TimedEvent } from './scheduler.js';
import type { Storage, StorageOptions } from './storage.js';
import type { Clock } from './time.js';

/** Parts are what hangs on a chip's pins or talks to one of its devices: LEDs, buttons, terminals. */

export interface PartContext {
  /** Its name on the board: `green`. */
  readonly name: string;
  net(pin: string): Net;
  /** The handle of one of the chip's devices; an error if there is none of that name. */
  device(name: string): object;
  /** The handle of one of the chip's devices on which the part hangs; an error if it is none of that kind. */
  host<L extends Link>(name: string, link: L): LinkHosts[L];
  /** Counts nanoseconds; parts have no clock of their own. */
  readonly clock: Clock;
  event(name: string, fire: () => void, clock?: Clock): TimedEvent;
  /** Words of state. */
  words(name: string, length: number): Int32Array;
  log(name: string, options?: LogOptions): Log;
  /** Memory of its own, which keeps its contents without power. */
  storage(name: string, size: number, options?: StorageOptions): Storage;
  emit(event: string, detail: EventDetail): void;
  report(problem: DeviceProblem): void;
  /** Called at power-on, after the part's words are 0 and its events cancelled; a system reset leaves parts alone. */
  onPowerOn(fn: () => void): void;
}

export interface PartType<T extends object = object> {
  /** `led` */
  readonly kind: string;
  /** Pins it is connected to. */
  readonly pins: readonly string[];
  /** Those of them it can drive against another driver. */
  readonly drives: readonly string[];
  setup(p: PartContext): T;
}

export function definePart<T extends object>(part: {
  readonly kind: string;
  readonly pins?: readonly string[];
  readonly drives?: readonly string[];
  setup(p: PartContext): T;
}): PartType<T> {
  return { pins: [], drives: [], ...part };
}
