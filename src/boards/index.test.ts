import { expect, test } from 'vitest';
import { Board } from './define.js';
import * as exported from './index.js';

const values: readonly unknown[] = Object.values(exported);
const boards = values.filter((one) => one instanceof Board);

test('every board of the package passes the checks that it is spared at start', () => {
  expect(boards.length).toBeGreaterThanOrEqual(2);
  for (const { name, chip, parts } of boards) expect(new Board(name, chip, parts).name).toBe(name);
});
