/** A local socket for one client. */

import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { UsageError } from '../../emu/errors.js';
import { serveClient } from './connection.js';
import type { Target } from './target.js';

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
async function clearPath(path: string): Promise<void> {
  const stats = IS_WINDOWS ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new UsageError({
      what: `'${path}' is there and is no socket`,
      where: '--socket',
      remedy: 'give another path',
    });
  }
  if (await isServed(path)) {
    throw new UsageError({ what: `another process serves '${path}'`, where: '--socket', remedy: 'give another path' });
  }
  rmSync(path);
}

function listening(server: Server, place: Place): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = 'path' in place ? '--socket' : '--port';
      const what = `cannot listen there: ${error.message}`;
      failed(new UsageError({ what, where, remedy: 'give another one' }, { cause: error }));
    });
    if ('path' in place) server.listen(place.path, done);
    else server.listen(place.port, HOST, done);
  });
}

/** Serves the first client that comes; others are told that they are too many. @returns whether fwtest failed in a command */
export async function serveSocket(target: Target, place: Place, say: (line: string) => void): Promise<boolean> {
  const server = createServer();
  if ('path' in place) await clearPath(place.path);
  await listening(server, place);
  if ('path' in place && !IS_WINDOWS) chmodSync(place.path, 0o600);
  const address = server.address();
  say(`fwtest: listening on ${typeof address === 'object' && address ? `${HOST}:${address.port}` : String(address)}`);
  const open = new Set<Socket>();
  try {
    return await new Promise<boolean>((done) => {
      let served = false;
      server.on('connection', (socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        if (served) refuse(socket);
        else {
          served = true;
          void serveClient(target, socket, socket, { halfOpen: false, refuseHttp: true }).then(done);
        }
      });
    });
  } finally {
    server.close();
    for (const socket of open) socket.destroy();
    if ('path' in place && !IS_WINDOWS) rmSync(place.path, { force: true });
  }
}

function refuse(socket: Socket): void {
  socket.on('error', () => {});
  const error = {
    class: 'Busy',
    desc: 'another client controls this machine',
    remedy: 'wait until it has gone, and start a machine of your own',
  };
  socket.end(`${JSON.stringify({ error })}\n`);
}
