import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attack, PATIENCE } from './attack.js';
import { flagAttack, GOOD_FLAGS, GOOD_YAML, yamlAttack } from './description-attacks.js';

/** Descriptions are a machine, or are refused with the place and exit code 2. */

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

test(
  'YAML',
  () => {
    const given = yamlAttack(folder);
    for (const good of GOOD_YAML) given.read(good, 0);
    const { taken, refused } = attack(given);
    expect(taken).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(100);
  },
  PATIENCE,
);

test(
  'flags',
  () => {
    const given = flagAttack(folder);
    given.read(GOOD_FLAGS, 0);
    const { taken, refused } = attack(given);
    // of 250 in every run
    expect(taken).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(100);
  },
  PATIENCE,
);
