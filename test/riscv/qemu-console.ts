import { spawn, spawnSync } from 'node:child_process';

/** QEMU as the other side of a comparison: what its serial console says. */

const QEMU = 'qemu-system-riscv64';
export const hasQemu = spawnSync(QEMU, ['--version']).status === 0;

/**
 * Starts QEMU with its console here, types each line when the prompt has come, and waits for the prompt behind it; the last line may
 * end the machine.
 */
export function qemuConsole(options: readonly string[], prompt: string, lines: readonly string[]): Promise<string> {
  const fixed = ['-nographic', '-monitor', 'none', '-serial', 'stdio'];
  const child = spawn(QEMU, [...fixed, ...options], { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  let from = 0;
  const waiting = [...lines];
  const guard = setTimeout(() => child.kill(), 60_000);
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString('latin1');
    if (!text.slice(from).includes(prompt)) return;
    const line = waiting.shift();
    if (line === undefined) child.kill();
    else {
      from = text.length;
      child.stdin.write(`${line}\r`);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(guard);
      resolve(text);
    });
  });
}
