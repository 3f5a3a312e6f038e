/** Folders as users have them, and the command line run in them. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without what a run of tests leaves in the environment, and as in CI: no colours, no questions. */
function environment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST$|NODE_ENV|NODE_OPTIONS|npm_|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(own), NO_COLOR: '1', CI: '1', GITHUB_ACTIONS: undefined, ...extra };
}

const folders: string[] = [];

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A folder outside of any project, so that no configuration above it counts. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'fwtest-package-')));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

/** The same with this project's packages and this very package installed by links. */
export function linkedFolder(files: Readonly<Record<string, string>> = {}): string {
  const path = folder({ 'package.json': '{ "type": "module" }', ...files });
  mkdirSync(join(path, 'node_modules'));
  for (const name of ['vitest', 'vite', 'typescript', '@types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(path, 'node_modules', name), 'junction');
  }
  symlinkSync(ROOT, join(path, 'node_modules/fwtest'), 'junction');
  return path;
}

/** Runs a program to its end. */
export function run(
  cwd: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = '',
): Ended {
  const options = {
    cwd,
    encoding: 'utf8',
    env: environment(env),
    input,
    timeout: 280_000,
    shell: program === 'npm' && process.platform === 'win32',
  } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** Runs the built command line. */
export function fwtest(cwd: string, ...args: string[]): Ended {
  return run(cwd, process.execPath, [join(ROOT, 'bin/fwtest.js'), ...args]);
}
