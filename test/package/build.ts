import { execFileSync } from 'node:child_process';

/** The tests of the package run what the build makes of the present sources. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
}
