import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, steadySecondsPerUnit } from './arithmetic.js';
import { endingAfter, firmwarePath, type Target } from './firmware-image.js';
import { type ChecksummedRun, timedRun } from './timed-run.js';

const COMMANDS: Readonly<Record<Target, readonly string[]>> = {
  m4: [
    ...['qemu-system-arm', '-M', 'netduinoplus2', '-display', 'none'],
    ...['-semihosting-config', 'enable=on,target=native', '-kernel'],
  ],
  rv32: ['qemu-system-riscv32', '-M', 'virt', '-bios', 'none', '-nographic', '-kernel'],
  rv64: ['qemu-system-riscv64', '-M', 'virt', '-bios', 'none', '-nographic', '-kernel'],
};

/** One instruction a translation block, blocks not chained (QEMU 7.2; `-accel tcg,one-insn-per-tb=on` from 8.1). */
const SINGLE_STEP: Readonly<Record<'old' | 'new', readonly string[]>> = {
  old: ['-singlestep'],
  new: ['-accel', 'tcg,one-insn-per-tb=on'],
};

/** Why a row that needs it is skipped. */
export const NO_QEMU = 'QEMU is not installed (Debian: qemu-system-arm, qemu-system-misc)';

/** `7.2.22`, or undefined where QEMU is not installed. bash is needed too: it measures a child's CPU time to the ms. */
export function qemuVersion(target: Target): string | undefined {
  const { stdout, error } = spawnSync(COMMANDS[target][0]!, ['--version'], { encoding: 'utf8' });
  const noShell = spawnSync('bash', ['-c', 'true']).error;
  return error || noShell ? undefined : /version ([\d.]+)/.exec(stdout)?.[1];
}

/** Options for one instruction a translation block, in that version. */
export function singleStep(version: string): readonly string[] {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return major > 8 || (major === 8 && minor >= 1) ? SINGLE_STEP.new : SINGLE_STEP.old;
}

/** Options of its deterministic mode: an instruction is 8 ns of virtual time, and sleep costs none of ours. */
export const ICOUNT: readonly string[] = ['-icount', 'shift=3,sleep=off'];

/** Runs a program for so many steps; CPU seconds are those of the whole QEMU process. */
export function qemuRun(
  program: string,
  target: Target,
  steps: number,
  options: readonly string[] = [],
): ChecksummedRun {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-bench-'));
  try {
    const elf = join(folder, 'program.elf');
    writeFileSync(elf, endingAfter(steps, firmwarePath(program, target)));
    return timedRun([...COMMANDS[target], elf, ...options], steps);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Steps that keep QEMU busy for about `seconds`. */
function calibrate(program: string, target: Target, options: readonly string[], seconds: number): number {
  for (let steps = 100; ; steps *= 4) {
    const run = qemuRun(program, target, steps, options);
    if (run.seconds > seconds / 4) return Math.ceil((steps * seconds) / run.seconds);
  }
}

/** CPU seconds of a step in steady state: a run of about `seconds` less one of a tenth of it, median of `samples`. */
export function qemuSecondsPerStep(
  program: string,
  target: Target,
  options: readonly string[],
  samples = 3,
  seconds = 1,
): number {
  const steps = calibrate(program, target, options, seconds);
  const measured = Array.from({ length: samples }, () =>
    steadySecondsPerUnit(
      qemuRun(program, target, Math.ceil(steps / 10), options),
      qemuRun(program, target, steps, options),
    ),
  );
  return median(measured);
}
