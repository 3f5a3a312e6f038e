/** `fwtest boot`: runs an image with its console on the terminal. */

import { resolve } from 'node:path';
import { readElf } from '../../emu/debug/elf.js';
import { type Duration, parseDuration, type Span } from '../../emu/duration.js';
import { UsageError } from '../../emu/errors.js';
import type { EngineMode, TimingModel } from '../../emu/isa/engine-mode.js';
import type { SerialHandle } from '../../emu/parts/terminal.js';
import { frequencyText, grouped } from '../../matchers/message.js';
import { misuseText } from '../../matchers/misuse-text.js';
import { type BoardEntry, boardNamed, boards } from '../catalogue.js';
import type { ExitCode } from '../exit-code.js';
import type { RunStatistics } from '../run-statistics.js';
import { type AnyBoard, createStation, type Station } from '../station.js';
import { COUNTING_COSTS, engineRows, rowText, type StatisticsRow, timeRows } from '../statistics-text.js';
import { isSerial } from '../uart-handle.js';

export interface BootOptions {
  /** Needed; asked for here, after the image and all that is misspelt. */
  board?: string;
  for?: string;
  until?: string;
  engine?: EngineMode;
  timing?: TimingModel;
  stats?: boolean;
}

/** Machine time between two looks at keyboard and clock. */
const SLICE: Duration = '5ms';
const SLICE_MS = 5;
/** Machine time after a firmware's exit or first fault: for what it still says, and for bytes on their way. */
const LAST_WORDS_NS = 20e6;
const CTRL_C = 3;
const NEWLINE = 10;

interface Ending {
  readonly code: ExitCode;
  readonly why?: string;
}

/** Where the machine is, for the statistics. */
interface Standing {
  readonly time: number;
  readonly cycles: number;
  readonly at: string;
  readonly counted: RunStatistics | undefined;
}

/** Host limits do not apply here: whoever typed the command can end it. */
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What goes on between the firmware and the terminal. */
class Session {
  readonly #station: Station;
  readonly #console: SerialHandle | undefined;
  readonly #until: string | undefined;
  #written = Buffer.alloc(0);
  #semihostingShown = 0;
  #quit = false;
  #faultAt: number | undefined;
  #exitCode: number | undefined;
  #standingAtExit: Standing | undefined;
  #lastByte = NEWLINE;
  ending: Ending | undefined;

