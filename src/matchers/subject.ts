/**
 * What matchers know of the things they are given. A board handle says, for each of its devices, parts and pins, to
 * which bench it belongs and what it is called; a matcher asks here.
 */

import { blameCaller } from '../emu/call-site.js';
import type { Duration } from '../emu/duration.js';
import { UsageError } from '../emu/errors.js';
import type { GuestReport } from '../emu/guest-report.js';
import type { MisuseKind } from '../emu/misuse.js';
import type { Edge, Level, Strength } from '../emu/net.js';
import type { RegisterCell } from '../emu/register-file.js';

/** An instant of a run, in ns of machine time and CPU cycles. */
export interface Start {
  readonly time: number;
  readonly cycles: number;
}

/** Where and in what state the CPU is, and what it seems to wait for. */
export interface Diagnosis {
  readonly cpu: string;
  readonly hint?: string;
}

/** A fault the guest's CPU took. */
export interface FaultRecord {
  /** The manual's word: `HardFault`, `UsageFault`, `illegal instruction` … */
  readonly name: string;
  /** Why and where, in one line. */
  readonly text: string;
}

/** The machine as matchers use it, whichever handle stands behind it. */
export interface Bench {
  readonly name: string;
  /** Machine time in ns since power-on, and CPU cycles. */
  readonly time: number;
  readonly cycles: number;
  readonly hertz: number;
  /** Whose words for faults the CPU uses. */
  readonly instructionSet: 'arm' | 'riscv' | 'unknown';
  /**
   * Runs until `done` is true, asked at the present instant, after everything that reaches `watched`, and at the end.
   * @returns whether it was true at last
   */
  runUntil(done: () => boolean, within: Duration, watched: readonly Watched[]): boolean;
  run(duration: Duration): void;
  /** Calls `fn`, whose runs together may take as much host time as a single one. */
  timed<T>(fn: () => T): T;
  /** Notes the present instant, so that a wait that began here can be explained. */
  mark(): Start;
  /** Says where the CPU is and, given where a wait in vain began, what it waits for. */
  diagnose(start?: Start): Diagnosis;
  step(): void;
  /** Runs until the CPU is about to execute the instruction at an address; false when it did not come in time. */
  runToAddress(address: number, within: Duration): boolean;
  addressOf(symbolOrAddress: string | number): number;
  /** `wait_for_pll+0x10 (clock.c:41)`, as far as the image says. */
  place(address: number): string;
  readBytes(address: number, length: number): Uint8Array;
  /** At the entry of an exception handler, which returns to no address of its own: the number of its exception. */
  readonly handledException: number | undefined;
  /** Runs until an active exception has returned, or another was chained to it; false when that did not come in time. */
  runToExceptionReturn(exception: number, within: Duration): boolean;
  /** What the manual calls return address and stack pointer, at a function's entry. */
  readonly returnAddress: number;
  readonly stackPointer: number;
  /** The first faults, and the first of each kind. */
  readonly faults: readonly FaultRecord[];
  readonly faultCount: number;
  /** A test asks about the faults so far, of a kind or of any: these fail it no more by themselves. */
  askedForFaults(kind?: string): void;
  readonly guestErrors: readonly string[];
  readonly misuse: readonly GuestReport[];
  /** A test asks about the misuse so far, of a kind or of any: it fails it no more by itself. @throws UsageError for an unknown kind */
  askedForMisuse(kind?: MisuseKind): void;
}

/** Something outside the CPU that can change; `onChange` returns what ends the watching. */
export interface Watched {
  onChange(fn: () => void): () => void;
}

export interface UartSubject extends Watched {
  /** Hears of each byte written; returns what ends it. */
  onByte(fn: (byte: number) => void): () => void;
  /** All bytes written since power-on, as far as they are kept. */
  readonly bytes: Uint8Array;
  /** How many bytes the last successful `toWriteUart` left behind it. */
  cursor: number;
  /** Why nothing goes out, as far as the UART itself can tell. */
  readonly hint?: string;
}

export interface SpiSubject {
  /** Every word that went over the bus, as far as it is kept. */
  readonly words: readonly { readonly mosi: number; readonly miso: number; readonly bits: number }[];
  /** Why nothing goes out, as far as the port can tell. */
  readonly hint?: string | undefined;
}

export interface I2cSubject {
  /** What went from START to STOP, as far as it is kept. */
  readonly transactions: readonly {
    readonly messages: readonly {
      readonly address: number;
      readonly read: boolean;
      readonly acknowledged: boolean;
      readonly bytes: readonly number[];
      readonly nackedAt?: number;
    }[];
  }[];
  readonly hint?: string | undefined;
}

export interface PinSubject extends Watched {
  readonly level: Level;
  readonly strength: Strength;
  readonly edges: Iterable<Edge>;
}

export interface Subject {
  readonly bench: Bench;
  /** As a test says it: `usart2`, `PD12`. */
  readonly name: string;
  readonly uart?: UartSubject;
  readonly pin?: PinSubject;
  readonly spi?: SpiSubject;
  readonly i2c?: I2cSubject;
  readonly registers?: readonly RegisterCell[];
}

const subjects = new WeakMap<object, Subject>();

/** Makes a handle known to the matchers. */
export function introduce(handle: object, subject: Subject): void {
  subjects.set(handle, subject);
}

function described(received: unknown): string {
  if (received === null || typeof received !== 'object') return String(received);
  return subjects.get(received)?.name ?? `an object of ${received.constructor?.name ?? 'no class'}`;
}

/**
 * @param wants what the matcher takes, in words
 * @throws UsageError when the received value is something else
 */
export function subjectOf<K extends 'uart' | 'pin' | 'spi' | 'i2c' | 'registers'>(
  received: unknown,
  kind: K,
  wants: string,
): Subject & Required<Pick<Subject, K>> {
  const subject = typeof received === 'object' && received !== null ? subjects.get(received) : undefined;
  if (subject?.[kind] !== undefined) return subject as Subject & Required<Pick<Subject, K>>;
  throw new UsageError({ what: `this matcher wants ${wants}, not ${described(received)}` });
}

/** The bench of a board, or of anything that belongs to one. */
export function benchOf(received: unknown): Subject {
  const subject = typeof received === 'object' && received !== null ? subjects.get(received) : undefined;
  if (subject) return subject;
  throw new UsageError({ what: `this matcher wants a board, not ${described(received)}` });
}

/** Lets a matcher's runs share one limit of host time. */
export function timed<A extends unknown[], S, R>(
  matcher: (this: S, received: unknown, ...args: A) => R,
): (this: S, received: unknown, ...args: A) => R {
  return function (received, ...args) {
    const subject = typeof received === 'object' && received !== null ? subjects.get(received) : undefined;
    const call = () => matcher.call(this, received, ...args);
    return subject ? subject.bench.timed(call) : call();
  };
}

type Matcher = (this: never, received: unknown, ...args: never[]) => unknown;

/** Lets the test's own mistakes (an unknown symbol) be shown at its line, for each matcher. */
export function blaming<M extends Record<string, Matcher>>(matchers: M): M {
  const one = (matcher: Matcher) => {
    const blamed: Matcher = function (received, ...args) {
      try {
        return matcher.call(this, received, ...args);
      } catch (error) {
        blameCaller(error, blamed);
        throw error;
      }
    };
    return blamed;
  };
  return Object.fromEntries(Object.entries(matchers).map(([name, matcher]) => [name, one(matcher)])) as M;
}
