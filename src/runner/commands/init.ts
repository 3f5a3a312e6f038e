/** `fwtest init`: a first test, its configuration, and a pipeline if wanted; then it runs the test. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../emu/errors.js';
import { type BoardEntry, boardNamed, boards } from '../catalogue.js';
import type { ExitCode } from '../exit-code.js';
import { readImageFor } from '../station.js';
import { findVitestConfig } from '../vitest-config.js';
import { CONFIG_FILE, GITHUB_FILE, GITLAB_FILE, TSCONFIG_FILE, testFile } from './init-templates.js';

export interface InitOptions {
  board?: string;
  firmware?: string;
  ci?: 'github' | 'gitlab';
}

const TEST_FILE = 'firmware.fw.test.ts';
const PIPELINES = {
  github: ['.github/workflows/firmware-tests.yml', GITHUB_FILE],
  gitlab: ['.gitlab-ci.yml', GITLAB_FILE],
} as const;

/** Both flags, or a person who can be asked. */
async function complete(options: InitOptions): Promise<{ board: BoardEntry; firmware: string }> {
  if (options.board !== undefined && options.firmware !== undefined) {
    return { board: boardNamed(options.board), firmware: options.firmware };
  }
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    const missing = [options.board === undefined && '--board', options.firmware === undefined && '--firmware'];
    throw new UsageError({
      what: `fwtest init needs ${missing.filter(Boolean).join(' and ')} when nobody can be asked`,
      where: 'the command line: this is not a terminal',
      remedy: `fwtest init --board ${boards()[0]?.definition.name} --firmware build/app.elf; \`fwtest boards\` lists the boards`,
    });
  }
  const { ask, choose } = await import('../ask.js');
  const names = boards().map((one) => one.definition.name);
  const board = boardNamed(options.board ?? (await choose('Which board?', names)));
  const images = findFiles('.', /\.(elf|axf)$/);
  const firmware = options.firmware ?? (await ask('Which firmware image (ELF)?', images[0]));
  return { board, firmware };
}

const SKIPPED = new Set(['node_modules', '.git', 'dist']);
const DEPTH = 4;

/** Files near by whose names match. */
function findFiles(folder: string, name: RegExp, depth = 0): string[] {
  if (depth > DEPTH) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : findFiles(path, name, depth + 1);
    return name.test(entry.name) ? [path] : [];
  });
}

/** A firmware test that makes a first one needless: where only a pipeline is asked for, any will do. */
function presentTest({ board, firmware }: InitOptions): string | undefined {
  if (existsSync(TEST_FILE)) return TEST_FILE;
  return board === undefined && firmware === undefined ? findFiles('.', /\.fw\.test\.[cm]?[jt]s$/)[0] : undefined;
}

/** Nothing that is there is overwritten. */
function write(path: string, text: string): boolean {
  if (existsSync(path)) {
    console.log(`kept     ${path} (it was there already)`);
    return false;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote    ${path}`);
  return true;
}

function writePipeline(system: 'github' | 'gitlab'): void {
  const [path, text] = PIPELINES[system];
  const isFree = !existsSync(path) || readFileSync(path, 'utf8') === text;
  if (isFree || system === 'github') {
    write(path, text);
    return;
  }
  const beside = '.gitlab/firmware-tests.yml';
  if (write(beside, text)) console.log(`add to ${path}:  include: [{ local: ${beside} }]`);
}

/** Writes a first test for a board and an image, and runs it; where there are tests already, the pipeline alone. */
export async function init(options: InitOptions): Promise<ExitCode> {
  const present = options.ci === undefined ? undefined : presentTest(options);
  if (options.ci !== undefined && present !== undefined) {
    console.log(`kept     ${present} (it was there already)`);
    writePipeline(options.ci);
    return 0;
  }
  const { board, firmware } = await complete(options);
  readImageFor(board.definition, resolve(firmware));
  if (existsSync(TEST_FILE)) {
    const remedy = 'there is a first test already: `npx fwtest` runs it; remove it to have a new one written';
    throw new UsageError({ what: `${TEST_FILE} exists`, where: process.cwd(), remedy });
  }
  const path = relative(process.cwd(), resolve(firmware)).replaceAll('\\', '/');
  write(TEST_FILE, testFile({ boardExport: board.exportName, firmware: path.startsWith('.') ? path : `./${path}` }));
  if (findVitestConfig('.') === undefined) write('vitest.config.mts', CONFIG_FILE);
  else
    console.log(
      "kept     your vitest configuration: add `plugins: [fwtest()]` from 'fwtest/vitest' for plain vitest runs",
    );
  if (!existsSync('tsconfig.json')) write('tsconfig.json', TSCONFIG_FILE);
  if (options.ci !== undefined) writePipeline(options.ci);
  const { run } = await import('./run.js');
  return run([TEST_FILE], false, []);
}
