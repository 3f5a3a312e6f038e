/** Collects in the main process what the tests of a vitest run counted, and prints the sums. */

import { relative } from 'node:path';
import { createColors, getDefaultColors, isSupported } from 'tinyrainbow';
import type { TestModule, Vitest } from 'vitest/node';
import { type RunStatistics, type StatisticsMeta, sumOf } from './run-statistics.js';
import {
  COUNTING_COSTS,
  engineRows,
  hostTimeText,
  rowText,
  shareText,
  speedText,
  timeRows,
} from './statistics-text.js';

export interface FileStatistics {
  readonly file: string;
  readonly counted: RunStatistics;
}

/** Files that are listed one by one: those that took the most host time. */
const MOST_FILES = 10;

function ofModule(module: TestModule): RunStatistics[] {
  return [...module.children.allTests()].flatMap((test) => (test.meta() as StatisticsMeta).fwtestStatistics ?? []);
}

function fileLines(files: readonly FileStatistics[]): string[] {
  if (files.length < 2) return [];
  const slowest = [...files].sort((a, b) => b.counted.hostMilliseconds - a.counted.hostMilliseconds);
  const shown = slowest.slice(0, MOST_FILES).map(({ file, counted }) => ({
    file,
    time: hostTimeText(counted.hostMilliseconds),
    rest: `${speedText(counted)}, ${shareText(counted.hotInstructions, counted.instructions)} hot`,
  }));
  const width = Math.max(...shown.map(({ file }) => file.length));
  const lines = shown.map(({ file, time, rest }) => `${file.padEnd(width)}  ${time.padStart(8)}  ${rest}`);
  const others = files.length - shown.length;
  return ['', ...lines, ...(others > 0 ? [`and ${others} files that took less`] : [])];
}

/** The table that ends a run; `title` and `dim` colour it. */
export function statisticsReport(
  files: readonly FileStatistics[],
  { title, dim }: { title: (text: string) => string; dim: (text: string) => string },
): string {
  if (files.length === 0) return `${title('Statistics')}  nothing was counted: no firmware ran with --stats`;
  const all = sumOf(files.map(({ counted }) => counted));
  const rows = [...timeRows(all.nanoseconds, all.cycles), ...engineRows(all)].map(rowText);
  const lines = [...rows, ...fileLines(files)].map((line) => (line === '' ? '' : `  ${line}`));
  return [`${title('Statistics')}  ${dim(COUNTING_COSTS)}`, ...lines].join('\n');
}

/** No colours where nobody would see them. */
function coloursOf(stream: NodeJS.WriteStream) {
  const wanted = isSupported() && (stream.isTTY === true || 'FORCE_COLOR' in process.env);
  const { bold, dim } = wanted ? createColors({ force: true }) : getDefaultColors();
  return { title: (text: string) => bold(text), dim: (text: string) => dim(text) };
}

const MARK = Symbol.for('fwtest.statistics');

/** Makes a run print the sums at its end, once, on the error stream: a reporter may be writing for a program. */
export function tellStatistics(vitest: Vitest & { [MARK]?: boolean }): void {
  if (vitest[MARK]) return;
  vitest[MARK] = true;
  vitest.config.reporters.push({
    onTestRunEnd: (modules: readonly TestModule[]) => {
      const files = modules
        .map((module) => ({ file: relative(vitest.config.root, module.moduleId), all: ofModule(module) }))
        .filter(({ all }) => all.length > 0)
        .map(({ file, all }) => ({ file, counted: sumOf(all) }));
      console.error(`\n${statisticsReport(files, coloursOf(process.stderr))}`);
    },
  } as never);
}
