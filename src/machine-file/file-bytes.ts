import { readFileSync, statSync } from 'node:fs';
import type { Mistakes } from './mistakes.js';

/** Bytes that a description names. */

const MAX_FILE = 512 << 20;

/** All of a file; undefined, and a mistake, if it cannot be read. */
export function fileBytes(path: string, where: string, mistakes: Mistakes): Uint8Array | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > MAX_FILE) throw new Error(`it has more than ${MAX_FILE} bytes`);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : (error as Error).message;
    mistakes.add(where, `the file ${path} cannot be read (${code})`, 'correct the path');
    return undefined;
  }
}

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

export function base64(text: string, where: string, mistakes: Mistakes): Uint8Array | undefined {
  if (BASE64.test(text)) return new Uint8Array(Buffer.from(text, 'base64'));
  mistakes.add(where, 'the contents are no base64', 'give bytes in base64, or a file');
  return undefined;
}
