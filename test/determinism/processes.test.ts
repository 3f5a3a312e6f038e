import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { hashes } from './hashes.js';

// The same firmware and the same inputs give the same state in any process, at any time.

async function bundle(folder: string): Promise<string> {
  const build = await rolldown({
    input: { hashes: 'test/determinism/hashes.ts' },
    platform: 'node',
    external: (id) => !/^[./]|^[A-Za-z]:[\\/]|^\0/.test(id),
  });
  await build.write({ dir: folder, entryFileNames: '[name].mjs' });
  await build.close();
  return join(folder, 'hashes.mjs');
}

/** The processes differ in what could leak in: heap layout, time zone, environment, a seed of V8's hash tables. */
const PROCESSES = [
  { options: [], environment: {} },
  { options: ['--hash-seed=12345', '--random-seed=1'], environment: { TZ: 'Asia/Kathmandu', LANG: 'tr_TR' } },
  {
    options: ['--max-semi-space-size=1', '--no-wasm-tier-up'],
    environment: { NODE_OPTIONS: '', FWTEST_X: 'y'.repeat(5000) },
  },
];

test('three processes and this one compute the same states', async () => {
  // Below the project, so that the bundle finds the packages.
  mkdirSync('build', { recursive: true });
  const folder = mkdtempSync(join('build', 'determinism-'));
  try {
    const module = await bundle(folder);
    const here = hashes();
    for (const { options, environment } of PROCESSES) {
      const print = `import(${JSON.stringify(`./${module}`)}).then((m) => console.log(JSON.stringify(m.hashes())))`;
      const { stdout, stderr, status } = spawnSync(process.execPath, [...options, '-e', print], {
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout)).toEqual(here);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
