import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Frame, frameOf } from '../emu/frame.js';
import { FakeBench } from './fake-bench.js';
import { decodePng, encodePng } from './png.js';
import { introduce } from './subject.js';
import { toMatchFrame } from './to-match-frame.js';

const folder = mkdtempSync(join(tmpdir(), 'fwtest-frame-'));
const said = vi.spyOn(console, 'error').mockImplementation(() => {});
afterAll(() => rmSync(folder, { recursive: true }));

const square = (size: number) => frameOf(8, 4, (x, y) => (x < size && y < size ? 0xff8000 : 0x102030));

function display(frame: Frame) {
  const handle = { frame: () => frame };
  introduce(handle, { bench: new FakeBench(), name: 'display' });
  return handle;
}
const state = (update: 'all' | 'new' | 'none', isNot = false) => ({
  isNot,
  testPath: join(folder, 'x.fw.test.ts'),
  snapshotState: { _updateSnapshot: update },
});

describe('a PNG', () => {
  it('holds every pixel of a frame', () => {
    const frame = square(3);
    const png = encodePng(frame);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(decodePng(png, 'x.png')).toEqual(frame);
  });
  it('that is none is told', () => {
    expect(() => decodePng(Buffer.from('no'), '/x.png')).toThrow('/x.png is no PNG that can be read');
  });
});

describe('toMatchFrame', () => {
  it('says that it wrote a picture, once; without one to compare with, `.not` fails too', () => {
    said.mockClear();
    // what `.not` turns into a failure
    expect(toMatchFrame.call(state('new', true), display(square(2)), 'new.png').pass).toBe(true);
    for (const update of ['new', 'all'] as const) toMatchFrame.call(state(update), display(square(2)), 'new.png');
    expect(said.mock.calls).toEqual([[`wrote ${join(folder, 'new.png')}: look at it`]]);
  });

  it('writes the first picture, and holds the next ones against it', () => {
    expect(toMatchFrame.call(state('none'), display(square(2)), 'a/first.png').pass).toBe(false);
    expect(toMatchFrame.call(state('new'), display(square(2)), 'a/first.png').pass).toBe(true);
    expect(existsSync(join(folder, 'a/first.png'))).toBe(true);
    expect(toMatchFrame.call(state('none'), display(square(2)), 'a/first.png').pass).toBe(true);
    const other = toMatchFrame.call(state('none'), display(square(3)), 'a/first.png');
    expect(other.pass).toBe(false);
    expect(other.message().replace(folder, '')).toMatchInlineSnapshot(`
      "expect(display).toMatchFrame("a/first.png")

        Expected  /a/first.png
        Shown     5 of 32 pixels differ: see .actual.png and .diff.png beside it
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      "
    `);
    const diff = decodePng(readFileSync(join(folder, 'a/first.diff.png')), '');
    const magenta = [...Array(32).keys()].filter((i) => diff.pixels[3 * i] === 0xff && diff.pixels[3 * i + 1] === 0);
    // the third row and column of a square of three
    expect(magenta).toEqual([2, 10, 16, 17, 18]);
    expect(decodePng(readFileSync(join(folder, 'a/first.actual.png')), '')).toEqual(square(3));
  });

  it('writes it anew on demand, and not for `.not`', () => {
    writeFileSync(join(folder, 'b.png'), encodePng(square(1)));
    expect(toMatchFrame.call(state('all', true), display(square(2)), 'b.png').pass).toBe(false);
    expect(decodePng(readFileSync(join(folder, 'b.png')), '')).toEqual(square(1));
    expect(toMatchFrame.call(state('all'), display(square(2)), 'b.png').pass).toBe(true);
    expect(decodePng(readFileSync(join(folder, 'b.png')), '')).toEqual(square(2));
  });

  it('tells sizes that differ, and what is no display or no PNG', () => {
    writeFileSync(join(folder, 'c.png'), encodePng(frameOf(2, 2, () => 0)));
    expect(toMatchFrame.call(state('none'), display(square(2)), 'c.png').message()).toContain(
      '8 × 4 pixels instead of 2 × 2',
    );
    expect(() => toMatchFrame.call(state('none'), display(square(2)), 'c.bmp')).toThrow('wants the name of a PNG');
    const nothing = {};
    introduce(nothing, { bench: new FakeBench(), name: 'led' });
    expect(() => toMatchFrame.call(state('none'), nothing, 'c.png')).toThrow('wants a display');
  });
});
