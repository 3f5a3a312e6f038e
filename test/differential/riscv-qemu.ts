import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { missing } from './tools.js';

const nameOf = (xlen: Xlen) => `qemu-system-riscv${xlen}`;
/** RV32IMAC or RV64IMAC, and machine mode alone. */
const machineModeOnly = (xlen: Xlen) => `rv${xlen},f=off,d=off,s=off,u=off,h=off,zba=off,zbb=off,zbc=off,zbs=off`;
const MEBIBYTE = 1 << 20;

/** Why the comparison cannot be made on this machine, or undefined. */
export function missingQemu(xlen: Xlen): string | undefined {
  return missing(nameOf(xlen), 'qemu-system-misc');
}

/** Runs an image on QEMU's `virt` machine until it writes to the test finisher; gives the RAM as it is then. */
export function runInQemu(xlen: Xlen, image: Uint8Array, cpu = machineModeOnly(xlen)): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), `fwtest-rv${xlen}-`));
  try {
    const [imagePath, ramPath] = [join(folder, 'image.bin'), join(folder, 'ram.bin')];
    writeFileSync(imagePath, image);
    const machine = ['-machine', 'virt,memory-backend=ram', '-cpu', cpu, '-display', 'none', '-serial', 'none'];
    const ram = [
      '-monitor',
      'none',
      '-m',
      '128M',
      '-object',
      `memory-backend-file,id=ram,size=128M,mem-path=${ramPath},share=on`,
    ];
    const load = ['-bios', 'none', '-device', `loader,file=${imagePath},addr=0x80000000`];
    const result = spawnSync(nameOf(xlen), [...machine, ...ram, ...load], {
      timeout: 60_000,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    });
    if (result.error || result.status !== 0) {
      throw new Error(`${nameOf(xlen)} ended with ${result.status ?? result.signal}: ${result.stderr}`, {
        cause: result.error,
      });
    }
    return readFileSync(ramPath).subarray(0, 128 * MEBIBYTE);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
