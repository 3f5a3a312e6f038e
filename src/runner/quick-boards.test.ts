import { expect, test } from 'vitest';
import { boardNamed } from '../machine-file/boards.js';
import { QUICK_BOARDS } from './quick-boards.js';

test.each(Object.entries(QUICK_BOARDS))('%s is the board of that name', async (name, load) => {
  expect(await load()).toBe(boardNamed(name));
});
