/** Runs of the machine between which the host hears its client: in turns of some milliseconds, each to an exact instant. */

import { type Duration, parseDuration } from '../../emu/duration.js';
import { UsageError } from '../../emu/errors.js';
import type { Limit } from '../../emu/machine.js';
import type { MachineEvents } from '../../emu/machine-events.js';
import type { Watched } from '../../matchers/subject.js';
import type { BoardControls } from '../board-handle.js';
import type { MachineBench, Turns } from '../machine-bench.js';
import { type ErrorObject, errorObject } from './failure.js';
import type { WatchHit } from './watchpoints.js';

/** What a run may end at besides its limit and condition. */
export const STOPPERS = ['fault', 'misuse', 'reset', 'exit'] as const;
export type Stopper = (typeof STOPPERS)[number];

/** Why a run ended, with what is known besides. */
export interface Stop {
  readonly reason: 'limit' | 'met' | 'stop' | 'breakpoint' | 'watchpoint' | 'locked' | 'error' | Stopper;
  readonly watchpoint?: WatchHit;
  readonly exitCode?: number;
  readonly error?: ErrorObject;
  /** What a stopper says: the text of the fault, the report. */
  readonly what?: string;
}

export interface RunRequest {
  /** Undefined: none. */
  readonly limit?: Limit | undefined;
  /** Ends the run when it is true; asked at the start, and after whatever reaches `watched`. */
  readonly condition?: { readonly met: () => boolean; readonly watched: readonly Watched[] } | undefined;
  readonly stopOn: readonly Stopper[];
  /** Seconds of machine time that may pass in a second of the host's; undefined: as many as it can. */
  readonly pace?: number | undefined;
}

/** Host ms of a turn: how long a client waits for an answer at most, but for what one slice of the engine takes. */
const TURN = 10;
/** Machine time of a piece of a run without limit. */
const PIECE: Duration = '10ms';
/** Machine time in ns that is counted exactly: 104 days. No run goes further. */
const HORIZON_NS = 2 ** 53;
const NEVER = (): boolean => false;

type Listener = (what: 'resume' | 'stop', stop?: Stop) => void;

export class RunControl {
  readonly #board: BoardControls;
  readonly #bench: MachineBench;
  #running = false;
  #stop: Stop | undefined;
  #wake: (() => void) | undefined;
  /** What the firmware said when it ended; undefined while it has not. */
  exitCode: number | undefined;
  last: Stop | undefined;
  /** Hears when the machine begins to run and when it stands. */
  listener: Listener = () => {};
  /** Called between turns; resolves when the client has taken what there was to say. */
  between: () => Promise<void> | undefined = () => undefined;

