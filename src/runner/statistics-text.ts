/** Statistics in words, as `fwtest run --stats` and `fwtest boot --stats` print them. */

import { EXIT_CAUSES } from '../emu/isa/engine-statistics.js';
import { grouped, timeText } from '../matchers/message.js';
import type { RunStatistics } from './run-statistics.js';

export type StatisticsRow = readonly [label: string, text: string];

const LABEL_WIDTH = 14;
const NS_PER_MS = 1e6;

export const COUNTING_COSTS = 'counting costs speed: without --stats this runs faster';

export function rowText([label, text]: StatisticsRow): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

/** `1.93 s`, `640 ms`: host time, of which nobody needs five digits. */
export function hostTimeText(milliseconds: number): string {
  return timeText(Number((milliseconds * NS_PER_MS).toPrecision(3)));
}

/** `97.3 %`; only all is 100 % and only nothing is 0 %. */
export function shareText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  if (part === whole) return '100 %';
  const tenths = Math.min(999, Math.max(1, Math.round((part / whole) * 1000)));
  return `${tenths / 10} %`;
}

/** `387 M instructions a second` */
export function speedText({ instructions, hostMilliseconds }: RunStatistics): string {
  if (instructions === 0 || hostMilliseconds === 0) return 'no instructions';
  return `${grouped(Number((instructions / hostMilliseconds / 1e3).toPrecision(3)))} M instructions a second`;
}

/** How fast machine time passes against the clock on the wall. */
function pace({ nanoseconds, hostMilliseconds }: RunStatistics): string {
  if (hostMilliseconds === 0) return '';
  const times = nanoseconds / NS_PER_MS / hostMilliseconds;
  return `, ${grouped(Number(times.toPrecision(3)))} times real time`;
}

function regionsText({ regions, reused, compiledInstructions, compiledBytes }: RunStatistics): string {
  if (regions === 0) return 'none';
  const shared = reused === 0 ? '' : `, ${grouped(reused)} of them made before`;
  const kilobytes = grouped(Math.ceil(compiledBytes / 1024));
  return `${grouped(regions)}${shared} (${grouped(compiledInstructions)} instructions, ${kilobytes} KiB of WebAssembly)`;
}

function compileText({ regions, compileMilliseconds, hostMilliseconds }: RunStatistics): string {
  if (regions === 0) return 'none';
  return `${hostTimeText(compileMilliseconds)} (${shareText(compileMilliseconds, hostMilliseconds)} of the host time)`;
}

function exitsText({ exits }: RunStatistics): string {
  const told = EXIT_CAUSES.filter((cause) => exits[cause] > 0).map((cause) => `${cause} ${grouped(exits[cause])}`);
  return told.length === 0 ? 'none' : told.join(', ');
}

/** Machine time and cycles; what else there is to say of them stands behind. */
export function timeRows(nanoseconds: number, cycles: number, rate = ''): StatisticsRow[] {
  return [
    ['machine time', timeText(nanoseconds)],
    ['CPU cycles', `${grouped(cycles)}${rate}`],
  ];
}

/** Instructions, host time, and what the engines did. */
export function engineRows(counted: RunStatistics): StatisticsRow[] {
  const { instructions, hotInstructions, hostMilliseconds, engines } = counted;
  return [
    ['instructions', grouped(instructions)],
    ['host time', hostTimeText(hostMilliseconds)],
    ['speed', `${speedText(counted)}${pace(counted)}`],
    ['engine', engines.join(', ')],
    ['run hot', `${shareText(hotInstructions, instructions)} of the instructions`],
    ['regions', regionsText(counted)],
    ['compile time', compileText(counted)],
    ['exits', exitsText(counted)],
  ];
}
