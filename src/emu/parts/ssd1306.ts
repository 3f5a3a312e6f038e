import { type Frame, type FrameSource, frameOf } from '../frame.js';
import { checkNames } from '../options.js';
import { definePart, type PartContext, type PartType } from '../part.js';
import type { Storage } from '../storage.js';
import { chipSelect } from './chip-select.js';

interface Size {
  readonly width?: number;
  readonly height?: 32 | 64;
}
/** On I2C: its address. On SPI: select and data/command pins. */
export type Ssd1306Options = Size &
  ({ readonly address?: number } | { readonly select: string; readonly dataCommand: string; readonly reset?: string });

export interface Ssd1306 extends FrameSource {
  /** Display on (0xAF). */
  readonly on: boolean;
  readonly contrast: number;
}

const COLUMNS = 128;
const PAGES = 8;
const [HORIZONTAL, VERTICAL, PAGE] = [0, 1, 2] as const;
const WHITE = 0xffffff;
const BLACK = 0;

/** Words of state: SSD1306 data sheet, chapters 9 and 10. */
const WORDS = [
  'on',
  'allOn',
  'inverse',
  'contrast',
  'mode',
  'columnStart',
  'columnEnd',
  'pageStart',
  'pageEnd',
  'column',
  'page',
  'startLine',
  'segmentRemap',
  'comRemap',
  'offset',
  'multiplex',
  'command',
  'arguments',
  'argument0',
  'argument1',
  'scrolling',
  'comPins',
  'chargePump',
] as const; // prettier-ignore
type Word = (typeof WORDS)[number];

/** How many bytes follow a command (table 9-1). */
const ARGUMENTS: Readonly<Record<number, number>> = {
  32: 1,
  33: 2,
  34: 2,
  38: 6,
  39: 6,
  41: 5,
  42: 5,
  129: 1,
  141: 1,
  163: 2,
  168: 1,
  211: 1,
  213: 1,
  217: 1,
  218: 1,
  219: 1,
}; // prettier-ignore

class Controller {
  readonly #p: PartContext;
  readonly #ram: Storage;
  readonly #words: Int32Array;
  readonly #width: number;
  readonly #height: number;

  constructor(p: PartContext, width: number, height: number) {
    this.#p = p;
    this.#width = width;
    this.#height = height;
    this.#ram = p.storage('ram', COLUMNS * PAGES);
    this.#words = p.words('state', WORDS.length);
    p.onPowerOn(() => this.reset());
  }

  get(word: Word): number {
    return this.#words[WORDS.indexOf(word)]!;
  }
  #set(word: Word, value: number): void {
    this.#words[WORDS.indexOf(word)] = value;
  }

  /** The values after a reset, table 9-1; the RAM is not cleared. */
  reset(): void {
    this.#words.fill(0);
    this.#set('contrast', 0x7f);
    this.#set('mode', PAGE);
    this.#set('columnEnd', COLUMNS - 1);
    this.#set('pageEnd', PAGES - 1);
    this.#set('multiplex', 63);
    this.#set('comPins', 0x12);
  }

  command(byte: number): void {
    const left = this.get('arguments');
    if (left > 0) {
      this.#argument(byte, left);
      return;
    }
    const count = ARGUMENTS[byte] ?? 0;
    if (count === 0) this.#single(byte);
    else {
      this.#set('command', byte);
      this.#set('arguments', count);
    }
  }

  #argument(byte: number, left: number): void {
    const command = this.get('command');
    const index = ARGUMENTS[command]! - left;
    if (index === 0) this.#set('argument0', byte);
    else if (index === 1) this.#set('argument1', byte);
    this.#set('arguments', left - 1);
    if (left === 1) this.#complete(command, this.get('argument0'), this.get('argument1'));
  }

  #complete(command: number, first: number, second: number): void {
    if (command === 0x20) this.#set('mode', Math.min(first & 3, PAGE));
    else if (command === 0x21) {
      this.#set('columnStart', first & 127);
      this.#set('columnEnd', second & 127);
      this.#set('column', first & 127);
    } else if (command === 0x22) {
      this.#set('pageStart', first & 7);
      this.#set('pageEnd', second & 7);
      this.#set('page', first & 7);
    } else if (command === 0x81) this.#set('contrast', first);
    else if (command === 0x8d) this.#set('chargePump', (first >> 2) & 1);
    else if (command === 0xa8) this.#set('multiplex', first & 63);
    else if (command === 0xd3) this.#set('offset', first & 63);
    else if (command === 0xda) this.#set('comPins', first);
  }

  #single(byte: number): void {
    if (byte < 0x10) this.#set('column', (this.get('column') & 0xf0) | byte);
    else if (byte < 0x20) this.#set('column', (this.get('column') & 0x0f) | ((byte & 7) << 4));
    else if (byte >= 0x40 && byte < 0x80) this.#set('startLine', byte & 63);
    else if (byte >= 0xb0 && byte < 0xb8) this.#set('page', byte & 7);
    else this.#switch(byte);
  }

  #switch(byte: number): void {
    const on = byte & 1;
    if ((byte & 0xfe) === 0xa0) this.#set('segmentRemap', on);
    else if ((byte & 0xfe) === 0xa4) this.#set('allOn', on);
    else if ((byte & 0xfe) === 0xa6) this.#set('inverse', on);
    else if ((byte & 0xfe) === 0xae) this.#set('on', on);
    else if (byte === 0xc0 || byte === 0xc8) this.#set('comRemap', (byte >> 3) & 1);
    else if (byte === 0x2e || byte === 0x2f) this.#scroll(on);
    else if (byte !== 0xe3) this.#unknown(byte);
  }

  #scroll(on: number): void {
    this.#set('scrolling', on);
    if (on === 0) return;
    const what = `${this.#p.name}: scrolling (0x2F) is not modelled`;
    this.#p.report({ kind: 'unmodelled', what, section: 'SSD1306 10.2' });
  }
  #unknown(byte: number): void {
    const what = `${this.#p.name}: 0x${byte.toString(16)} is no command of an SSD1306`;
    this.#p.report({ kind: 'misuse', rule: 'sequence', what, section: 'SSD1306 table 9-1' });
  }

  /** A byte for the RAM: a column of eight pixels, the lowest bit on top (10.1.3). */
  data(byte: number): void {
    const [column, page] = [this.get('column'), this.get('page')];
    // 10.1.8: the segment remap counts when data is written, not when it is shown.
    this.#ram.set(page * COLUMNS + (this.get('segmentRemap') ? COLUMNS - 1 - column : column), byte);
    const mode = this.get('mode');
    if (mode === PAGE) this.#set('column', (column + 1) % COLUMNS);
    else if (mode === HORIZONTAL) {
      if (this.#advance('column')) this.#advance('page');
    } else if (mode === VERTICAL && this.#advance('page')) this.#advance('column');
  }
  /** @returns whether it went round */
  #advance(word: 'column' | 'page'): boolean {
    const wraps = this.get(word) === this.get(`${word}End`);
    this.#set(word, wraps ? this.get(`${word}Start`) : (this.get(word) + 1) % (word === 'column' ? COLUMNS : PAGES));
    return wraps;
  }

  /** What the glass shows, its cable below: modules are wired so that remapped segments and scan stand the right way up. */
  frame(): Frame {
    const ram = this.#ram.bytes();
    const rows = this.get('multiplex') + 1;
    return frameOf(this.#width, this.#height, (x, y) => {
      if (this.get('on') === 0 || y >= rows) return BLACK;
      if (this.get('allOn')) return WHITE;
      const com = this.get('comRemap') ? y : rows - 1 - y;
      const line = (com + this.get('startLine') + this.get('offset')) & 63;
      const lit = (ram[(line >> 3) * COLUMNS + COLUMNS - 1 - x]! >> (line & 7)) & 1;
      return lit !== this.get('inverse') ? WHITE : BLACK;
    });
  }
}

