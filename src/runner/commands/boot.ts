/** `fwtest boot`: runs an image with its console on the terminal. */

import { writeFileSync } from 'node:fs';
import { readElf } from '../../emu/debug/elf.js';
import { type Duration, parseDuration, type Span } from '../../emu/duration.js';
import { UsageError } from '../../emu/errors.js';
import type { GuestReport } from '../../emu/guest-report.js';
import { misuseKindOf } from '../../emu/misuse.js';
import type { AccessLog } from '../../machine-file/svd/access-log.js';
import { frequencyText, grouped, timeText } from '../../matchers/message.js';
import { misuseText } from '../../matchers/misuse-text.js';
import { faultedText } from '../diagnosis.js';
import { type EndingCode, type ExitCode, Interrupted } from '../exit-code.js';
import { hostNow } from '../host-clock.js';
import { FAULTING } from '../machine-bench.js';
import type { ChosenMachine } from '../machine-choice.js';
import { type MisuseLevel, MisuseLevels } from '../misuse-settings.js';
import { OpenFault } from '../open-fault.js';
import type { RunStatistics } from '../run-statistics.js';
import { type MachineToStart, machineToStart, type StartOptions, startMachine } from '../start-machine.js';
import type { AnyBoard, Station } from '../station.js';
import { COUNTING_COSTS, engineRows, rowText, type StatisticsRow, timeRows } from '../statistics-text.js';
import type { UartOutput } from '../uart-handle.js';
import { consoleUart, uartNamed } from '../uart-named.js';
import { type UartStreams, uartStreams } from '../uart-streams.js';

export interface BootOptions extends StartOptions {
  for?: string;
  until?: string;
  misuse?: MisuseLevel;
  /** Where UARTs go besides the terminal: `usart3=file:log.txt`. */
  uart?: readonly string[];
  /** Says every access to stubs of an SVD file. */
  traceStubs?: boolean;
  /** Writes the machine's description instead of running it: to a file, or to the terminal. */
  dumpConfig?: string | true;
  /** The UART on the terminal. */
  console?: string;
}

/** Machine time between two looks at keyboard and clock. */
const SLICE: Duration = '5ms';
const SLICE_MS = 5;
/** Host ms after which keyboard and pipes get their turn in the middle of a slice. */
const TURN_MS = 50;
/** Machine time after a firmware's exit, or its fault and what it says of that: for what it still says, and for bytes on their way. */
const LAST_WORDS_NS = 20e6;
const CTRL_C = 3;
const NEWLINE = 10;

interface Ending {
  readonly code: EndingCode;
  readonly why?: string;
}

/** Where the machine is, for the statistics. */
interface Standing {
  readonly time: number;
  readonly cycles: number;
  readonly at: string;
  readonly counted: RunStatistics | undefined;
}

/** What goes on between the firmware and the terminal. */
class Session {
  readonly #station: Station;
  /** Of several UARTs the first that writes is meant. */
  #console: UartOutput | undefined;
  readonly #typesTo: UartOutput | undefined;
  readonly #until: string | undefined;
  #written = Buffer.alloc(0);
  #semihostingShown = 0;
  #quit = false;
  readonly #open: OpenFault;
  #exitCode: number | undefined;
  #standingAtExit: Standing | undefined;
  #lastByte = NEWLINE;
  ending: Ending | undefined;
  misuseErrors = 0;

