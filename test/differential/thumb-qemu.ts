import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RAM, RAM_SIZE } from './thumb-map.js';

export const QEMU = 'qemu-system-arm';

/**
 * Runs an image on a Cortex-M4 of QEMU until it exits by semihosting; gives its RAM as it is then. It runs
 * beside the caller.
 */
export async function runInQemu(boot: Uint8Array, image: Uint8Array): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-thumb-'));
  try {
    const [bootPath, imagePath, ramPath] = ['boot.bin', 'image.bin', 'ram.bin'].map((name) => join(folder, name));
    writeFileSync(bootPath!, boot);
    writeFileSync(imagePath!, image);
    await promisify(execFile)(
      QEMU,
      [
        ...['-machine', 'mps2-an386,memory-backend=ram', '-m', `${RAM_SIZE}b`],
        ...['-object', `memory-backend-file,id=ram,size=${RAM_SIZE},mem-path=${ramPath},share=on`],
        ...['-display', 'none', '-serial', 'none', '-monitor', 'none'],
        ...['-semihosting-config', 'enable=on,target=native'],
        ...['-kernel', bootPath!, '-device', `loader,file=${imagePath},addr=0x${RAM.toString(16)},force-raw=on`],
      ],
      { timeout: 110_000, killSignal: 'SIGKILL' },
    );
    return readFileSync(ramPath!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
