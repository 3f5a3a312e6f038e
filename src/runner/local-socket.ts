/** Sockets that only this computer reaches: a path, or a port of 127.0.0.1. */

import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { UsageError } from '../emu/errors.js';

export type Place = { readonly path: string } | { readonly port: number };

const HOST = '127.0.0.1';
const IS_WINDOWS = process.platform === 'win32';

/** Whether somebody answers on a socket. */
function isServed(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/** What a process left that ended without tidying up. @throws UsageError when something else is there */
async function clearPath(path: string, where: string): Promise<void> {
  const stats = IS_WINDOWS ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const remedy = 'give another path';
  if (!stats.isSocket()) throw new UsageError({ what: `'${path}' is there and is no socket`, where, remedy });
  if (await isServed(path)) throw new UsageError({ what: `another process serves '${path}'`, where, remedy });
  rmSync(path);
}

/**
 * Listens; a path is for its user only.
 * @param where the option that says so, for messages
 * @returns the place in words
 * @throws UsageError when that cannot be
 */
export async function listenAt(server: Server, place: Place, where: string): Promise<string> {
  if ('path' in place) await clearPath(place.path, where);
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const what = `cannot listen there: ${error.message}`;
      failed(new UsageError({ what, where, remedy: 'give another one' }, { cause: error }));
    });
    if ('path' in place) server.listen(place.path, done);
    else server.listen(place.port, HOST, done);
  });
  if ('path' in place && !IS_WINDOWS) chmodSync(place.path, 0o600);
  const address = server.address();
  return typeof address === 'object' && address ? `${HOST}:${address.port}` : String(address);
}

/** Takes the path away again. */
export function tidyUp(place: Place): void {
  if ('path' in place && !IS_WINDOWS) rmSync(place.path, { force: true });
}
