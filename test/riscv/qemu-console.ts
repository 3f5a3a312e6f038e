import { spawn, spawnSync } from 'node:child_process';

/** QEMU as the other side of a comparison: what its serial console says. */

const QEMU = 'qemu-system-riscv64';
export const hasQemu = spawnSync(QEMU, ['--version']).status === 0;

/** What to type once a text has come. */
export type Answer = readonly [after: string, line: string];

/** Starts QEMU with its console here and types what there is to type; the last line ends the machine. */
export function qemuConsole(options: readonly string[], answers: readonly Answer[]): Promise<string> {
  const fixed = ['-nographic', '-monitor', 'none', '-serial', 'stdio'];
  const child = spawn(QEMU, [...fixed, ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  let from = 0;
  const waiting = [...answers];
  const guard = setTimeout(() => child.kill(), 60_000);
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString('latin1');
    const next = waiting[0];
    if (next === undefined || !text.slice(from).includes(next[0])) return;
    waiting.shift();
    from = text.length;
    child.stdin.write(`${next[1]}\r`);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(guard);
      resolve(text);
    });
  });
}
