/** A local socket for one client. */

import { createServer, type Socket } from 'node:net';
import { listenAt, type Place, tidyUp } from '../local-socket.js';
import { serveClient } from './connection.js';
import type { Target } from './target.js';

/** Host ms that one waits behind a client that has said nothing. */
const PATIENCE = 50;

/**
 * Serves the first client that comes; others are told that they are too many. Who goes without a word was none, but looked whether
 * somebody listens (as a second `fwtest serve` on the same socket does).
 * @returns whether fwtest failed in a command
 */
export async function serveSocket(target: Target, place: Place, say: (line: string) => void): Promise<boolean> {
  const server = createServer();
  const at = await listenAt(server, place, 'path' in place ? '--socket' : '--port');
  const open = new Set<Socket>();
  const served = new Promise<boolean>((done) => {
    let client: Socket | undefined;
    const serve = (socket: Socket) => {
      client = socket;
      socket.on('close', () => {
        if (socket.bytesRead === 0 && client === socket) client = undefined;
      });
      void serveClient(target, socket, socket, { halfOpen: false, refuseHttp: true }).then((failed) => {
        if (socket.bytesRead > 0) done(failed);
      });
    };
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      if (client === undefined) serve(socket);
      else if (client.bytesRead > 0) refuse(socket);
      // Who came before may be about to go without a word.
      else setTimeout(() => (client === undefined && !socket.destroyed ? serve : refuse)(socket), PATIENCE);
    });
  });
  say(`fwtest: listening on ${at}`);
  try {
    return await served;
  } finally {
    server.close();
    for (const socket of open) socket.destroy();
    tidyUp(place);
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
