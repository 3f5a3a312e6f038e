import { describe, expect, it } from 'vitest';
import type { Frame } from '../frame.js';
import { PartBench } from './part-bench.js';
import { ssd1306 } from './ssd1306.js';
import { st7735 } from './st7735.js';

const at = ({ width, pixels }: Frame, x: number, y: number) => {
  const place = 3 * (y * width + x);
  return (pixels[place]! << 16) | (pixels[place + 1]! << 8) | pixels[place + 2]!;
};
const lit = (frame: Frame) => {
  const found: [number, number][] = [];
  for (let y = 0; y < frame.height; y++)
    for (let x = 0; x < frame.width; x++) if (at(frame, x, y) !== 0) found.push([x, y]);
  return found;
};

describe('an SSD1306 on I2C (data sheet 8.1.5, 10.1)', () => {
  const made = () => {
    const bench = new PartBench(ssd1306('bus'));
    const commands = (...bytes: number[]) => bench.i2cWrite(0x3c, [0x00, ...bytes]);
    const data = (...bytes: number[]) => bench.i2cWrite(0x3c, [0x40, ...bytes]);
    return { bench, commands, data };
  };

  it('is dark until it is switched on, and upright with remapped segments and scan', () => {
    const { bench, commands, data } = made();
    commands(0xa1, 0xc8, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7);
    data(0x01, 0x80);
    expect(lit(bench.part.frame())).toEqual([]);
    commands(0xaf);
    expect(lit(bench.part.frame())).toEqual([
      [0, 0],
      [1, 7],
    ]); // prettier-ignore
    commands(0xc0);
    expect(lit(bench.part.frame())).toEqual([
      [1, 56],
      [0, 63],
    ]); // prettier-ignore
  });

  it('writes by columns, by pages, and within a window', () => {
    const { bench, commands, data } = made();
    commands(0xaf, 0xa1, 0xc8, 0x20, 0x00, 0x21, 10, 11, 0x22, 2, 3);
    data(1, 1, 1, 1);
    expect(lit(bench.part.frame())).toEqual([
      [10, 16],
      [11, 16],
      [10, 24],
      [11, 24],
    ]); // prettier-ignore
    commands(0x20, 0x01, 0x21, 20, 21, 0x22, 4, 5);
    data(2, 2);
    expect(lit(bench.part.frame()).slice(4)).toEqual([
      [20, 33],
      [20, 41],
    ]); // prettier-ignore
    commands(0x20, 0x02, 0xb7, 0x0f, 0x17);
    data(0x80, 0x80);
    // page mode wraps at the last column, in the same page
    expect(lit(bench.part.frame()).slice(6)).toEqual([
      [0, 63],
      [127, 63],
    ]); // prettier-ignore
  });

  it('inverts, shows all, and starts at another line', () => {
    const { bench, commands, data } = made();
    commands(0xaf, 0xa1, 0xc8, 0x20, 0x00);
    data(1);
    commands(0xa7);
    expect(lit(bench.part.frame()).length).toBe(128 * 64 - 1);
    commands(0xa6, 0xa5);
    expect(lit(bench.part.frame()).length).toBe(128 * 64);
    commands(0xa4, 0x40 + 63);
    expect(lit(bench.part.frame())).toEqual([[0, 1]]);
  });

  it('takes single data bytes between commands by their control bytes', () => {
    const { bench } = made();
    bench.i2cWrite(0x3c, [0x80, 0xaf, 0x80, 0xa1, 0x80, 0xc8, 0xc0, 0x01, 0x40, 0x01, 0x01]);
    expect(lit(bench.part.frame())).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]); // prettier-ignore
  });

  it('says so when a command is none', () => {
    const { bench, commands } = made();
    commands(0xf3);
    expect(bench.problems.map(({ what }) => what)).toEqual(['part: 0xf3 is no command of an SSD1306']);
  });
});

describe('an ST7735 (data sheet, chapter 10)', () => {
  const made = () => {
    const bench = new PartBench(st7735('bus', { select: 'PA4', dataCommand: 'PA3', reset: 'PA2' }));
    bench.drive('PA2', 'high');
    const send = (command: number, ...data: number[]) => {
      bench.drive('PA4', 'low');
      bench.drive('PA3', 'low');
      bench.spiTransfer([command]);
      bench.drive('PA3', 'high');
      bench.spiTransfer(data);
      bench.drive('PA4', 'high');
    };
    send(0x11);
    send(0x29);
    return { bench, send };
  };
  const window = (send: ReturnType<typeof made>['send'], x0: number, x1: number, y0: number, y1: number) => {
    send(0x2a, 0, x0, 0, x1);
    send(0x2b, 0, y0, 0, y1);
  };

  it('takes pixels of 16, 18 and 12 bits', () => {
    const { bench, send } = made();
    send(0x3a, 5);
    window(send, 2, 3, 4, 4);
    send(0x2c, 0xf8, 0x00, 0x07, 0xe0);
    expect([at(bench.part.frame(), 2, 4), at(bench.part.frame(), 3, 4)]).toEqual([0xff0000, 0x00ff00]);
    send(0x3a, 6);
    send(0x2c, 0, 0, 0xfc);
    expect(at(bench.part.frame(), 2, 4)).toBe(0x0000ff);
    send(0x3a, 3);
    send(0x2c, 0xf0, 0xf0, 0x0f);
    expect([at(bench.part.frame(), 2, 4), at(bench.part.frame(), 3, 4)]).toEqual([0xff00ff, 0x0000ff]);
  });

  it('goes on in the next row of the window, and begins again at its end', () => {
    const { bench, send } = made();
    send(0x3a, 5);
    window(send, 10, 11, 20, 21);
    send(0x2c, ...[1, 2, 3, 4, 5].flatMap(() => [0xff, 0xff]));
    expect(lit(bench.part.frame())).toEqual([
      [10, 20],
      [11, 20],
      [10, 21],
      [11, 21],
    ]); // prettier-ignore
  });

  it('mirrors and exchanges by MADCTL (9.10), and swaps red and blue', () => {
    const { bench, send } = made();
    send(0x3a, 5);
    for (const [madctl, place] of [
      [0x40, [131 - 5, 7]],
      [0x80, [5, 161 - 7]],
      [0x20, [7, 5]],
    ] as const) {
      send(0x01);
      send(0x11);
      send(0x29);
      send(0x3a, 5);
      send(0x36, madctl);
      window(send, 5, 5, 7, 7);
      send(0x2c, 0xff, 0xff);
      const [x, y] = place;
      expect([madctl, at(bench.part.frame(), x!, y!)]).toEqual([madctl, 0xffffff]);
    }
    send(0x36, 0x08);
    window(send, 0, 0, 0, 0);
    send(0x2c, 0xf8, 0x00);
    expect(at(bench.part.frame(), 0, 0)).toBe(0x0000ff);
  });

  it('is dark asleep, off and after a reset, and inverts', () => {
    const { bench, send } = made();
    send(0x21);
    expect(at(bench.part.frame(), 0, 0)).toBe(0xffffff);
    send(0x10);
    expect([bench.part.on, at(bench.part.frame(), 0, 0)]).toEqual([false, 0]);
    send(0x11);
    bench.drive('PA2', 'low');
    bench.drive('PA2', 'high');
    expect(bench.part.on).toBe(false);
  });
});
