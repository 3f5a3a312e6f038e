import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRMWARE } from './firmware-image.js';
import { type ChecksummedRun, timedRun } from './timed-run.js';

/** The same C on this computer, compiled as the Makefile's `NAME-native` is. */

const SOURCES = ['loop.c', 'parameters.c', 'finish-native.c'];

/** Why a row that needs it is skipped. */
export const NO_GCC = 'gcc is not installed';

export function hasGcc(): boolean {
  return spawnSync('gcc', ['--version']).status === 0 && !spawnSync('bash', ['-c', 'true']).error;
}

/** CPU seconds of the whole process that runs a program for so many steps. */
export function nativeRun(program: string, steps: number): ChecksummedRun {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-bench-'));
  try {
    const file = join(folder, program);
    const args = ['-std=c11', '-O2', `-DITERATIONS=${steps}u`, ...SOURCES, `${program}.c`, '-o', file];
    const { status, stderr } = spawnSync('gcc', args, { cwd: FIRMWARE, encoding: 'utf8' });
    if (status !== 0) throw new Error(`gcc ${args.join(' ')}:\n${stderr}`);
    return timedRun([file], steps);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
