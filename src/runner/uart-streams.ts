/** UARTs of a machine as files and sockets of the host: `--uart usart3=file:log.txt`. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';
import type { BoardControls } from './board-handle.js';
import { listenAt, type Place, tidyUp } from './local-socket.js';
import type { UartOutput } from './uart-handle.js';
import { uartNamed } from './uart-named.js';

const KINDS = ['stdio', 'null', 'file:PATH', 'socket:PATH', 'tcp:PORT'];
const HIGHEST_PORT = 0xffff;

/** One UART and where it goes. */
interface Stream {
  readonly uart: UartOutput;
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

export interface UartStreams {
  /** The one that is on the terminal, if any was put there. */
  readonly terminal: UartOutput | undefined;
  /** Those that are not on the terminal. */
  readonly elsewhere: ReadonlySet<UartOutput>;
  /** Writes what came since the last call; called between slices. */
  flush(): void;
  close(): void;
}

function wrong(spec: string, what: string): UsageError {
  return new UsageError({ what, where: `--uart ${spec}`, remedy: `give name=where: ${KINDS.join(', ')}` });
}

/** `usart3=file:log.txt` */
function parsed(spec: string): { readonly name: string; readonly kind: string; readonly rest: string } {
  const [, name, kind, rest = ''] = /^([^=]+)=([a-z]+)(?::(.*))?$/s.exec(spec) ?? [];
  if (name === undefined || kind === undefined) throw wrong(spec, 'this is no UART and a place for it');
  const takesMore = KINDS.some((one) => one.startsWith(`${kind}:`));
  if (!takesMore && !KINDS.includes(kind)) throw wrong(spec, `there is no place '${kind}' for a UART`);
  if (takesMore === (rest === ''))
    throw wrong(spec, takesMore ? `'${kind}:' needs more` : `'${kind}' takes nothing more`);
  return { name, kind, rest };
}

function fileStream(uart: UartOutput, path: string, spec: string): Stream {
  try {
    const file = openSync(resolve(path), 'w');
    return { uart, write: (bytes) => void writeSync(file, bytes), close: () => closeSync(file) };
  } catch (error) {
    throw wrong(spec, `the file cannot be written: ${(error as Error).message}`);
  }
}

/** Serves whoever comes; what is written while nobody is there is lost, as on a cable that ends in the air. */
async function socketStream(uart: UartOutput, place: Place, say: (line: string) => void): Promise<Stream> {
  const server: Server = createServer();
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => uart.offer(data));
  });
  const at = await listenAt(server, place, '--uart');
  say(`fwtest: ${uart.source} is on ${at}`);
  return {
    uart,
    write: (bytes) => {
      for (const socket of open) socket.write(bytes);
    },
    close: () => {
      server.close();
      // What it wrote last is on its way.
      for (const socket of open) socket.end();
      tidyUp(place);
    },
  };
}

function portOf(text: string, spec: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= HIGHEST_PORT) return Number(text);
  throw wrong(spec, `'${text}' is no port`);
}

/**
 * Puts UARTs where the options say.
 * @throws UsageError
 */
export async function uartStreams(
  board: BoardControls,
  specs: readonly string[],
  say: (line: string) => void,
): Promise<UartStreams> {
  const named = specs.map((spec) => ({ ...parsed(spec), spec, uart: uartNamed(board, parsed(spec).name) }));
  const streams: Stream[] = [];
  let terminal: UartOutput | undefined;
  for (const [i, { uart, kind, rest, spec }] of named.entries()) {
    if (named.findIndex((one) => one.uart === uart) < i) throw wrong(spec, `${uart.source} has a place already`);
    if (kind === 'file') streams.push(fileStream(uart, rest, spec));
    else if (kind === 'socket') streams.push(await socketStream(uart, { path: resolve(rest) }, say));
    else if (kind === 'tcp') streams.push(await socketStream(uart, { port: portOf(rest, spec) }, say));
    else if (kind === 'stdio') {
      if (terminal) throw wrong(spec, `${terminal.source} is on the terminal already`);
      terminal = uart;
    }
  }
  const pending = listenTo(streams);
  const flush = () => {
    for (const [stream, bytes] of pending) if (bytes.length > 0) stream.write(Uint8Array.from(bytes.splice(0)));
  };
  const elsewhere = new Set(named.filter(({ uart }) => uart !== terminal).map(({ uart }) => uart));
  const close = () => {
    flush();
    for (const stream of streams) stream.close();
  };
  return { terminal, elsewhere, flush, close };
}

function listenTo(streams: readonly Stream[]): Map<Stream, number[]> {
  return new Map(
    streams.map((stream) => {
      const bytes: number[] = [];
      stream.uart.onByte((byte) => bytes.push(byte & 0xff));
      return [stream, bytes] as const;
    }),
  );
}
