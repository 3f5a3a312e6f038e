import { bytesOfBase64, readFileBytes } from './kinds/read-bytes.js';
import type { Mistakes } from './mistakes.js';

/** Bytes that a description names; what is wrong with them is noted. */

/** All of a file; undefined, and a mistake, if it cannot be read. */
export function fileBytes(path: string, where: string, mistakes: Mistakes): Uint8Array | undefined {
  return mistakes.guard(where, () => readFileBytes(path));
}

export function base64(text: string, where: string, mistakes: Mistakes): Uint8Array | undefined {
  const bytes = bytesOfBase64(text);
  if (bytes) return bytes;
  mistakes.add(where, 'the contents are no base64', 'give bytes in base64, or a file');
  return undefined;
}
