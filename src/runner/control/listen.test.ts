import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { param } from '../../boards/param.js';
import { createStation } from '../station.js';
import { serveSocket } from './listen.js';
import { Target } from './target.js';

/** What a client hears that says this and goes; nothing said is a look whether somebody listens. */
function visit(path: string, line?: string): Promise<string> {
  return new Promise((done, failed) => {
    let heard = '';
    const socket = connect(path, () => (line === undefined ? socket.destroy() : socket.write(line)));
    socket.on('data', (data) => (heard += data));
    socket.on('error', failed);
    socket.on('close', () => done(heard));
  });
}

test('a second server on the same socket is told that there is one, and does not end the first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fwtest-listen-'));
  const path = join(folder, 's.sock');
  const target = () => new Target(param, createStation(param, undefined, { hostTimeout: 1e6 }).board);
  let listening = () => {};
  const started = new Promise<void>((done) => (listening = done));
  const first = serveSocket(target(), { path }, () => listening());
  await started;
  await expect(serveSocket(target(), { path }, () => {})).rejects.toThrow(`another process serves '${path}'`);
  await visit(path);
  await visit(path);
  expect(await visit(path, '{"execute": "capabilities"}\n{"execute": "quit"}\n')).toContain('"SHUTDOWN"');
  expect(await first).toBe(false);
  rmSync(folder, { recursive: true });
});
