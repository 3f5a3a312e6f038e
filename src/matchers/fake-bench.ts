import type { GuestReport } from '../emu/guest-report.js';
/** A bench without a machine: things happen at times that the test of a matcher wrote down. */

import { type Duration, parseDuration } from '../emu/duration.js';
import type { Edge, Level, Strength } from '../emu/net.js';
import type { Bench, Diagnosis, FaultRecord, PinSubject, Start, UartSubject, Watched } from './subject.js';

const HERTZ = 16_000_000;

function nanoseconds(duration: Duration): number {
  const span = parseDuration(duration);
  return span.unit === 'time' ? Number(span.picoseconds / 1000n) : (span.cycles * 1e9) / HERTZ;
}

/** Counts 16 MHz and lets written-down events happen. */
export class FakeBench implements Bench {
  readonly name = 'board';
  readonly hertz = HERTZ;
  readonly instructionSet: Bench['instructionSet'] = 'arm';
  time = 0;
  readonly faults: FaultRecord[] = [];
  get faultCount(): number {
    return this.faults.length;
  }
  askedForFaults(): void {}
  readonly guestErrors: string[] = [];
  readonly misuse: GuestReport[] = [];
  askedForMisuse(): void {}
  readonly memory = new Uint8Array(256);
  handledException: number | undefined;
  /** When the exception that is handled returns. */
  exceptionReturn: Duration = '1s';
  returnAddress = 0;
  stackPointer = 0;
  diagnosis: Diagnosis = { cpu: 'pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode' };
  readonly #events: { readonly at: number; readonly happen: () => void }[] = [];
  readonly #symbols: Readonly<Record<string, number>> = { main: 0x0800_0100, fir: 0x0800_0200, buffer: 0x2000_0010 };
  /** What the CPU executes, and when. */
  readonly trace: { readonly at: number; readonly pc: number; readonly sp?: number }[] = [];

  get cycles(): number {
    return Math.floor((this.time * HERTZ) / 1e9);
  }
  at(when: Duration, happen: () => void): void {
    this.#events.push({ at: nanoseconds(when), happen });
    this.#events.sort((a, b) => a.at - b.at);
  }
  run(duration: Duration): void {
    this.runUntil(() => false, duration, []);
  }
  timed<T>(fn: () => T): T {
    return fn();
  }
  runUntil(done: () => boolean, within: Duration, watched: readonly Watched[]): boolean {
    const end = this.time + nanoseconds(within);
    let met = done();
    const ends = watched.map((one) => one.onChange(() => (met = met || done())));
    while (!met && (this.#events[0]?.at ?? Number.POSITIVE_INFINITY) <= end) {
      const event = this.#events.shift()!;
      this.time = Math.max(this.time, event.at);
      event.happen();
    }
    for (const stop of ends) stop();
    if (!met) this.time = end;
    return met || done();
  }
  runToAddress(address: number, within: Duration): boolean {
    const end = this.time + nanoseconds(within);
    while (this.trace.length > 0 && this.trace[0]!.at <= end) {
      const { at, pc, sp } = this.trace.shift()!;
      this.time = at;
      if (sp !== undefined) this.stackPointer = sp;
      if (pc === address) return true;
    }
    this.time = end;
    return false;
  }
  runToExceptionReturn(_exception: number, within: Duration): boolean {
    this.time += Math.min(nanoseconds(this.exceptionReturn), nanoseconds(within));
    return nanoseconds(this.exceptionReturn) < nanoseconds(within);
  }
  addressOf(where: string | number): number {
    return typeof where === 'number' ? where : (this.#symbols[where] ?? 0);
  }
  place(address: number): string {
    return Object.entries(this.#symbols).find(([, at]) => at === address)?.[0] ?? '';
  }
  readBytes(address: number, length: number): Uint8Array {
    return this.memory.slice(address & 0xff, (address & 0xff) + length);
  }
  mark(): Start {
    return { time: this.time, cycles: this.cycles };
  }
  step(): void {}
  diagnose(): Diagnosis {
    return this.diagnosis;
  }
}

class FakeWatched implements Watched {
  readonly #listeners = new Set<() => void>();
  onChange(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }
  protected changed(): void {
    for (const fn of [...this.#listeners]) fn();
  }
}

export class FakeUart extends FakeWatched implements UartSubject {
  bytes = new Uint8Array();
  cursor = 0;
  readonly #hearing = new Set<(byte: number) => void>();
  onByte(fn: (byte: number) => void): () => void {
    this.#hearing.add(fn);
    return () => this.#hearing.delete(fn);
  }
  write(text: string | Uint8Array): void {
    for (const byte of typeof text === 'string' ? Buffer.from(text, 'utf8') : text) {
      this.bytes = Uint8Array.from([...this.bytes, byte]);
      for (const fn of [...this.#hearing]) fn(byte);
      this.changed();
    }
  }
}

export class FakePin extends FakeWatched implements PinSubject {
  level: Level = 'low';
  strength: Strength = 'driven';
  readonly edges: Edge[] = [];
  readonly #bench: FakeBench;
  constructor(bench: FakeBench) {
    super();
    this.#bench = bench;
  }
  set(level: Level, strength: Strength = 'driven'): void {
    this.level = level;
    this.strength = strength;
    this.edges.push({ ns: this.#bench.time, cycles: this.#bench.cycles, level });
    this.changed();
  }
}
