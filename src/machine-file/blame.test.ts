import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadBoardAsync } from '../runner/load-board.js';
import { defineBoard, loadBoard } from './define-board.js';

const folder = mkdtempSync(join(tmpdir(), 'blame-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'machine.yaml');

/** Files and lines of the first frames. */
async function frames(make: () => unknown): Promise<string[]> {
  try {
    await make();
  } catch (error) {
    const places = [...(error as Error).stack!.matchAll(/\(?((?:\/|file:)[^\s()]+):(\d+):\d+\)?$/gm)];
    return places.slice(0, 3).map(([, path, line]) => (path === file ? `machine.yaml:${line}` : basename(path!)));
  }
  throw new Error('it is a machine');
}

test('the stack of a mistake begins in the machine file and goes on in the test', async () => {
  writeFileSync(file, 'machine: none\ncpus: { c: { type: rv32, clock: 1MHz } }\nmemory:\n  ram: { at: 2, size: 4X }\n');
  expect((await frames(() => loadBoard(file))).slice(0, 2)).toEqual(['machine.yaml:4', 'blame.test.ts']);
  expect((await frames(() => loadBoardAsync(file))).slice(0, 2)).toEqual(['machine.yaml:4', 'blame.test.ts']);
  writeFileSync(file, 'machine: none\ncpus: {\n');
  expect((await frames(() => loadBoard(file)))[0]).toBe('machine.yaml:3');
  expect((await frames(() => defineBoard({ machine: 'nowhere' })))[0]).toBe('blame.test.ts');
});
