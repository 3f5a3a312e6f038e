import { spawnSync } from 'node:child_process';

/** Why tests that start a program cannot run here, for their title; undefined where they can. */
export function missing(program: string, debianPackage: string): string | undefined {
  const { status } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : `${program} is not installed (Debian: ${debianPackage})`;
}
