import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Coverage, fidelityPage, fidelityRows } from './table.js';

const root = join(import.meta.dirname, '../..');
const coverage = JSON.parse(readFileSync(join(import.meta.dirname, 'coverage.json'), 'utf8')) as Coverage;

test('docs/fidelity.md says what the register tables say (npm run fidelity)', () => {
  expect(readFileSync(join(root, 'docs/fidelity.md'), 'utf8')).toBe(fidelityPage(coverage));
});

test('the tests it names are there', () => {
  const missing = [...new Set(Object.values(coverage).flat())].filter((path) => !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});

test('at least 95 % of the registers of the blocks that are modelled are', () => {
  const rows = fidelityRows();
  const modelled = new Set(rows.filter(({ fidelity }) => fidelity !== 'not').map(({ block }) => block));
  const all = rows.filter(({ block }) => modelled.has(block));
  const have = all.filter(({ fidelity }) => fidelity !== 'not');
  expect(have.length / all.length).toBeGreaterThanOrEqual(0.95);
});

test('every register of a block that is modelled names its section', () => {
  const without = fidelityRows().filter(({ fidelity, section }) => fidelity !== 'not' && section === '');
  expect(without.map(({ block, register }) => `${block}.${register}`)).toEqual([]);
});
