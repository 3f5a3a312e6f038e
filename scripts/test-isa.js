// Runs a folder of ISA test programs that the caller supplies: npm run test:isa -- DIR [options]; see docs/isa-tests.md.
// Exit code: 0 all passed, 1 some did not, 2 wrong usage.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startedIn = process.cwd();
process.chdir(root);

async function bundle() {
  const external = (id) => !/^[./]|^[A-Za-z]:[\\/]|^\0/.test(id);
  const build = await rolldown({ input: 'test/isa/main.ts', cwd: root, platform: 'node', external });
  const file = join(root, 'build', 'isa', 'main.mjs');
  await build.write({ file, format: 'esm', sourcemap: true });
  await build.close();
  return file;
}

try {
  const { main } = await import(pathToFileURL(await bundle()).href);
  process.exitCode = await main(process.argv.slice(2), startedIn);
} catch (error) {
  const usage = error.name === 'UsageError' || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(usage ? error.message : error.stack);
  process.exitCode = usage ? 2 : 3;
}
