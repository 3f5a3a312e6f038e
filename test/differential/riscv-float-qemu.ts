import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';

/** Runs an image from the start of RAM on QEMU's `virt` machine until it writes to the test finisher; gives the RAM as it is then. */
export function runFloatInQemu(xlen: Xlen, image: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-float-'));
  try {
    const [imagePath, ramPath] = [join(folder, 'image.bin'), join(folder, 'ram.bin')];
    writeFileSync(imagePath, image);
    const backend = `memory-backend-file,id=ram,size=128M,mem-path=${ramPath},share=on`;
    const result = spawnSync(
      `qemu-system-riscv${xlen}`,
      [
        ...['-machine', 'virt,memory-backend=ram', '-cpu', `rv${xlen}`, '-display', 'none', '-serial', 'none'],
        ...['-monitor', 'none', '-m', '128M', '-object', backend],
        ...['-bios', 'none', '-device', `loader,file=${imagePath},addr=0x80000000`],
      ],
      { timeout: 60_000, killSignal: 'SIGKILL', encoding: 'utf8' },
    );
    if (result.error || result.status !== 0) {
      throw new Error(`QEMU ended with ${result.status ?? result.signal}: ${result.stderr}`, { cause: result.error });
    }
    return readFileSync(ramPath);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
