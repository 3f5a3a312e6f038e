import { spawnSync } from 'node:child_process';
import type { Run } from './arithmetic.js';

/** A run of a program for some steps, with what it computed. */
export interface ChecksummedRun extends Run {
  /** Eight hexadecimal digits. */
  readonly checksum: string;
}

export const hex = (checksum: number): string => checksum.toString(16).padStart(8, '0');

/** CPU seconds, user and system, of a command that prints its checksum; bash measures them to the millisecond. */
export function timedRun(command: readonly string[], steps: number): ChecksummedRun {
  const script = 'TIMEFORMAT="cpu %3U %3S"; time "$@" </dev/null 2>&1';
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  const checksum = /^[0-9a-f]{8}$/m.exec(stdout)?.[0];
  const time = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
  if (!checksum || !time) throw new Error(`${command.join(' ')} printed\n${stdout}${stderr}`);
  return { checksum, work: steps, seconds: Number(time[1]) + Number(time[2]) };
}

/** @throws Error when a run of ours computed something else than another machine did over the same steps */
export function requireChecksum(
  what: string,
  ours: Pick<ChecksummedRun, 'work' | 'checksum'>,
  theirs: ChecksummedRun,
): void {
  if (ours.work !== theirs.work) throw new Error(`${what}: ${ours.work} steps are compared with ${theirs.work}`);
  if (ours.checksum === theirs.checksum) return;
  throw new Error(`${what}: checksum ${ours.checksum} after ${ours.work} steps, expected ${theirs.checksum}`);
}
