import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../src/emu/errors.js';
import { boardRows } from './board-rows.js';
import { cliRows } from './cli-rows.js';
import { coldRows } from './cold-rows.js';
import { engineReport } from './engine-report.js';
import { firstByteRows } from './first-byte-rows.js';
import { hotRows } from './hot-rows.js';
import { qemuVersion } from './qemu.js';
import { type BenchResult, describe, improvement, toJson } from './result.js';
import type { BenchRow } from './row.js';
import { unseenRows } from './unseen-rows.js';

const ROWS: readonly BenchRow[] = [...coldRows, ...hotRows, ...unseenRows, ...boardRows, ...firstByteRows, ...cliRows];
const BASELINE = join(process.cwd(), 'test', 'bench', 'baseline.json');

const HELP = `npm run bench -- [options]
  --json FILE       writes the figures to a file
  --only PATTERN    only rows whose name matches the regular expression
  --compare         prints how many times better each figure is than the baseline
  --save-baseline   makes this run the baseline (test/bench/baseline.json)
  --engine-report   what the engine did: compile time, memory, exits (also after a run of all rows)
  --list            prints the names`;

interface Baseline {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly results: readonly BenchResult[];
}

/** What the figures depend on. */
function thisMachine(): Baseline['machine'] {
  const processors = cpus();
  const qemu = qemuVersion('m4');
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    'memory GiB': Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    ...(qemu ? { qemu } : {}),
  };
}

const sentence = (machine: Baseline['machine']) =>
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function progressLine(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what === '' ? '' : `  ${what} …`}`);
}

async function measure(rows: readonly BenchRow[], after: (result: BenchResult) => string): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [index, row] of rows.entries()) {
    const progress = (what: string) => progressLine(`${index + 1}/${rows.length} ${what}`);
    const skipped = row.skip?.();
    const result = skipped === undefined ? await row.measure({ progress }) : undefined;
    progressLine('');
    if (result) results.push(result);
    console.log(result ? `${describe(result)}${after(result)}` : `${row.name.padEnd(32)} skipped: ${skipped}`);
  }
  return results;
}

/** How a figure stands to the baseline's, as the end of its line. */
function comparison(baseline: Baseline): (result: BenchResult) => string {
  return (result) => {
    const before = baseline.results.find(({ name }) => name === result.name);
    return before ? `   [${improvement(result, before).toFixed(2)} × the baseline]` : '   [not in the baseline]';
  };
}

/** Runs the benchmark; file names are relative to the folder it was started in. Throws on wrong usage, and where a program computes something wrong. */
export async function main(args: readonly string[], startedIn: string): Promise<void> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      only: { type: 'string' },
      compare: flag,
      'save-baseline': flag,
      'engine-report': flag,
      list: flag,
      help: flag,
    },
  });
  if (values.help) return console.log(HELP);
  const rows = ROWS.filter(({ name }) => new RegExp(values.only ?? '').test(name));
  if (rows.length === 0) {
    throw new UsageError({ what: `no row matches ${values.only}`, remedy: 'npm run bench -- --list prints the names' });
  }
  if (values.list) return console.log(rows.map(({ name }) => name).join('\n'));
  console.log(sentence(thisMachine()));
  if (values['engine-report']) return console.log(engineReport(progressLine));
  const baseline = values.compare ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline) : undefined;
  if (baseline) console.log(`baseline: ${sentence(baseline.machine)}`);
  const results = await measure(rows, baseline ? comparison(baseline) : () => '');
  if (values.json !== undefined) writeFileSync(resolve(startedIn, values.json), toJson(results));
  if (values['save-baseline']) writeFileSync(BASELINE, baselineText(results));
  if (values.only === undefined) console.log(engineReport(progressLine));
}

function baselineText(results: readonly BenchResult[]): string {
  const list = toJson(results).trimEnd().replaceAll('\n', '\n  ');
  return `{\n  "machine": ${JSON.stringify(thisMachine())},\n  "results": ${list}\n}\n`;
}

/** For processes that measure apart. */
export { holdMachines } from './region-memory.js';
export { measureUnseen } from './unseen-rows.js';