  constructor(
    station: Station,
    console: { name: string; handle: SerialHandle } | undefined,
    until: string | undefined,
  ) {
    this.#station = station;
    this.#console = console?.handle;
    this.#until = until;
    const { machine } = station;
    machine.on('uart', (event) => {
      if (event.source === console?.name) this.#show(Uint8Array.of(Number(event['byte'])));
    });
    machine.on('exit', (event) => {
      this.#exitCode ??= Number(event['code'] ?? 0);
      machine.stop();
    });
    machine.on('fault', () => (this.#faultAt ??= station.bench.time));
    machine.on('misuse', (report) => this.say(`fwtest: ${misuseText(report)}`));
  }

  /** Runs one slice and looks at what came of it. */
  advance(slice: Duration): void {
    const { bench } = this.#station;
    bench.run(slice);
    if (this.#exitCode !== undefined) {
      const { time, cycles, statistics: counted } = bench;
      const at = `pc ${bench.locator.describe(this.#station.machine.cpu.pc >>> 0)}, ended with exit code ${this.#exitCode}`;
      this.#standingAtExit ??= { time, cycles, at, counted };
    }
    this.#showSemihosting();
    this.ending ??= this.#quit ? { code: this.#until === undefined ? 0 : 1, why: 'ended by Ctrl-C' } : this.#ended();
  }

  /** How the firmware ended, if it did and has nothing more to say. */
  #ended(): Ending | undefined {
    const { bench, machine } = this.#station;
    const since = this.#standingAtExit?.time ?? this.#faultAt;
    const isOver = since !== undefined && bench.time - since >= LAST_WORDS_NS;
    if (isOver || (machine.cpu.locked && this.#exitCode === undefined)) return this.outcome();
    return undefined;
  }

  /** What there is to say of the firmware at this point. */
  outcome(): Ending {
    const { bench, machine } = this.#station;
    if (this.#exitCode !== undefined) return this.#exited(this.#exitCode);
    if (machine.cpu.locked)
      return { code: 1, why: `the CPU is locked up: ${bench.faults[0]?.text ?? bench.diagnose().cpu}` };
    if (this.#faultAt !== undefined) return { code: 1, why: `the firmware faulted: ${bench.faults[0]?.text}` };
    return { code: 0 };
  }

  /** When the firmware ended, without its last words; otherwise now. */
  standing(): Standing {
    const { bench } = this.#station;
    const { time, cycles, statistics: counted } = bench;
    return this.#standingAtExit ?? { time, cycles, at: bench.diagnose().cpu, counted };
  }

  /** Says lines below the firmware's text, which may have left the cursor in a line. */
  say(...lines: string[]): void {
    if (lines.length === 0) return;
    if (this.#lastByte !== NEWLINE) console.error('');
    this.#lastByte = NEWLINE;
    for (const line of lines) console.error(line);
  }

  type(data: Uint8Array): void {
    if (data.includes(CTRL_C) && process.stdin.isTTY) this.#quit = true;
    else this.#console?.type(data);
  }

  #show(bytes: Uint8Array): void {
    process.stdout.write(bytes);
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    if (this.#until === undefined || this.ending) return;
    this.#written = Buffer.concat([this.#written, bytes]).subarray(-4096);
    if (!this.#written.includes(this.#until)) return;
    this.ending = { code: 0 };
    this.#station.machine.stop();
  }

  #showSemihosting(): void {
    const text = 'semihosting' in this.#station.board ? this.#station.board.semihosting.text : '';
    if (text.length > this.#semihostingShown) this.#show(Buffer.from(text.slice(this.#semihostingShown), 'utf8'));
    this.#semihostingShown = text.length;
  }

  #exited(code: number): Ending {
    const what = `the firmware ended with exit code ${code}`;
    if (this.#until !== undefined) return { code: 1, why: `${what} before it wrote the text` };
    return code === 0 ? { code: 0 } : { code: 1, why: what };
  }
}

/** The board's console, or its only UART. */
function consoleOf(station: Station): { name: string; handle: SerialHandle } | undefined {
  const { assembly } = station.machine;
  const named = station.machine.handle('console');
  if (named && isSerial(named)) return { name: (named as { uart?: string }).uart ?? 'console', handle: named };
  const serials = [...assembly.devices].filter(([, device]) => isSerial(device.handle));
  const [only, ...others] = serials;
  return only && others.length === 0 ? { name: only[0], handle: only[1].handle as SerialHandle } : undefined;
}

/** Keyboard and pipes; a terminal gives each key at once. */
function listenToInput(session: Session): () => void {
  const { stdin } = process;
  const hear = (data: Buffer) => session.type(data);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', hear);
  return () => {
    stdin.off('data', hear);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
  };
}

const pause = (ms: number) => new Promise<void>((done) => (ms > 0 ? setTimeout(done, ms) : setImmediate(done)));

/** The rest of `--for`, at most a slice; undefined when it is over. */
function nextSlice(span: Span | undefined, station: Station): Duration | undefined {
  if (span === undefined) return SLICE;
  const left =
    span.unit === 'cycles'
      ? span.cycles - station.bench.cycles
      : Math.ceil(Number(span.picoseconds) / 1000) - station.bench.time;
  if (left <= 0) return undefined;
  if (span.unit === 'cycles') return `${Math.min(left, Math.ceil(station.bench.hertz / 200))}cycles`;
  return `${Math.min(left, SLICE_MS * 1e6)}ns`;
}

async function runSession(session: Session, station: Station, span: Span | undefined): Promise<Ending> {
  // With a person at the keyboard machine time is not faster than the clock on the wall.
  const paced = process.stdin.isTTY === true && span === undefined;
  const started = performance.now();
  let slices = 0;
  for (;;) {
    const slice = nextSlice(span, station);
    if (slice === undefined) return session.outcome();
    session.advance(slice);
    if (session.ending) return session.ending;
    if (++slices % 4 === 0 || paced) await pause(paced ? station.bench.time / 1e6 - (performance.now() - started) : 0);
  }
}

function statistics({ bench, machine }: Station, { time, cycles, at, counted }: Standing): string[] {
  const rows: StatisticsRow[] = [
    ...timeRows(time, cycles, ` at ${frequencyText(bench.hertz)}`),
    ...(counted ? engineRows(counted) : []),
    ['at', at],
    ['faults', grouped(bench.faultCount)],
    ['guest errors', `${machine.guestErrors.length}`],
  ];
  return [...rows.map(rowText), COUNTING_COSTS];
}

function boardFor(options: BootOptions): BoardEntry {
  if (options.board !== undefined) return boardNamed(options.board);
  const names = boards().map((one) => one.definition.name);
  const remedy = `name the board the image is for: ${names.map((name) => `--board ${name}`).join(' or ')}`;
  throw new UsageError({ what: "the option '-b, --board <name>' is missing", where: 'fwtest boot', remedy });
}

/** @throws UsageError */
function checkUntil({ until, for: limit }: BootOptions): void {
  if (until === '') {
    const remedy = "give some text: --until 'ready'";
    throw new UsageError({ what: 'the text to wait for is empty', where: '--until', remedy });
  }
  // Nobody is there to end it.
  if (until !== undefined && limit === undefined && process.stdin.isTTY !== true)
    console.error("fwtest: --until without --for: this runs without limit until the text comes (--for '10s' sets one)");
}

/** Runs an image until its text came, its time is over, or it ended. */
export async function boot(image: string, options: BootOptions): Promise<ExitCode> {
  const path = resolve(image);
  // Whoever misspelt the image hears of that first.
  readElf(path);
  const { definition } = boardFor(options);
  const span = options.for === undefined ? undefined : parseDuration(options.for, '--for');
  checkUntil(options);
  const { engine, timing, stats } = options;
  const settings = { hostTimeout: NO_LIMIT, semihosting: 'auto', engine, timing, stats } as const;
  const station = createStation(definition as AnyBoard, path, settings);
  const session = new Session(station, consoleOf(station), options.until);
  const stopListening = listenToInput(session);
  const ending = await runSession(session, station, span).finally(stopListening);
  const missed = ending.code === 0 && options.until !== undefined && session.ending === undefined;
  const why = missed
    ? `${JSON.stringify(options.until)} did not come within ${options.for} of machine time`
    : ending.why;
  if (why !== undefined) session.say(`fwtest: ${why}`);
  if (options.stats) session.say(...statistics(station, session.standing()));
  return missed ? 1 : ending.code;
}
