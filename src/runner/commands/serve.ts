/** `fwtest serve`: a machine controlled by a tool, over stdio or a local socket. */

import { resolve } from 'node:path';
import { UsageError } from '../../emu/errors.js';
import { serveClient } from '../control/connection.js';
import { serveSocket } from '../control/listen.js';
import { Target } from '../control/target.js';
import type { ExitCode } from '../exit-code.js';
import type { Place } from '../local-socket.js';
import { machineToStart, type StartOptions, startMachine } from '../start-machine.js';

export interface ServeOptions extends StartOptions {
  readonly stdio?: boolean;
  readonly socket?: string;
  readonly port?: string;
}

const HIGHEST_PORT = 0xffff;

/** @throws UsageError when there is not exactly one of the three */
function placeOf({ stdio, socket, port }: ServeOptions): Place | 'stdio' {
  const given = [stdio && '--stdio', socket !== undefined && '--socket', port !== undefined && '--port'].filter(
    Boolean,
  );
  if (given.length > 1) {
    throw new UsageError({
      what: `${given.join(' and ')} are given`,
      where: 'fwtest serve',
      remedy: 'give one of them',
    });
  }
  if (socket !== undefined) return { path: resolve(socket) };
  if (port === undefined) return 'stdio';
  if (/^\d{1,5}$/.test(port) && Number(port) <= HIGHEST_PORT) return { port: Number(port) };
  const remedy = `give a number up to ${HIGHEST_PORT}; with 0 a free one is taken and printed`;
  throw new UsageError({ what: `'${port}' is no port`, where: '--port', remedy });
}

/** Serves one client. */
export async function serve(image: string | undefined, options: ServeOptions): Promise<ExitCode> {
  const place = placeOf(options);
  const chosen = await machineToStart(image, options, 'fwtest serve', { model: true });
  const target = new Target(chosen.board, startMachine(chosen, options).board, chosen.image);
  if (place !== 'stdio') return (await serveSocket(target, place, (line) => console.error(line))) ? 3 : 0;
  // Lines of devices of the user's own are not the protocol's.
  console.log = console.error;
  const { stdin, stdout } = process;
  return (await serveClient(target, stdin, stdout, { halfOpen: true, refuseHttp: false })) ? 3 : 0;
}