  constructor(board: BoardControls) {
    this.#board = board;
    this.#bench = board.bench;
    this.#bench.turn = TURN;
    board.on('exit', (event) => {
      this.exitCode = Number(event['code'] ?? 0);
    });
    board.on('reset', () => {
      this.exitCode = undefined;
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** Ends the run in progress for a reason; the first one counts. */
  noteStop(stop: Stop): void {
    if (!this.#running) return;
    this.#stop ??= stop;
    this.#bench.halt();
    this.wake();
  }
  /** Something happened from outside: a machine that waits for it looks again. */
  wake(): void {
    this.#wake?.();
  }

  /** Runs; the promise never rejects. */
  async run(request: RunRequest): Promise<Stop> {
    const ends = request.stopOn.map((event) => this.#board.on(event, (detail) => this.#stopAt(event, detail)));
    const stop = await this.#take(this.#turns(request));
    for (const end of ends) end();
    return stop;
  }

  /** Makes single steps; resolves with how many it made. */
  async step(count: number): Promise<{ stop: Stop; steps: number }> {
    let steps = 0;
    const { bench } = this.#board;
    const turns = function* (): Turns<Stop> {
      steps = yield* bench.stepping(count);
      return { reason: 'limit' };
    };
    const stop = await this.#take(turns());
    return { stop, steps };
  }

  async #take(turns: Turns<Stop>): Promise<Stop> {
    this.#running = true;
    this.#stop = undefined;
    this.listener('resume');
    let stop: Stop;
    try {
      stop = await this.#loop(turns);
    } catch (error) {
      stop = { reason: 'error', error: errorObject(error) };
    }
    this.#running = false;
    this.last = stop;
    this.listener('stop', stop);
    return stop;
  }

  async #loop(turns: Turns<Stop>): Promise<Stop> {
    for (;;) {
      const { done, value } = turns.next();
      if (done) return this.#stop ?? value;
      await this.between();
      if (this.#stop) {
        turns.return(this.#stop);
        return this.#stop;
      }
      await this.#pause(value ?? 0);
    }
  }

  #stopAt<E extends Stopper>(event: E, detail: MachineEvents[E]): void {
    if (event === 'exit') this.noteStop({ reason: event, exitCode: this.exitCode ?? 0 });
    else if (event === 'fault') {
      this.noteStop({ reason: event, what: this.#bench.faultText(detail as MachineEvents['fault']) });
    } else if (event === 'misuse') this.noteStop({ reason: event, what: (detail as MachineEvents['misuse']).what });
    else this.noteStop({ reason: event, what: (detail as MachineEvents['reset']).cause });
  }

  *#turns({ limit, condition, pace }: RunRequest): Turns<Stop> {
    const met = condition?.met ?? NEVER;
    const watched = condition?.watched ?? [];
    if (limit === undefined) return yield* this.#unlimited(met, watched, pace);
    const { met: was, end } = yield* this.#bench.runningUntil(met, limit, watched);
    if (was) return { reason: 'met' };
    if (end === 'dead') this.#bench.mustGoOn(end);
    return { reason: end === 'breakpoint' ? 'breakpoint' : end === 'limit' ? 'limit' : 'stop' };
  }

  /** In pieces; a machine that waits for something from outside lets no time pass. */
  *#unlimited(met: () => boolean, watched: readonly Watched[], pace: number | undefined): Turns<Stop> {
    const { machine } = this.#bench;
    const started = { host: performance.now(), machine: this.#bench.time };
    let turnEnds = performance.now() + TURN;
    for (;;) {
      if (machine.cpu.locked) return { reason: met() ? 'met' : 'locked' };
      if (this.#bench.time >= HORIZON_NS) return { reason: 'limit' };
      if (machine.quietUntil === Number.POSITIVE_INFINITY && !met()) yield Number.POSITIVE_INFINITY;
      const result = yield* this.#bench.runningUntil(met, this.#bench.limit(PIECE), watched);
      if (result.met) return { reason: 'met' };
      if (result.end === 'breakpoint') return { reason: 'breakpoint' };
      if (result.end === 'stopped') return { reason: 'stop' };
      const ahead =
        pace === undefined ? 0 : (this.#bench.time - started.machine) / 1e6 / pace - (performance.now() - started.host);
      if (ahead <= 0 && performance.now() < turnEnds) continue;
      yield Math.max(ahead, 0);
      turnEnds = performance.now() + TURN;
    }
  }

  /** Lets the host's other work be done, for some ms at least; ends early when somebody calls `wake`. */
  #pause(ms: number): Promise<void> {
    if (ms === 0) return new Promise((done) => setImmediate(done));
    return new Promise((done) => {
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        done();
      };
    });
  }
}

/**
 * The limit that `for` (from now) or `until` (machine time since power-on) says; undefined for neither.
 * @throws UsageError for what is no duration, and for one that ends behind the time that is counted exactly
 */
export function limitOf(
  bench: MachineBench,
  given: { for?: string | undefined; until?: string | undefined },
): Limit | undefined {
  const [text, where] = given.for === undefined ? [given.until, 'until'] : [given.for, 'for'];
  if (text === undefined) return undefined;
  const span = parseDuration(text, where);
  const start = where === 'for' ? bench.time : 0;
  const cycles = span.unit === 'cycles' ? span.cycles + (where === 'for' ? 0 : -bench.cycles) : 0;
  const end =
    span.unit === 'cycles'
      ? bench.time + (cycles / Math.max(bench.hertz, 1)) * 1e9
      : start + Number(span.picoseconds) / 1e3;
  if (end > HORIZON_NS) {
    const remedy = 'give less: 104 days of machine time since power-on are counted exactly';
    throw new UsageError({ what: `${JSON.stringify(text)} is too long`, where, remedy });
  }
  return where === 'for' ? bench.limit(text as Duration) : bench.instant(text as Duration);
}
