import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** 32 or 64 for the ELF at a path; undefined if it is none, or is not there: whoever reads it says so. */
export function elfWidth(path: string): 32 | 64 | undefined {
  let file: number | undefined;
  try {
    // Opening a pipe would wait for somebody to write.
    if (!statSync(path).isFile()) return undefined;
    file = openSync(path, 'r');
    const head = Buffer.alloc(5);
    if (readSync(file, head) < 5 || head.readUInt32BE(0) !== 0x7f45_4c46) return undefined;
    return head[4] === 1 ? 32 : head[4] === 2 ? 64 : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
