/** A local socket for one client. */

import { createServer, type Socket } from 'node:net';
import { listenAt, type Place, tidyUp } from '../local-socket.js';
import { serveClient } from './connection.js';
import type { Target } from './target.js';

/** Serves the first client that comes; others are told that they are too many. @returns whether fwtest failed in a command */
export async function serveSocket(target: Target, place: Place, say: (line: string) => void): Promise<boolean> {
  const server = createServer();
  const at = await listenAt(server, place, 'path' in place ? '--socket' : '--port');
  const open = new Set<Socket>();
  const served = new Promise<boolean>((done) => {
    server.once('connection', (socket) => {
      server.on('connection', refuse);
      void serveClient(target, socket, socket, { halfOpen: false, refuseHttp: true }).then(done);
    });
    server.on('connection', (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
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
