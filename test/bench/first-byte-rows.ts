import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './arithmetic.js';
import { NO_QEMU, qemuVersion } from './qemu.js';
import type { BenchRow } from './row.js';

/** What a person waits for a firmware's first byte: from the start of the process until it stands on standard output. */

const ROOT = process.cwd();
const FWTEST = join(ROOT, 'bin', 'fwtest.js');
const EXAMPLE = join(ROOT, 'examples', 'firmware-tests', 'calc-test');
const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin';
/** Runs of each that count. */
const RUNS = 15;

type Command = readonly [program: string, ...args: string[]];

const boot = (...args: string[]): Command => [process.execPath, FWTEST, 'boot', ...args];
const BARE: Readonly<Record<string, Command>> = {
  'riscv-virt': boot('--board', 'riscv-virt', join(EXAMPLE, 'calc_test-riscv-virt.elf')),
  'stm32f4-discovery': boot('--board', 'stm32f4-discovery', join(EXAMPLE, 'calc_test-stm32f407.elf')),
};
const OURS = boot('--board', 'riscv-virt64', '--bios', OPENSBI);
const QEMU: Command = ['qemu-system-riscv64', '-M', 'virt', '-nographic', '-bios', OPENSBI];

/** Milliseconds to the first byte; the process is ended then. */
function untilFirstByte([program, ...args]: Command): Promise<number> {
  return new Promise((done, failed) => {
    const start = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let milliseconds: number | undefined;
    child.stderr.on('data', (text) => (said += text));
    child.stdout.once('data', () => {
      milliseconds = performance.now() - start;
      child.kill('SIGKILL');
    });
    child.once('error', failed);
    child.once('close', () => {
      if (milliseconds !== undefined) done(milliseconds);
      else failed(new Error(`${program} ${args.join(' ')} wrote nothing:\n${said}`));
    });
  });
}

/** Samples of each command, taken in turn, after one of each that is thrown away. */
async function inTurn(commands: readonly Command[]): Promise<number[][]> {
  for (const command of commands) await untilFirstByte(command);
  const samples: number[][] = commands.map(() => []);
  for (let i = 0; i < RUNS; i++) {
    for (const [k, command] of commands.entries()) samples[k]!.push(await untilFirstByte(command));
  }
  return samples;
}

const bareRow = (board: string): BenchRow => {
  const name = `boot.${board}.first_byte.ms`;
  return {
    name,
    async measure({ progress }) {
      progress(`fwtest boot on ${board} to the first byte`);
      const [ours] = await inTurn([BARE[board]!]);
      return { name, value: median(ours!), unit: 'ms' };
    },
  };
};

const opensbiRow: BenchRow = {
  name: 'boot.opensbi.overhead.ms',
  skip() {
    if (!existsSync(OPENSBI)) return 'OpenSBI is not installed (Debian: opensbi)';
    return qemuVersion('rv64') ? undefined : NO_QEMU;
  },
  async measure({ progress }) {
    progress("OpenSBI's first byte, in turn with QEMU");
    const [ours, theirs] = await inTurn([OURS, QEMU]);
    return { name: this.name, value: median(ours!.map((one, i) => one - theirs![i]!)), unit: 'ms' };
  },
};

export const firstByteRows: readonly BenchRow[] = [...Object.keys(BARE).map(bareRow), opensbiRow];
