import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const QEMU = 'qemu-system-riscv32';
/** RV32IMAC and machine mode alone: what is off here is what this hart does not have. */
const CPU = 'rv32,f=off,d=off,s=off,u=off,h=off,zba=off,zbb=off,zbc=off,zbs=off';
const MEBIBYTE = 1 << 20;

/** Why the comparison cannot be made on this machine, or undefined. */
export function missingQemu(): string | undefined {
  const { error } = spawnSync(QEMU, ['--version']);
  return error ? `${QEMU} is not installed (Debian: qemu-system-misc)` : undefined;
}

/** Runs an image on QEMU's `virt` machine until it writes to the test finisher; gives the RAM as it is then. */
export function runInQemu(image: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-rv32-'));
  try {
    const [imagePath, ramPath] = [join(folder, 'image.bin'), join(folder, 'ram.bin')];
    writeFileSync(imagePath, image);
    const machine = ['-machine', 'virt,memory-backend=ram', '-cpu', CPU, '-display', 'none', '-serial', 'none'];
    const ram = [
      '-monitor',
      'none',
      '-m',
      '128M',
      '-object',
      `memory-backend-file,id=ram,size=128M,mem-path=${ramPath},share=on`,
    ];
    const load = ['-bios', 'none', '-device', `loader,file=${imagePath},addr=0x80000000`];
    const result = spawnSync(QEMU, [...machine, ...ram, ...load], {
      timeout: 30_000,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    });
    if (result.error || result.status !== 0) {
      throw new Error(`${QEMU} ended with ${result.status ?? result.signal}: ${result.stderr}`, {
        cause: result.error,
      });
    }
    return readFileSync(ramPath).subarray(0, 128 * MEBIBYTE);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
