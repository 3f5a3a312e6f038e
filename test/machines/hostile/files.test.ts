import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attack, PATIENCE } from './attack.js';
import { dtbAttack, dtsAttack, imageAttacks, svdAttack, writeIncluded } from './file-attacks.js';

/** Damaged files are read, or refused with a message and the place. */

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
beforeAll(() => writeIncluded(folder));
afterAll(() => rmSync(folder, { recursive: true }));

const ATTACKS = [dtbAttack(folder), dtsAttack(folder), svdAttack(folder), ...imageAttacks()];

test.each(ATTACKS.map((one) => [one.what, one] as const))(
  '%s',
  (_, { good, ...given }) => {
    for (const one of good) given.read(one, 0);
    expect(attack(given).refused).toBeGreaterThan(20);
  },
  PATIENCE,
);
