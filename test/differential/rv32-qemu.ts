import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';

const qemuFor = (xlen: Xlen) => `qemu-system-riscv${xlen}`;
/** Floating point is off on this board until software turns it on, which these programs do not. */
const cpuFor = (xlen: Xlen) => `rv${xlen},f=off,d=off,h=off`;
const MEBIBYTE = 1 << 20;

/** Why the comparison cannot be made on this machine, or undefined. */
export function missingQemu(xlen: Xlen = 32): string | undefined {
  const { error } = spawnSync(qemuFor(xlen), ['--version']);
  return error ? `${qemuFor(xlen)} is not installed (Debian: qemu-system-misc)` : undefined;
}

/** Runs an image on QEMU's `virt` machine until it writes to the test finisher; gives the RAM as it is then. */
export function runInQemu(image: Uint8Array, xlen: Xlen = 32): Uint8Array {
  const program = qemuFor(xlen);
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-rv32-'));
  try {
    const [imagePath, ramPath] = [join(folder, 'image.bin'), join(folder, 'ram.bin')];
    writeFileSync(imagePath, image);
    const machine = [
      '-machine',
      'virt,memory-backend=ram',
      '-cpu',
      cpuFor(xlen),
      '-display',
      'none',
      '-serial',
      'none',
    ];
    const ram = [
      '-monitor',
      'none',
      '-m',
      '128M',
      '-object',
      `memory-backend-file,id=ram,size=128M,mem-path=${ramPath},share=on`,
    ];
    const load = ['-bios', 'none', '-device', `loader,file=${imagePath},addr=0x80000000`];
    const result = spawnSync(program, [...machine, ...ram, ...load], {
      timeout: 30_000,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    });
    if (result.error || result.status !== 0) {
      throw new Error(`${program} ended with ${result.status ?? result.signal}: ${result.stderr}`, {
        cause: result.error,
      });
    }
    return readFileSync(ramPath).subarray(0, 128 * MEBIBYTE);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
