/** A machine as matchers and the board handle use it: waiting, limits of host time, places in words. */

import type { Locator } from '../emu/debug/locator.js';
import { type Duration, parseDuration } from '../emu/duration.js';
import { callTest, DeviceError, FwtestError, GuestError, InternalError, isTestError } from '../emu/errors.js';
import type { GuestReport } from '../emu/guest-report.js';
import type { Limit, Machine, RunEnd } from '../emu/machine.js';
import type { MisuseKind } from '../emu/misuse.js';
import { Rational } from '../emu/rational.js';
import type { Snapshot } from '../emu/snapshot.js';
import { timeText } from '../matchers/message.js';
import type { Bench, Diagnosis, FaultRecord, Start, Watched } from '../matchers/subject.js';
import { Breakpoints } from './breakpoints.js';
import { cpuText, diagnose } from './diagnosis.js';
import { type FaultDetail, type FaultLog, type FaultWords, faultRecord, NO_FAULTS, withFault } from './fault-log.js';
import { handledException, returnAddress } from './function-return.js';
import { hostNow } from './host-clock.js';
import { checkKind } from './misuse-settings.js';
import { MisuseWatch } from './misuse-watch.js';
import type { RunStatistics } from './run-statistics.js';
import { nowhereNote, stackNote } from './stack-note.js';
import { UnexpectedFaults } from './unexpected-faults.js';

const BREAKPOINT = 3;
const PICOSECONDS = 10n ** 12n;
/** How often a condition that watches nothing in particular is asked. */
const POLL: Duration = '10us';

/** Single steps between two looks at the host's clock. */
const STEPS_UNGUARDED = 256;

/** How a wait ended. */
export interface Waited {
  readonly met: boolean;
  readonly end: RunEnd;
}

/** Misuse that ends in a fault: whoever asks about faults asks about it. */
export const FAULTING = ['unmapped-access', 'unaligned-device'] as const;

/** What a condition that watches nothing in particular is asked after. */
const EVENTS = ['uart', 'can', 'itm', 'spi', 'i2c', 'i2s', 'pin', 'irq', 'fault', 'exit', 'reset'] as const;

/** Where a wait began, with all that is needed to look at it again. */
export interface Mark extends Start {
  readonly snapshot: Snapshot;
}