/** On I2C each message begins with control bytes: Co (one more follows) and D/C (8.1.5.2). */
function attachI2c(p: PartContext, bus: string, address: number, controller: Controller): void {
  const words = p.words('message', 2);
  const [EXPECTS_CONTROL, CONTROL] = [0, 1] as const;
  p.host(bus, 'i2c').attach({
    name: p.name,
    addresses: [address],
    start(to, read) {
      words[EXPECTS_CONTROL] = 1;
      return to === address && !read;
    },
    write(byte) {
      if (words[EXPECTS_CONTROL]) {
        words[CONTROL] = byte;
        words[EXPECTS_CONTROL] = 0;
        return true;
      }
      if (words[CONTROL]! & 0x40) controller.data(byte);
      else controller.command(byte);
      words[EXPECTS_CONTROL] = words[CONTROL]! >> 7;
      return true;
    },
    read: () => 0xff,
  });
}

/** An OLED of 128 × 64 or 128 × 32 pixels with its controller: `ssd1306('i2c1')`, `ssd1306('spi2', { select: 'PB12', dataCommand: 'PB11' })`. */
export function ssd1306(bus: string, options: Ssd1306Options = {}): PartType<Ssd1306> {
  const { width = COLUMNS, height = 64 } = options;
  const wired = ['select', 'dataCommand'];
  const onSpi = wired.some((pin) => pin in options);
  checkNames('ssd1306', options, ['width', 'height', 'address', ...wired, 'reset'], onSpi ? wired : []);
  const pins =
    'select' in options ? [options.select, options.dataCommand, ...(options.reset ? [options.reset] : [])] : [];
  return definePart({
    kind: 'ssd1306',
    pins,
    setup(p) {
      const controller = new Controller(p, width, height);
      if ('select' in options) {
        const select = chipSelect(p, options.select);
        const dataCommand = p.net(options.dataCommand);
        const reset = options.reset === undefined ? undefined : p.net(options.reset);
        reset?.listen(() => reset.level === 'low' && controller.reset());
        p.host(bus, 'spi').attach({
          name: p.name,
          unit: 8,
          selected: () => select.active,
          begin: () => undefined,
          end: (byte) => (dataCommand.level === 'high' ? controller.data(byte) : controller.command(byte)),
        });
      } else attachI2c(p, bus, options.address ?? 0x3c, controller);
      return {
        frame: () => controller.frame(),
        get on() {
          return controller.get('on') !== 0;
        },
        get contrast() {
          return controller.get('contrast');
        },
      };
    },
  });
}
