import { UsageError } from '../../../src/emu/errors.js';
import { MachineMistakes } from '../../../src/machine-file/mistakes.js';
import { type Random, randomOf } from '../mutants.js';

/** Reads damaged inputs one after the other: each is taken or refused with a message and a place, soon and in bounded memory. */

export const HOSTILE = Boolean(process.env['FWTEST_HOSTILE']);
export const LONG = HOSTILE || process.env['FWTEST_LONG'] === '1';
/** Before a release each format is attacked so often: FWTEST_HOSTILE=1, or another number. */
const ALL = Number(process.env['FWTEST_HOSTILE']) > 1 ? Number(process.env['FWTEST_HOSTILE']) : 100_000;
/** Host ms for all of it. */
export const PATIENCE = HOSTILE ? 7_200_000 : LONG ? 600_000 : 60_000;

export type Input = string | Uint8Array;

export interface Attack<I extends Input> {
  readonly what: string;
  readonly seed: number;
  /** How many in every run; 20 times as many with FWTEST_LONG=1. */
  readonly few: number;
  /** Inputs that are tried before those at random: all of them in the great run, some in each. */
  readonly listed?: readonly (() => I)[];
  readonly input: (random: Random) => I;
  readonly read: (input: I, round: number) => unknown;
  /** What the place of every refusal looks like. */
  readonly place: RegExp;
}

/** CPU ms for one input. */
const SLOW = 1000;
/** Bytes of the heap and of buffers that may be there at any time more than at the start. */
const HEAP = 600 * 2 ** 20;
/** KiB that the process may grow by meanwhile; in the great run, which has it for itself. */
const RESIDENT = 1200 * 1024;
const LONGEST_MESSAGE = 30_000;

const held = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const shown = (input: Input): string => {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('latin1');
  return `${text.length} characters: ${JSON.stringify(text.slice(0, 2000))}`;
};

class Toll {
  taken = 0;
  refused = 0;
  /** By what is wrong: the first input of each sort. */
  readonly findings = new Map<string, string>();
  readonly slowest: { readonly ms: number; readonly input: string }[] = [];

  finding(what: string, round: number, input: Input, detail = ''): void {
    if (this.findings.size >= 30 || this.findings.has(what)) return;
    this.findings.set(what, `round ${round}, ${shown(input)}\n${detail}`);
    // The great run takes long, and may not come to its end.
    if (HOSTILE) console.log(`${what}\n${this.findings.get(what)}`);
  }
  took(ms: number, input: Input): void {
    const { slowest } = this;
    if (slowest.length === 10 && slowest[9]!.ms >= ms) return;
    slowest.push({ ms, input: shown(input).slice(0, 300) });
    slowest.sort((a, b) => b.ms - a.ms);
    slowest.length = Math.min(slowest.length, 10);
  }
}

/** What is wrong with how an input was refused; undefined if nothing is. */
function complaint(error: unknown, place: RegExp): string | undefined {
  if (!(error instanceof UsageError)) {
    const stack = error instanceof Error ? (error.stack ?? '').split('\n') : [];
    return `${String(error).slice(0, 200)} ${stack
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 2)
      .join(' ')}`;
  }
  if (error.message.length > LONGEST_MESSAGE) return `a message of more than ${LONGEST_MESSAGE} characters`;
  const mistakes = error instanceof MachineMistakes ? error.mistakes : [error.problem];
  const astray = mistakes.find(({ where }) => !place.test(where ?? ''));
  return astray && `no place but '${astray.where}' for: ${astray.what.replaceAll(/'[^']*'|\d+/g, '…').slice(0, 120)}`;
}

function one<I extends Input>({ read, place }: Attack<I>, toll: Toll, input: I, round: number): void {
  const attempt = (): unknown => {
    try {
      read(input, round);
      return undefined;
    } catch (error) {
      return error ?? new Error('nothing was thrown');
    }
  };
  const started = performance.now();
  const error = attempt();
  const ms = performance.now() - started;
  toll.took(ms, input);
  if (ms > SLOW) {
    // Of a computer that does other things the time on the wall says little.
    const before = process.cpuUsage();
    attempt();
    const { user, system } = process.cpuUsage(before);
    if (user + system > SLOW * 1000) toll.finding('more than a second', round, input, `${(user + system) / 1000} ms`);
  }
  if (error === undefined) toll.taken++;
  else toll.refused++;
  const wrong = error === undefined ? undefined : complaint(error, place);
  if (wrong !== undefined) toll.finding(wrong, round, input, String((error as Error).stack ?? error).slice(0, 1500));
}

/** @returns how many were taken, and how many refused */
export function attack<I extends Input>(given: Attack<I>): Pick<Toll, 'taken' | 'refused'> {
  const { what, seed, few, input, listed = [] } = given;
  const random = randomOf(seed);
  const count = HOSTILE ? ALL : LONG ? few * 20 : few;
  // At least every third is one at random.
  const fromList = Math.min(listed.length, Math.floor((count * 2) / 3));
  const [toll, before, resident, started] = [new Toll(), held(), process.resourceUsage().maxRSS, performance.now()];
  for (let round = 0; round < count; round++) {
    const each = round < fromList ? listed[Math.floor((round * listed.length) / fromList)]!() : input(random);
    one(given, toll, each, round);
    if (HOSTILE && round % 10_000 === 9999) console.log(`${what}: ${round + 1}, ${toll.findings.size} findings`);
    if (round % 64 === 0 && held() - before > HEAP) toll.finding('too much memory', round, each, `${held() - before}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const grown = process.resourceUsage().maxRSS - resident;
  if (HOSTILE) {
    const times = toll.slowest.map(({ ms, input }) => `${ms.toFixed(0)} ms: ${input}`).join('\n  ');
    console.log(
      `${what}: seed ${seed}, ${count} inputs (${listed.length} listed) in ${seconds.toFixed(0)} s, ${toll.taken} taken, ${toll.refused} refused, ${(grown / 1024).toFixed(0)} MiB more at most; the slowest:\n  ${times}`,
    );
    if (grown > RESIDENT) toll.finding('the process grew', count, '', `${grown} KiB`);
  }
  const findings = [...toll.findings].map(([sort, first]) => `${sort}\n${first}`);
  if (findings.length > 0)
    throw new Error(`${what}, seed ${seed}: ${findings.length} findings\n\n${findings.join('\n\n')}`);
  return toll;
}
