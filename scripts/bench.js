// The benchmark, from the sources as they stand: builds the package (what the cli rows start), bundles test/bench
// with the emulator, and runs it. Options: npm run bench -- --help; what the figures mean: test/bench/README.md.
// Exit code: 0 measured, 2 wrong usage, or something could not be measured.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startedIn = process.cwd();
process.chdir(root);

function buildPackage() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.js')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the package does not build');
}

async function bundle() {
  const build = await rolldown({
    input: 'test/bench/main.ts',
    cwd: root,
    platform: 'node',
    external: (id) => !/^[./]|^[A-Za-z]:[\\/]|^\0/.test(id),
  });
  const file = join(root, 'build', 'bench', 'main.mjs');
  await build.write({ file, format: 'esm', minify: false, sourcemap: true });
  await build.close();
  return file;
}

try {
  const args = process.argv.slice(2);
  const quick = args.some((arg) => arg === '--help' || arg === '--list');
  if (!quick) buildPackage();
  const { main } = await import(pathToFileURL(await bundle()).href);
  await main(args, startedIn);
} catch (error) {
  const usage = error.name === 'UsageError' || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(usage ? error.message : error.stack);
  process.exitCode = 2;
}
