/** A session over streams: reads as fast as the client takes the answers. */

import type { Readable, Writable } from 'node:stream';
import { Lines, LONGEST_LINE } from './lines.js';
import { Session } from './session.js';
import type { Target } from './target.js';

/** Bytes that may wait for the client before the machine and the reading of commands do. */
const MOST_UNREAD = 1 << 20;
/** Host ms after the end of the input in which what was asked for before may still be answered. */
const GRACE = 10_000;

export interface ConnectionOptions {
  /** The end of the input says nothing of the client: it may still listen, as behind a pipe. */
  readonly halfOpen: boolean;
  /** A first line that is HTTP comes from a web page, not from a tool. */
  readonly refuseHttp: boolean;
}

const HTTP = /^[A-Z]{3,10} \S+ HTTP\/\d/;

/** Serves one client until it has gone or has quit. @returns whether fwtest itself failed in a command */
export function serveClient(
  target: Target,
  input: Readable,
  output: Writable,
  { halfOpen, refuseHttp }: ConnectionOptions,
): Promise<boolean> {
  return new Promise((done) => {
    let timer: NodeJS.Timeout | undefined;
    const session: Session = new Session(target, {
      write: (line) => void output.write(`${line}\n`),
      congested: () => congestion(output),
      end: () => {
        clearTimeout(timer);
        input.pause();
        for (const [event, listener] of listeners) input.off(event, listener as () => void);
        output.end(() => done(session.failed));
        // A client that does not read keeps nobody.
        setTimeout(() => done(session.failed), 1000).unref();
      },
    });
    const gone = () => session.abort('the client is gone');
    const lines = new Lines({
      line(text) {
        if (refuseHttp && HTTP.test(text)) session.abort('this is no HTTP server');
        else session.receive(text);
      },
      tooLong: () => session.refuse(`a line is longer than ${LONGEST_LINE} bytes`, 'write in several commands'),
    });
    const listeners = [
      [
        'data',
        (bytes: Uint8Array) => {
          lines.add(bytes);
          const wait = congestion(output);
          if (!wait) return;
          input.pause();
          void wait.then(() => session.ended || input.resume());
        },
      ],
      [
        'end',
        () => {
          lines.end();
          if (!halfOpen) return gone();
          input.off('close', gone);
          session.inputEnded();
          timer = setTimeout(() => session.abort('end of input'), GRACE);
          if (session.ended) clearTimeout(timer);
        },
      ],
      ['error', gone],
      ['close', gone],
    ] as const;
    for (const [event, listener] of listeners) input.on(event, listener as () => void);
    output.on('error', () => {
      gone();
      done(session.failed);
    });
  });
}

/** Resolves when the client has read; undefined where it keeps up. */
function congestion(output: Writable): Promise<void> | undefined {
  if (output.destroyed || output.writableLength < MOST_UNREAD) return undefined;
  return new Promise((done) => {
    const end = () => {
      output.off('drain', end);
      output.off('close', end);
      output.off('error', end);
      done();
    };
    output.once('drain', end);
    output.once('close', end);
    output.once('error', end);
  });
}