/** Whatever breaks inside the machine, and was not raised on purpose, is the emulator's failure. */
export function runMachine<T>(
  machine: Machine,
  place: (pc: number) => string,
  fn: () => T,
  name: string = machine.name,
): T {
  try {
    return fn();
  } catch (error) {
    if (isTestError(error)) throw error;
    const where = () => `${name}, ${place(machine.cpu.pc >>> 0)}, ${timeText(machine.nanoseconds)} of machine time`;
    if (error instanceof DeviceError) throw error.at(where());
    if (error instanceof FwtestError) throw error;
    const what = `the emulator failed: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = 'this is a fault of fwtest: please report it with this text and, if you can, the firmware';
    throw new InternalError({ what, where: where(), remedy }, { cause: error });
  }
}

/**
 * A run that is made in turns: it yields where a turn is over, perhaps with the host ms to let pass before the next one, and returns
 * when there is no more to run.
 */
export type Turns<T> = Generator<number | undefined, T, void>;

/** Makes all turns at once. */
export function finished<T>(turns: Turns<T>): T {
  for (;;) {
    const { done, value } = turns.next();
    if (done) return value;
  }
}

/** Since when the public call that is in progress has taken the host's time, and how many calls it consists of at the moment. */
export class HostWatch {
  started = 0;
  depth = 0;
}

export class MachineBench implements Bench {
  readonly machine: Machine;
  readonly locator: Locator;
  faultLog: FaultLog = NO_FAULTS;
  readonly unexpectedFaults = new UnexpectedFaults();
  readonly misuseWatch = new MisuseWatch();
  /** While a wait is looked at again nobody else hears of it. */
  muted = false;
  /** Host ms that a run may take. */
  hostLimit: number;
  /** What lets time pass: the machine alone, or with others of its system. */
  drive: { run(limit: Limit): RunEnd; step(): boolean; stop(): void };
  /** Called around looking at a run again, which must not be seen outside this machine. */
  aside: <T>(fn: () => T) => T = (fn) => fn();
  /** Whether somebody wants the run to end. */
  cancelled: (() => boolean) | undefined;
  /** Its name among the boards of a system. */
  title: string | undefined;
  /** Brings the other boards of a system to the present instant: a test is about to look. */
  meet: () => void = () => {};
  /** Throws where this board alone must not go back in time. */
  allowRestore: () => void = () => {};
  readonly #faultWords: FaultWords = {
    place: (pc) => this.place(pc),
    note: (detail) => stackNote(this.machine, this.locator, detail) ?? nowhereNote(this.machine, detail),
  };
  /** Host ms after which a turn of a run is over; without limit unless somebody makes the turns one by one. */
  turn = Number.POSITIVE_INFINITY;
  #turnEnds = Number.POSITIVE_INFINITY;
  #turnOver = false;
  #halted = false;
  readonly breakpoints: Breakpoints;
  /** Shared by the boards of a system, which run in each other's calls. */
  hostWatch = new HostWatch();
  /** Host ms inside public calls so far. */
  #hostMilliseconds = 0;

  constructor(machine: Machine, locator: Locator, hostLimit: number) {
    this.machine = machine;
    this.drive = machine;
    this.locator = locator;
    this.hostLimit = hostLimit;
    this.breakpoints = new Breakpoints(machine);
    machine.on('fault', (detail) => {
      if (!this.muted) this.#noteFault(detail);
    });
    machine.on('misuse', (report) => {
      if (!this.muted) this.misuseWatch.note(report);
    });
  }

  get name(): string {
    return 'board';
  }
  get faults(): readonly FaultRecord[] {
    return this.faultLog.kept;
  }
  get faultCount(): number {
    return this.faultLog.count;
  }
  get time(): number {
    return this.machine.nanoseconds;
  }
  get cycles(): number {
    return this.machine.cycles;
  }
  get hertz(): number {
    return this.machine.timebase.cpuClock.hertz;
  }
  /** What was done so far, by whatever test; undefined unless the machine counts. */
  get statistics(): RunStatistics | undefined {
    const { statistics, engine } = this.machine;
    return statistics && { ...statistics, engines: [engine], hostMilliseconds: this.#hostMilliseconds };
  }
  get instructionSet(): 'arm' | 'riscv' | 'unknown' {
    const { name } = this.machine.description.cpu;
    return name.startsWith('cortex') ? 'arm' : name.startsWith('rv') ? 'riscv' : 'unknown';
  }
  get misuse(): readonly GuestReport[] {
    return this.machine.guestErrors;
  }
  /** @throws GuestError when misuse is left that the test did not ask about and that is an error */
  checkMisuse(): void {
    this.misuseWatch.check(this.title);
  }
  askedForMisuse(kind?: MisuseKind): void {
    if (kind !== undefined) checkKind(kind, 'toHaveMisuse');
    this.misuseWatch.asked(kind);
  }
  get guestErrors(): readonly string[] {
    return this.machine.guestErrors.map(({ what, where, remedy }) =>
      [what, where === undefined ? undefined : `at ${where}`, remedy].filter((one) => one !== undefined).join(' — '),
    );
  }

  #noteFault(detail: FaultDetail): void {
    this.faultLog = withFault(this.faultLog, detail, this.#faultWords);
    // A breakpoint exception (RISC-V EBREAK, Priv table 3.6) is an instruction doing its work.
    if (detail['mcause'] === BREAKPOINT) return;
    const kind = String(detail['kind']);
    this.unexpectedFaults.note(kind, () => faultRecord(kind, detail, this.#faultWords));
  }
  /** A fault as its log words it. */
  faultText(detail: FaultDetail): string {
    return faultRecord(String(detail['kind'] ?? 'fault'), detail, this.#faultWords).text;
  }
  askedForFaults(kind?: string): void {
    this.unexpectedFaults.asked(kind);
    for (const rule of FAULTING) this.misuseWatch.asked(rule);
  }

  /** The machine's guard: ends a run that takes too long on the host. */
  guard(): void {
    if (this.cancelled?.()) throw new GuestError({ what: 'the run was cancelled', where: this.#where });
    if (hostNow() >= this.#turnEnds) this.endTurn();
    // A wait that is looked at again is no longer than the wait was.
    if (this.muted || hostNow() - this.hostWatch.started < this.hostLimit) return;
    throw new GuestError({
      what: `a run took more than ${this.hostLimit / 1000} s of host time`,
      where: this.#where,
      remedy: `let less machine time pass, or give ${this.title === undefined ? 'firmwareTest' : 'systemTest'} a larger hostTimeout (ms)`,
    });
  }

  get #where(): string {
    const board = this.title === undefined ? '' : `board '${this.title}', `;
    return `${board}${cpuText(this.machine, this.locator)}, ${timeText(this.time)} of machine time`;
  }

  run(duration: Duration): void {
    this.mustGoOn(finished(this.running(this.limit(duration))));
  }

  /** Ends the turn in progress after the present instruction; the run goes on with the next one. */
  endTurn(): void {
    this.#turnOver = true;
    this.drive.stop();
  }
  /** Ends the run in progress, now or (between two turns) before the next one. */
  halt(): void {
    this.#halted = true;
    this.drive.stop();
  }

  /** Runs to a limit in turns. A breakpoint ends it, and `halt()`. */
  *running(limit: Limit): Turns<RunEnd> {
    this.#halted = false;
    if (this.breakpoints.standsAtOne) this.protect(() => this.drive.step());
    for (;;) {
      if (this.#halted) return 'stopped';
      this.#turnOver = false;
      this.#turnEnds = hostNow() + this.turn;
      const end = this.protect(() => this.drive.run(limit));
      if (end === 'breakpoint') this.breakpoints.noteHit();
      if (end !== 'stopped' || !this.#turnOver) return end;
      if (!this.#halted) yield undefined;
    }
  }

  /** Instructions, or jumps of a sleeping CPU to the next event. */
  step(count = 1): void {
    this.timed(() => finished(this.stepping(count)));
  }

  /** The same in turns; returns how many steps were made. */
  *stepping(count: number): Turns<number> {
    this.#halted = false;
    this.#turnEnds = hostNow() + this.turn;
    for (let i = 0; i < count; i++) {
      if (i % STEPS_UNGUARDED === 0) {
        this.#turnOver = false;
        this.guard();
        if (this.#turnOver) {
          yield undefined;
          this.#turnEnds = hostNow() + this.turn;
        }
      }
      if (this.#halted) return i;
      this.protect(() => this.drive.step());
    }
    return count;
  }

  /** The limit of host time counts from the outermost call on, however many runs there are inside. */
  timed<T>(fn: () => T): T {
    const watch = this.hostWatch;
    if (watch.depth === 0) watch.started = hostNow();
    watch.depth++;
    try {
      return fn();
    } finally {
      watch.depth--;
      if (watch.depth === 0) this.#hostMilliseconds += hostNow() - watch.started;
    }
  }

  runUntil(done: () => boolean, within: Duration, watched: readonly Watched[]): boolean {
    return this.#runUntil(done, this.limit(within), watched);
  }

  /** As `runUntil`, for a condition on anything: asked at every event outside the CPU, and every 10 µs. */
  poll(condition: () => boolean, within: Duration): boolean {
    return this.timed(() => this.#poll(condition, within));
  }

  #poll(condition: () => boolean, within: Duration): boolean {
    const end = this.limit(within);
    const { machine } = this;
    const watched: Watched[] = EVENTS.map((event) => ({ onChange: (fn) => machine.on(event, fn) }));
    for (;;) {
      const next = this.limit(POLL);
      if (this.#runUntil(condition, this.#isLater(next, end) ? end : next, watched)) return true;
      if (this.#isLater(this.limit('0ns'), end)) return false;
    }
  }

  runToAddress(address: number, within: Duration): boolean {
    const { machine } = this;
    if (machine.cpu.pc >>> 0 === address) return true;
    const limit = this.limit(within);
    const end = this.breakpoints.add(address);
    try {
      return finished(this.running(limit)) === 'breakpoint';
    } finally {
      end();
    }
  }

  addressOf(where: string | number): number {
    return this.locator.address(where);
  }
  place(address: number): string {
    return this.locator.describe(address).replace(/^0x[0-9a-f]+ ?/, '');
  }
  readBytes(address: number, length: number): Uint8Array {
    return this.protect(() => this.machine.bus.bytes(address, length));
  }
  get returnAddress(): number {
    return returnAddress(this.machine, this.locator);
  }
  get handledException(): number | undefined {
    return handledException(this.machine);
  }
  runToExceptionReturn(exception: number, within: Duration): boolean {
    let returned = false;
    const limit = this.limit(within);
    const end = this.machine.on('irq', (event) => {
      if (event['exception'] !== exception || event['change'] !== 'leave') return;
      returned = true;
      this.halt();
    });
    try {
      this.mustGoOn(finished(this.running(limit)));
    } finally {
      end();
    }
    return returned;
  }
  get stackPointer(): number {
    return this.machine.cpu.register('sp') >>> 0;
  }

  mark(): Mark {
    return { time: this.time, cycles: this.cycles, snapshot: this.machine.snapshot() };
  }
  diagnose(start?: Start): Diagnosis {
    this.muted = true;
    const { faults } = this;
    try {
      return this.timed(() => {
        const told = this.aside(() => diagnose(this.machine, this.locator, faults, start as Mark | undefined));
        return this.title === undefined ? told : { ...told, cpu: `board '${this.title}', ${told.cpu}` };
      });
    } finally {
      this.muted = false;
    }
  }

  /** The instant a duration from now. */
  limit(duration: Duration): Limit {
    const span = parseDuration(duration);
    if (span.unit === 'cycles') return { cycles: this.cycles + span.cycles };
    return { time: this.machine.timebase.time().add(Rational.of(span.picoseconds, PICOSECONDS)) };
  }

  /** An instant that many ns of machine time, or CPU cycles, after power-on. */
  instant(since: Duration, where?: string): Limit {
    const span = parseDuration(since, where);
    if (span.unit === 'cycles') return { cycles: span.cycles };
    return { time: Rational.of(span.picoseconds, PICOSECONDS) };
  }

  /** Whether an instant in machine time is at or after the end. */
  #isLater(instant: Limit, end: Limit): boolean {
    if ('cycles' in end) return this.cycles >= end.cycles;
    return 'time' in instant && instant.time.compare(end.time) >= 0;
  }

  #runUntil(done: () => boolean, limit: Limit, watched: readonly Watched[]): boolean {
    const { met, end } = finished(this.runningUntil(done, limit, watched));
    if (!met) this.mustGoOn(end);
    return met;
  }

  /** Runs in turns until a condition is met, which is asked now, after everything that reaches `watched`, and at the end. */
  *runningUntil(done: () => boolean, limit: Limit, watched: readonly Watched[]): Turns<Waited> {
    if (callTest(done)) return { met: true, end: 'stopped' };
    let met = false;
    const check = () => {
      if (!met) {
        this.meet();
        met = callTest(done);
      }
      if (met) this.halt();
    };
    const ends = watched.map((one) => one.onChange(check));
    try {
      const end = yield* this.running(limit);
      return { met: met || callTest(done), end };
    } finally {
      for (const end of ends) end();
    }
  }

  /** @throws GuestError when a run has ended because nothing can happen any more before its limit */
  mustGoOn(end: RunEnd): void {
    if (end !== 'dead') return;
    throw new GuestError({
      what: 'the CPU clock stands and nothing is due any more: the cycles to wait for never come',
      where: this.#where,
      remedy: "wait for machine time ('50ms') instead of cycles",
    });
  }

  /** Does something with the machine: what breaks in it is told with the place of the CPU. */
  protect<T>(fn: () => T): T {
    return this.timed(() =>
      runMachine(this.machine, (pc) => this.locator.describe(pc), fn, this.title && `board '${this.title}'`),
    );
  }
}
