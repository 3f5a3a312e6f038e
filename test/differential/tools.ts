import { spawnSync } from 'node:child_process';

/** Whether a program of this name can be started; what needs it is skipped where it is missing. */
export function available(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}
