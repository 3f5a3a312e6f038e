// The prebuilt firmware of the examples, of the benchmark and of the tests.
//   node scripts/examples.js build    rebuilds every ELF in place
//   node scripts/examples.js verify   rebuilds in a temporary folder and compares with the committed ELFs, byte for byte
// Exit code: 0 built or equal, 1 different (with a list), 2 wrong usage, or something to build with is missing or failed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = [
  join('examples', 'firmware-tests'),
  join('test', 'bench', 'firmware'),
  join('test', 'rewrite', 'firmware'),
  join('test', 'stm32f407'),
  join('test', 'riscv', 'sifive-e'),
  join('test', 'riscv', 'sifive-u'),
  join('test', 'riscv', 'virt'),
  join('test', 'float', 'firmware'),
];
const tools = {
  make: 'make',
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi',
  'riscv64-unknown-elf-gcc': 'gcc-riscv64-unknown-elf',
  gcc: 'gcc',
};

class BuildError extends Error {}

function requireTools() {
  for (const [tool, debianPackage] of Object.entries(tools)) {
    if (spawnSync(tool, ['--version']).error) {
      throw new BuildError(`${tool} is not there; on Debian 12: apt-get install ${debianPackage}`);
    }
  }
}

function build(base) {
  requireTools();
  for (const folder of folders) {
    const { status } = spawnSync('make', ['--silent', '-C', join(base, folder)], { stdio: 'inherit' });
    if (status !== 0) throw new BuildError(`make failed in ${folder}`);
  }
}

const parts = (path) => path.split(sep);
const isBuilt = (path) => path.endsWith('.elf') || parts(path).includes('build');

/** Paths of the ELFs below `base`, without those that only a build folder holds. */
function elfs(base) {
  return folders.flatMap((folder) =>
    readdirSync(join(base, folder), { recursive: true })
      .map((path) => join(folder, path))
      .filter((path) => path.endsWith('.elf') && !parts(path).includes('build')),
  );
}

/** Undefined where both are equal. */
function difference(committed, rebuilt) {
  if (!existsSync(committed)) return 'is not committed';
  if (!existsSync(rebuilt)) return 'is committed, but no Makefile builds it';
  const [old, now] = [readFileSync(committed), readFileSync(rebuilt)];
  if (old.equals(now)) return undefined;
  const at = old.findIndex((byte, offset) => byte !== now[offset]);
  const first = at === -1 ? Math.min(old.length, now.length) : at;
  return `differs from offset 0x${first.toString(16)} (committed ${old.length} bytes, rebuilt ${now.length})`;
}

function verify() {
  const temporary = mkdtempSync(join(tmpdir(), 'fwtest-examples-'));
  try {
    for (const folder of folders) {
      cpSync(join(root, folder), join(temporary, folder), {
        recursive: true,
        filter: (source) => !isBuilt(source.slice(root.length)),
      });
    }
    build(temporary);
    const all = [...new Set([...elfs(root), ...elfs(temporary)])].sort();
    const differences = all.flatMap((elf) => {
      const what = difference(join(root, elf), join(temporary, elf));
      return what ? [`${elf} ${what}`] : [];
    });
    for (const line of differences) console.error(line);
    console.log(`${all.length - differences.length} of ${all.length} ELFs are equal to their rebuild`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

function main(command) {
  if (command === 'verify') return verify();
  if (command === 'build') {
    build(root);
    return 0;
  }
  throw new BuildError('usage: node scripts/examples.js build|verify');
}

try {
  process.exitCode = main(process.argv[2]);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
