import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Run, steadySecondsPerUnit } from './arithmetic.js';
import { endingAfter, firmwarePath, type Target } from './firmware-image.js';

const COMMANDS: Readonly<Record<Target, readonly string[]>> = {
  m4: [
    ...['qemu-system-arm', '-M', 'netduinoplus2', '-display', 'none'],
    ...['-semihosting-config', 'enable=on,target=native', '-kernel'],
  ],
  rv32: ['qemu-system-riscv32', '-M', 'virt', '-bios', 'none', '-nographic', '-kernel'],
};

/** One instruction a translation block, blocks not chained (QEMU 7.2; `-accel tcg,one-insn-per-tb=on` from 8.1). */
const SINGLE_STEP: Readonly<Record<'old' | 'new', readonly string[]>> = {
  old: ['-singlestep'],
  new: ['-accel', 'tcg,one-insn-per-tb=on'],
};

/** `7.2.22`, or undefined where QEMU is not installed. bash is needed too: it measures a child's CPU time to the ms. */
export function qemuVersion(target: Target): string | undefined {
  const { stdout, error } = spawnSync(COMMANDS[target][0]!, ['--version'], { encoding: 'utf8' });
  const noShell = spawnSync('bash', ['-c', 'true']).error;
  return error || noShell ? undefined : /version ([\d.]+)/.exec(stdout)?.[1];
}

function singleStep(version: string): readonly string[] {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return major > 8 || (major === 8 && minor >= 1) ? SINGLE_STEP.new : SINGLE_STEP.old;
}

export interface QemuRun extends Run {
  /** What the program printed: eight hexadecimal digits. */
  readonly checksum: string;
}

/** CPU seconds, user and system, of a whole QEMU process that runs a program for so many steps. */
function runOnce(program: string, target: Target, steps: number, version: string): QemuRun {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-bench-'));
  try {
    const elf = join(folder, 'program.elf');
    writeFileSync(elf, endingAfter(steps, firmwarePath(program, target)));
    const command = [...COMMANDS[target], elf, ...singleStep(version)];
    const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@" </dev/null 2>&1';
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
    const checksum = /^[0-9a-f]{8}$/m.exec(stdout)?.[0];
    const time = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
    if (!checksum || !time) throw new Error(`${command.join(' ')} printed\n${stdout}${stderr}`);
    return { checksum, work: steps, seconds: Number(time[1]) + Number(time[2]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The checksum after so many steps, by QEMU: an oracle for our own run. */
export function qemuChecksum(program: string, target: Target, steps: number, version: string): string {
  return runOnce(program, target, steps, version).checksum;
}

/** Steps that keep QEMU busy for about `seconds`. */
function calibrate(program: string, target: Target, version: string, seconds: number): number {
  for (let steps = 100; ; steps *= 4) {
    const run = runOnce(program, target, steps, version);
    if (run.seconds > seconds / 4) return Math.ceil((steps * seconds) / run.seconds);
  }
}

/** CPU seconds of a step in steady state: a run of about `seconds` less one of a tenth of it, median of `samples`. */
export function qemuSecondsPerStep(program: string, target: Target, version: string, samples = 3, seconds = 1): number {
  const steps = calibrate(program, target, version, seconds);
  const measured = Array.from({ length: samples }, () =>
    steadySecondsPerUnit(
      runOnce(program, target, Math.ceil(steps / 10), version),
      runOnce(program, target, steps, version),
    ),
  );
  return median(measured);
}
