import { readFileSync } from 'node:fs';

/** The version of this package; the build puts the constant in place. */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
