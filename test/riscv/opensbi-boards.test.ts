import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sifiveUBoard } from '../../src/boards/sifive-u.js';
import { spikeBoard } from '../../src/boards/spike.js';
import type { Machine } from '../../src/emu/machine.js';
import { hasQemu } from './qemu-console.js';

/** OpenSBI and U-Boot as Debian packages them on sifive-u and spike, compared with QEMU's boards. */

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin';
const U_BOOT = '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin';
const missing = [OPENSBI, U_BOOT].filter((path) => !existsSync(path));

/** What the cores of QEMU's boards have and these have not, or the other way round: see docs/boards-riscv.md. */
const DIFFERENT: readonly RegExp[] = [
  /^Boot HART (Priv Version|Base ISA|ISA Extensions|PMP Count|MHPM Count|MIDELEG|MEDELEG) /,
  /^Working FDT set to /,
];
const LAST_LINE = 'Boot HART MEDELEG';
const AUTOBOOT = 'Hit any key to stop autoboot';

function comparable(text: string, behind: string): string[] {
  const until = text.indexOf(behind);
  const lines = text
    .slice(0, until < 0 ? undefined : until)
    .replaceAll('\r', '')
    .split('\n');
  return lines.map((line) => line.trimEnd()).filter((line) => !DIFFERENT.some((pattern) => pattern.test(line)));
}

/** Runs until the console has said something; at most 200 million cycles. */
function consoleText(machine: Machine, uart: { readonly text: string }, last: string): string {
  for (let i = 0; i < 400 && !uart.text.includes(last); i++) machine.runCycles(500_000);
  return uart.text;
}

/** QEMU's serial console up to some text, by a file: its boards drop what a pipe does not take at once. */
async function qemuText(options: readonly string[], last: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-'));
  const path = join(folder, 'serial');
  const fixed = ['-display', 'none', '-monitor', 'none', '-serial', `file:${path}`];
  const child = spawn('qemu-system-riscv64', [...fixed, ...options], { stdio: 'ignore' });
  const text = () => (existsSync(path) ? readFileSync(path, 'latin1') : '');
  for (let i = 0; i < 300 && !text().includes(last); i++) await new Promise((done) => setTimeout(done, 100));
  child.kill();
  const said = text();
  rmSync(folder, { recursive: true, force: true });
  return said;
}

describe.skipIf(missing.length > 0)(
  missing.length > 0 ? `OpenSBI on other boards (needs ${missing.join(', ')})` : 'OpenSBI on other boards',
  { timeout: 600_000 },
  () => {
    test.skipIf(!hasQemu).each([1, 4])(
      'sifive-u with %i U54: OpenSBI and U-Boot as on QEMU (needs qemu-system-riscv64)',
      async (harts) => {
        const board = sifiveUBoard({ harts, bios: OPENSBI, kernel: U_BOOT });
        const machine = board.createMachine({ engine: 'auto' });
        const ours = consoleText(machine, board.handlesOf(machine).uart0, AUTOBOOT);
        expect(machine.guestErrors).toEqual([]);
        const options = ['-M', 'sifive_u', '-smp', `${1 + harts}`, '-bios', OPENSBI, '-kernel', U_BOOT];
        const theirs = await qemuText(options, AUTOBOOT);
        // the harts run for the lottery that elects the one to boot
        const same = (text: string) =>
          comparable(text, AUTOBOOT).filter((line) => !/^(Boot HART ID|Domain0 Boot HART) /.test(line));
        expect(same(ours)).toEqual(same(theirs));
      },
    );

    test.skipIf(!hasQemu)(
      'spike: OpenSBI as on QEMU, through the host-target interface (needs qemu-system-riscv64)',
      async () => {
        const board = spikeBoard({ xlen: 64, bios: OPENSBI });
        const machine = board.createMachine({ engine: 'auto' });
        const ours = consoleText(machine, board.handlesOf(machine).htif, LAST_LINE);
        expect(machine.guestErrors).toEqual([]);
        const theirs = await qemuText(['-M', 'spike', '-bios', OPENSBI], LAST_LINE);
        expect(comparable(ours, LAST_LINE)).toEqual(comparable(theirs, LAST_LINE));
      },
    );
  },
);