  constructor(station: Station, consoles: readonly UartOutput[], { until, misuse }: BootOptions) {
    this.#station = station;
    this.#open = new OpenFault(station);
    this.#typesTo = consoles[0];
    this.#until = until;
    const levels = new MisuseLevels([misuse]);
    const { machine } = station;
    for (const one of consoles) {
      one.onByte((byte) => {
        this.#console ??= one;
        if (this.#console === one) this.#show(Uint8Array.of(byte));
      });
    }
    machine.on('exit', (event) => {
      this.#exitCode ??= Number(event['code'] ?? 0);
      machine.stop();
    });
    machine.on('misuse', (report) => this.#misused(report, levels.of(misuseKindOf(report))));
  }

  /** A level of `error` ends with exit code 1, when the run is over. */
  #misused(report: GuestReport, level: MisuseLevel): void {
    if (level === 'off') return;
    this.say(`fwtest: ${misuseText(report)}`);
    // A fault has a line of its own at the end, and its own exit code.
    const faults = (FAULTING as readonly string[]).includes(misuseKindOf(report));
    if (level === 'error' && !faults) this.misuseErrors++;
  }

  /** Runs one slice, and looks at what came of it. The keyboard is heard meanwhile, if that takes long. */
  async advance(slice: Duration, listen: () => void): Promise<void> {
    const { bench } = this.#station;
    bench.turn = TURN_MS;
    const turns = bench.running(bench.limit(slice));
    for (;;) {
      const { done, value } = turns.next();
      if (done) bench.mustGoOn(value);
      else {
        listen();
        await pause(0);
      }
      if (done || this.#quit || this.ending) break;
    }
    if (this.#exitCode !== undefined) {
      const { time, cycles, statistics: counted } = bench;
      const at = `pc ${bench.locator.describe(this.#station.machine.cpu.pc >>> 0)}, ended with exit code ${this.#exitCode}`;
      this.#standingAtExit ??= { time, cycles, at, counted };
    }
    this.#showSemihosting();
    this.ending ??= this.#quit
      ? {
          code: Interrupted.exitCode,
          why: `ended by Ctrl-C at ${this.standing().at}, ${timeText(bench.time)} of machine time`,
        }
      : this.#ended();
  }

  /** Nobody reads what the firmware writes any more. */
  deafened(): void {
    this.ending ??= { code: this.#until === undefined ? 0 : 1 };
    this.#station.machine.stop();
  }

  /** How the firmware ended, if it did and has nothing more to say. */
  #ended(): Ending | undefined {
    const { bench, machine } = this.#station;
    if (this.#exitCode === undefined)
      return machine.cpu.locked || this.#open.isStuck(LAST_WORDS_NS) ? this.outcome() : undefined;
    const since = this.#standingAtExit?.time;
    return since !== undefined && bench.time - since >= LAST_WORDS_NS ? this.outcome() : undefined;
  }

  /** What there is to say of the firmware at this point. */
  outcome(): Ending {
    const { bench, machine } = this.#station;
    if (this.#exitCode !== undefined) return this.#exited(this.#exitCode);
    if (machine.cpu.locked)
      return { code: 1, why: `the CPU is locked up: ${bench.faults[0]?.text ?? bench.diagnose().cpu}` };
    if (this.#open.isOpen) return { code: 1, why: `the firmware faulted: ${faultedText(machine, this.#open.faults)}` };
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

  /** A person ends it, by a key or by a signal. */
  interrupt(): void {
    this.#quit = true;
  }

  type(data: Uint8Array): void {
    if (data.includes(CTRL_C) && process.stdin.isTTY) this.interrupt();
    else (this.#console ?? this.#typesTo)?.offer(data);
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

/** @throws UsageError */
function namedConsole({ board }: Station, name: string): UartOutput {
  try {
    return uartNamed(board, name);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError({ ...error.problem, where: '--console' }) : error;
  }
}

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

/** What is on the terminal: the console or, where there is none, any UART, unless it was put elsewhere or another one here. */
function onTerminal(
  { board }: Station,
  { terminal, elsewhere }: UartStreams,
  named: UartOutput | undefined,
): readonly UartOutput[] {
  const console = terminal ?? named ?? consoleUart(board);
  const all = console ? [console] : [...new Set(board.uartOutputs.values())].filter(({ input }) => input !== undefined);
  return all.filter((one) => !elsewhere.has(one));
}

async function runSession(
  session: Session,
  station: Station,
  span: Span | undefined,
  listen: () => void,
  between: () => void,
): Promise<Ending> {
  const started = hostNow();
  let paced: boolean | undefined;
  let slices = 0;
  for (;;) {
    const slice = nextSlice(span, station);
    if (slice === undefined) return session.outcome();
    await session.advance(slice, listen);
    listen();
    between();
    if (session.ending) return session.ending;
    // With a person at the keyboard machine time is not faster than the clock on the wall.
    paced ??= span === undefined && process.stdin.isTTY === true;
    if (++slices % 4 === 0 || paced) await pause(paced ? station.bench.time / 1e6 - (hostNow() - started) : 0);
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

/** @throws UsageError */
function checkEnd({ until, for: limit }: BootOptions): void {
  if (until === '') {
    const remedy = "give some text: --until 'ready'";
    throw new UsageError({ what: 'the text to wait for is empty', where: '--until', remedy });
  }
  // Nobody is there to end it.
  if (limit !== undefined || process.stdin.isTTY === true) return;
  console.error(
    until === undefined
      ? "fwtest: neither --for nor --until: this runs without limit until the firmware ends (--for '10s' sets one)"
      : "fwtest: --until without --for: this runs without limit until the text comes (--for '10s' sets one)",
  );
}

/** Runs an image until its text came, its time is over, or it ended. */
export async function boot(image: string | undefined, options: BootOptions): Promise<EndingCode> {
  const chosen = await machineToStart(image, options, 'fwtest boot', { model: options.dumpConfig !== undefined });
  if (options.dumpConfig !== undefined) return dump(chosen, options.dumpConfig);
  const { board } = chosen;
  requireImage(chosen);
  const span = options.for === undefined ? undefined : parseDuration(options.for, '--for');
  checkEnd(options);
  const station = startMachine(chosen, options);
  const named = options.console === undefined ? undefined : namedConsole(station, options.console);
  tellStart(board, chosen.elf);
  const streams = await uartStreams(station.board, options.uart ?? [], (line) => console.error(line));
  const session = new Session(station, onTerminal(station, streams, named), options);
  const stubs = chosen.stubs ? await watchStubs(station, session, options) : undefined;
  // Node takes milliseconds to make `process.stdin`: not before the first byte, nobody is heard before the first turn anyway.
  let stopListening: (() => void) | undefined;
  const listen = () => {
    stopListening ??= listenToInput(session);
  };
  const closed = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    session.deafened();
  };
  process.stdout.on('error', closed);
  // Whoever asks twice need not wait.
  const interrupted = () => session.interrupt();
  process.once('SIGINT', interrupted);
  const ending = await runSession(session, station, span, listen, () => streams.flush()).finally(() => {
    process.off('SIGINT', interrupted);
    stopListening?.();
    streams.close();
  });
  const code = finish(session, station, options, ending);
  session.say(...(stubs?.summary() ?? []));
  return code;
}

function finish(session: Session, station: Station, options: BootOptions, ending: Ending): EndingCode {
  const missed = ending.code === 0 && options.until !== undefined && session.ending === undefined;
  const why = missed
    ? `${JSON.stringify(options.until)} did not come within ${options.for} of machine time`
    : ending.why;
  if (why !== undefined) session.say(`fwtest: ${why}`);
  const misused = session.misuseErrors;
  if (misused > 0 && !missed && ending.code === 0)
    session.say(
      `fwtest: the firmware misused the hardware (${misused} ${misused === 1 ? 'report' : 'reports'} above; --misuse warn allows it)`,
    );
  if (options.stats) session.say(...statistics(station, session.standing()));
  if (ending.code === Interrupted.exitCode) return ending.code;
  return missed || misused > 0 ? 1 : ending.code;
}

async function watchStubs(
  { machine, bench }: Station,
  session: Session,
  { traceStubs }: BootOptions,
): Promise<AccessLog> {
  const { AccessLog } = await import('../../machine-file/svd/access-log.js');
  const locate = (pc: number) => bench.locator.describe(pc);
  return new AccessLog(machine, { locate, ...(traceStubs && { trace: (line) => session.say(line) }) });
}

async function dump(chosen: ChosenMachine, target: string | true): Promise<ExitCode> {
  const { descriptionText } = await import('../machine-from-choice.js');
  const text = descriptionText(chosen);
  if (target === true || target === '-') process.stdout.write(text);
  else {
    try {
      writeFileSync(target, text);
    } catch (error) {
      const what = `the file cannot be written: ${(error as Error).message}`;
      throw new UsageError({ what, where: `--dump-config ${target}`, remedy: 'name a file in a folder that is there' });
    }
  }
  return 0;
}

/** @throws UsageError when there is nothing to run */
function requireImage({ board, image, model, startsItself }: MachineToStart): void {
  if (image !== undefined || startsItself === true || (board.chip.images?.length ?? 0) > 0) return;
  const { bios, kernel, pflash } = model?.boot?.value ?? {};
  const hasBoot = bios !== undefined || kernel !== undefined || (pflash?.[0] ?? 'none') !== 'none';
  // A board that starts images itself has its own code for that in its ROM.
  const own = model?.loadsItself === true ? 'rom' : undefined;
  const hasContents = Object.values(board.chip.memories).some(
    ({ contents, kind }) => contents !== undefined && contents.length > 0 && kind !== own,
  );
  const isLoaded = model !== undefined && model.contents.length > model.ownContents;
  if (hasBoot || isLoaded || (hasContents && model !== undefined)) return;
  throw new UsageError({
    what: 'there is no image to run',
    where: 'fwtest boot',
    remedy: 'name one: fwtest boot app.elf --board …',
  });
}

/** Where the firmware is taken to start, if nobody said it. */
function tellStart(board: AnyBoard, path: string | undefined): void {
  if (board.chip.start === undefined) return;
  const elf = path === undefined ? undefined : readElf(path);
  const note = board.startNote(elf?.segments, elf?.entry, elf);
  if (note !== undefined) console.error(`fwtest: ${note}`);
}
