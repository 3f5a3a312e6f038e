import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Coverage, fidelityPage, fidelityRows } from './table.js';

const PAGE = 'docs/fidelity.md';
const COVERAGE = 'test/fidelity/coverage.json';

/** Writes the page; given the notes of a test run, takes the tests by register from them first. */
export function main(notes?: string): void {
  if (notes !== undefined) writeFileSync(COVERAGE, `${JSON.stringify(coverageOf(notes), null, 1)}\n`);
  const coverage = existsSync(COVERAGE) ? (JSON.parse(readFileSync(COVERAGE, 'utf8')) as Coverage) : {};
  writeFileSync(PAGE, fidelityPage(coverage));
  console.log(`${PAGE} is written`);
}

/** Tests that come to nearly all registers say nothing of one. */
const GENERAL = /^test\/(svd|determinism|lockstep|fidelity)\//;
const MOST = 3;

function coverageOf(notes: string): Coverage {
  const known = new Set(fidelityRows().map(({ type, register }) => `${type} ${register}`));
  const tests = new Map<string, Set<string>>();
  for (const line of readFileSync(notes, 'utf8').split('\n').filter(Boolean)) {
    const [type, register, test] = JSON.parse(line) as [string, string, string];
    const key = `${type} ${register}`;
    if (GENERAL.test(test) || !known.has(key)) continue;
    tests.set(key, (tests.get(key) ?? new Set()).add(test));
  }
  const sorted = [...tests].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, all]) => [key, [...all].sort().slice(0, MOST)]));
}
