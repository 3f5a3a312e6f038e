// docs/fidelity.md, from the register tables as they stand.
//   npm run fidelity               with the tests by register that are known
//   npm run fidelity -- --tests    runs the tests of devices and boards first, to see which registers they access
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

async function bundle() {
  const external = (id) => !/^[./]|^[A-Za-z]:[\\/]|^\0/.test(id);
  const build = await rolldown({ input: 'test/fidelity/main.ts', cwd: root, platform: 'node', external });
  const file = join(root, 'build', 'fidelity', 'main.mjs');
  await build.write({ file, format: 'esm' });
  await build.close();
  return file;
}

const folder = mkdtempSync(join(tmpdir(), 'fwtest-fidelity-'));
try {
  const notes = process.argv.includes('--tests') ? join(folder, 'notes') : undefined;
  if (notes !== undefined) {
    const paths = [
      'src/emu/cpu/armv7m',
      'src/emu/devices/stm32f4',
      'src/boards',
      'test/stm32f407',
      'test/exceptions',
      'test/float',
    ];
    const args = ['vitest', 'run', '--project', 'cold', ...paths];
    const env = { ...process.env, FWTEST_FIDELITY: notes };
    const { status } = spawnSync('npx', args, { stdio: 'inherit', env });
    if (status !== 0) throw new Error('the tests failed');
  }
  const { main } = await import(pathToFileURL(await bundle()).href);
  main(notes);
  spawnSync('npx', ['biome', 'format', '--write', 'test/fidelity/coverage.json'], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
