// Builds what `bin` and `exports` of package.json point at:
//   dist/*.js          ES modules, shared code in chunks
//   dist/cjs/*.js      CommonJS for stock jest projects, with the shared code they need, and for commands that run a machine
//                      in their own process (bin/cached-require.js says why)
//   dist/types         declarations; dist/cjs/types the same ones, read as CommonJS
//   dist/engines       cold engines of the instruction sets, read when a machine needs one
// These are generated first; what reads them takes the place of src/emu/isa/prebuilt.ts.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'dist');

const MODULES = {
  index: 'src/index.ts',
  boards: 'src/boards/index.ts',
  devices: 'src/devices.ts',
  vitest: 'src/runner/vitest.ts',
  jest: 'src/runner/jest.ts',
  cli: 'src/runner/cli.ts',
};
const COMMONJS = { boards: MODULES.boards, devices: MODULES.devices, jest: MODULES.jest, cli: MODULES.cli };

/**
 * What is loaded together lies together: each further file costs Node about a millisecond. `base` is what the command line
 * needs before it knows the command, `machine` what any board needs, without its core and devices.
 */
const BASE =
  /[\\/]src[\\/](emu[\\/](bits|lazy|errors|spelling|options|misuse|isa[\\/]engine-(mode|statistics))|matchers[\\/]message|runner[\\/](misuse-settings|engine-settings|exit-code|machine-flags|version|(run-)?statistics(-text)?))\.ts$/;
const MACHINE =
  /[\\/]src[\\/](emu[\\/]([^\\/]+|(isa|debug)[\\/].+)|boards[\\/](define|rows)|machine-file[\\/](kinds[\\/]kind|elf-width)|runner[\\/]station)\.ts$/;
const codeSplitting = {
  groups: [
    { name: 'base', test: BASE, priority: 2 },
    { name: 'machine', test: MACHINE, priority: 1 },
  ],
};

/** Packages stay packages: only our own files are bundled. */
const external = (id) =>
  !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(id) && !id.startsWith('\0');

async function bundle(input, output, plugins = []) {
  const build = await rolldown({ input, cwd: root, platform: 'node', external, plugins, treeshake: true });
  await build.write({
    minify: false,
    // Docstrings are in the declarations.
    comments: { legal: true, annotation: true, jsdoc: false },
    chunkFileNames: 'chunks/[name]-[hash].js',
    entryFileNames: '[name].js',
    ...output,
  });
  await build.close();
}

/** Generates the cold engines; gives their files by name. */
async function generateEngines() {
  const dir = join(out, '.generate');
  await bundle({ generate: 'src/emu/cpu/generate.ts' }, { dir, format: 'esm' });
  const { generate } = await import(pathToFileURL(join(dir, 'generate.js')).href);
  const engines = generate();
  rmSync(dir, { recursive: true });
  mkdirSync(join(out, 'engines'));
  return Object.fromEntries(
    Object.entries(engines).map(([name, bytes]) => {
      const file = `${name.replace(/\W+/g, '-')}.wasm`;
      writeFileSync(join(out, 'engines', file), bytes);
      return [name, file];
    }),
  );
}

/** Files are found from the folder `dist`, wherever in it the bundler puts this code. */
function replacePrebuilt(files) {
  const source = `
import { readFileSync } from 'node:fs';
const files = ${JSON.stringify(files)};
const here = import.meta.url;
const dist = here.slice(0, here.lastIndexOf('/dist/') + '/dist/'.length);
export function prebuilt(name) {
  const file = files[name];
  return file === undefined ? undefined : readFileSync(new URL('engines/' + file, dist));
}
`;
  return {
    name: 'prebuilt-engines',
    load: (id) => (/[\\/]src[\\/]emu[\\/]isa[\\/]prebuilt\.ts$/.test(id) ? { code: source, moduleType: 'js' } : null),
  };
}

/** The version as a constant: where a chunk will lie, and package.json from there, is not known beforehand. */
function replaceVersion() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const source = `export const version = ${JSON.stringify(version)};\n`;
  return {
    name: 'version',
    load: (id) => (/[\\/]src[\\/]runner[\\/]version\.ts$/.test(id) ? { code: source, moduleType: 'js' } : null),
  };
}

/** What is loaded most is ASCII: half as much to read and to keep as text in which one character is none. */
const asciiOnly = {
  name: 'ascii-only',
  renderChunk: (code) => code.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/** Declarations by the TypeScript compiler; it runs beside the bundler. */
function declarations() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`tsc ended with exit code ${code}`))));
  });
}

/** Hand-written declarations (of packages without their own) are not emitted by tsc but are part of ours. */
function copyHandWritten() {
  for (const file of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const target = join(out, 'types', file);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, 'src', file), target);
  }
}

async function modules() {
  const plugins = [replacePrebuilt(await generateEngines()), replaceVersion()];
  await bundle(MODULES, { dir: out, format: 'esm', codeSplitting }, plugins);
  await bundle(COMMONJS, { dir: join(out, 'cjs'), format: 'cjs', exports: 'named', codeSplitting }, [
    ...plugins,
    asciiOnly,
  ]);
  writeFileSync(join(out, 'cjs/package.json'), '{ "type": "commonjs" }\n');
}

const started = performance.now();
rmSync(out, { recursive: true, force: true });
await Promise.all([modules(), declarations()]);
copyHandWritten();
cpSync(join(out, 'types'), join(out, 'cjs/types'), { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
console.log(`built fwtest ${version} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
