/** What the command line loads before a firmware starts, and that code it kept from an earlier start is never wrong. */

import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, ROOT, run } from './workspace.js';

const EXAMPLE = join(ROOT, 'examples/firmware-tests/calc-test');
const OPENING = 'calc_test: A op B?\r\n';

function boot(root: string, board: string, image: string, env: NodeJS.ProcessEnv = {}) {
  const args = [join(root, 'bin/fwtest.js'), 'boot', '--board', board, join(EXAMPLE, image), '--for', '5ms'];
  return run(folder(), process.execPath, args, env);
}

/** Every script that a boot evaluates: V8 lists them for coverage. */
function loadedBy(board: string, image: string): string[] {
  const reports = folder();
  expect(boot(ROOT, board, image, { NODE_V8_COVERAGE: reports }).stdout).toContain(OPENING);
  const [report] = readdirSync(reports);
  const { result } = JSON.parse(readFileSync(join(reports, report!), 'utf8')) as { result: { url: string }[] };
  return result.map(({ url }) => url).filter((url) => !url.startsWith('node:'));
}

const LIBRARIES = /node_modules\/(zod|yaml|fast-xml-parser|vite|vitest|expect|pngjs|tinyrainbow)\b/;
const DESCRIPTIONS = /chunks\/(machine-from-choice|user-kinds|boards|catalogue)-/;

test.each([
  ['riscv-virt', 'calc_test-riscv-virt.elf', /stm32|sifive|arm/],
  ['stm32f4-discovery', 'calc_test-stm32f407.elf', /riscv|sifive/],
])('a boot of %s loads no other board and no library of descriptions', (board, image, others) => {
  const loaded = loadedBy(board, image);
  expect(loaded.length).toBeGreaterThan(10);
  expect(loaded.filter((url) => LIBRARIES.test(url) || DESCRIPTIONS.test(url))).toEqual([]);
  expect(loaded.map((url) => basename(url)).filter((name) => others.test(name))).toEqual([]);
});

/** A package of its own, with nothing kept. */
function ownPackage(): { root: string; code: string } {
  const root = folder();
  for (const path of ['bin', 'dist/cjs', 'dist/engines', 'package.json']) {
    const types = (source: string) => !source.endsWith('types');
    cpSync(join(ROOT, path), join(root, path), { recursive: true, filter: types });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  return { root, code: join(root, 'dist/code') };
}
const bootOwn = (root: string) => boot(root, 'riscv-virt', 'calc_test-riscv-virt.elf');
const keptFiles = (code: string) =>
  readdirSync(code).flatMap((version) => readdirSync(join(code, version)).map((name) => join(code, version, name)));

test('code is kept by the first start and taken by the next, and broken code by none', () => {
  const { root, code } = ownPackage();
  expect(bootOwn(root)).toMatchObject({ code: 0, stdout: OPENING, stderr: '' });
  const kept = keptFiles(code);
  expect(kept.some((path) => /machine/.test(path))).toBe(true);
  const written = kept.map((path) => statSync(path).mtimeMs);
  expect(bootOwn(root)).toMatchObject({ code: 0, stdout: OPENING, stderr: '' });
  expect(kept.map((path) => statSync(path).mtimeMs)).toEqual(written);
  for (const [i, path] of kept.entries()) {
    const bytes = readFileSync(path);
    writeFileSync(
      path,
      i % 2 === 0 ? bytes.subarray(0, bytes.length >> 1) : Buffer.concat([bytes.subarray(0, 3), bytes]),
    );
  }
  expect(bootOwn(root)).toMatchObject({ code: 0, stdout: OPENING, stderr: '' });
});

test('kept code of another text of the same length is not taken', () => {
  const { root } = ownPackage();
  bootOwn(root);
  const folder = join(root, 'dist/cjs/chunks');
  const path = join(folder, readdirSync(folder).find((name) => /^boot-/.test(name))!);
  const text = readFileSync(path, 'utf8');
  const changed = text.replace('process.stdout.write(bytes)', 'process.stderr.write(bytes)');
  expect(changed).not.toBe(text);
  expect(changed.length).toBe(text.length);
  writeFileSync(path, changed);
  expect(bootOwn(root)).toMatchObject({ code: 0, stdout: '', stderr: OPENING });
});

test('a package that cannot be written starts as well', () => {
  const { root, code } = ownPackage();
  rmSync(code, { recursive: true, force: true });
  writeFileSync(code, 'a file where the folder would be');
  expect(bootOwn(root)).toMatchObject({ code: 0, stdout: OPENING, stderr: '' });
});
