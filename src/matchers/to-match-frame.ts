import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';
import type { Frame, FrameSource } from '../emu/frame.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { decodePng, encodePng } from './png.js';
import { benchOf } from './subject.js';

/** What vitest and jest tell of the run: where the test file is, and whether snapshots are to be written. */
interface SnapshotState extends MatcherState {
  readonly testPath?: string | undefined;
  readonly snapshotState?: { readonly _updateSnapshot?: 'all' | 'new' | 'none' };
}

function frameOf(received: unknown): Frame {
  const source = received as Partial<FrameSource> | null;
  if (typeof source?.frame === 'function') return source.frame();
  throw new UsageError({
    what: 'toMatchFrame wants a display',
    remedy: 'give a part that shows a picture: board.display',
  });
}

const DIFFERENT = [0xff, 0, 0xff] as const;

/** Where both are alike in grey, where they are not in magenta. */
function difference(expected: Frame, actual: Frame): { readonly count: number; readonly picture: Frame } {
  const pixels = new Uint8Array(actual.pixels.length);
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const same = [0, 1, 2].every((c) => expected.pixels[i + c] === actual.pixels[i + c]);
    const grey = ((actual.pixels[i]! + actual.pixels[i + 1]! + actual.pixels[i + 2]!) / 3) >> 2;
    for (let c = 0; c < 3; c++) pixels[i + c] = same ? grey : DIFFERENT[c]!;
    if (!same) count++;
  }
  return { count, picture: { ...actual, pixels } };
}

function write(path: string, frame: Frame): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodePng(frame));
}

/**
 * A display shows what a PNG beside the test file shows, to the pixel. Where there is no file yet it is written (not in CI, as with
 * other snapshots), `--update` writes it anew. Never runs the machine.
 */
export function toMatchFrame(this: SnapshotState, received: unknown, file: string): MatcherResult {
  const { bench, name } = benchOf(received);
  if (typeof file !== 'string' || !file.endsWith('.png')) {
    throw new UsageError({
      what: 'toMatchFrame wants the name of a PNG',
      remedy: "expect(board.display).toMatchFrame('frames/menu.png')",
    });
  }
  const actual = frameOf(received);
  const path = isAbsolute(file) ? file : resolve(dirname(this.testPath ?? '.'), file);
  const update = this.snapshotState?._updateSnapshot ?? 'new';
  const result = (pass: boolean, text: string) =>
    verdict({
      state: this,
      subject: name,
      matcher: 'toMatchFrame',
      args: [file],
      pass,
      rows: () => [
        ['Expected', `${this.isNot ? 'another picture than ' : ''}${path}`],
        ['Shown', text],
        ...placeRows(bench),
      ],
    });
  if (!this.isNot && (update === 'all' || (update === 'new' && !existsSync(path)))) {
    const known = existsSync(path);
    write(path, actual);
    if (!known) console.error(`wrote ${path}: look at it`);
    return result(true, '');
  }
  if (!existsSync(path))
    return result(
      // Fails either way: there is nothing that it could differ from.
      this.isNot === true,
      `${actual.width} × ${actual.height} pixels; there is no such file yet: run with --update, and look at it`,
    );
  const expected = decodePng(readFileSync(path), path);
  if (expected.width !== actual.width || expected.height !== actual.height) {
    return result(false, `${actual.width} × ${actual.height} pixels instead of ${expected.width} × ${expected.height}`);
  }
  const { count, picture } = difference(expected, actual);
  if (count > 0 && !this.isNot) {
    write(path.replace(/\.png$/, '.actual.png'), actual);
    write(path.replace(/\.png$/, '.diff.png'), picture);
  }
  const total = actual.width * actual.height;
  return result(
    count === 0,
    count === 0 ? 'the same' : `${count} of ${total} pixels differ: see .actual.png and .diff.png beside it`,
  );
}
