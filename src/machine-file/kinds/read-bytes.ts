import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../../emu/errors.js';

/** Bytes that descriptions name or write out. */

const MAX_FILE = 512 << 20;

/** All of a file; what is none (a device, a pipe) would be read without end. @throws Error that `whyUnread` words */
export function readWhole(path: string): Uint8Array {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is no regular file');
  if (stats.size > MAX_FILE) throw new Error(`it has more than ${MAX_FILE} bytes`);
  return new Uint8Array(readFileSync(path));
}

export const whyUnread = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : (error as Error).message;

/** The same. @throws UsageError */
export function readFileBytes(path: string): Uint8Array {
  try {
    return readWhole(path);
  } catch (error) {
    throw new UsageError({
      what: `the file ${path} cannot be read (${whyUnread(error)})`,
      remedy: 'correct the path',
    });
  }
}

/** In one way only, however many blanks there are: an expression that can match them in two takes the square of their number. */
const BASE64 = /^[A-Za-z0-9+/\s]*(?:==?\s*)?$/;

/** Undefined for what is no base64. */
export const bytesOfBase64 = (text: string): Uint8Array | undefined =>
  BASE64.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
