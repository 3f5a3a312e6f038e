import { type FrameSource, frameOf } from '../frame.js';
import { checkNames } from '../options.js';
import { definePart, type PartContext, type PartType } from '../part.js';
import type { Storage } from '../storage.js';
import { chipSelect } from './chip-select.js';

export interface St7735Options {
  readonly select: string;
  readonly dataCommand: string;
  readonly reset?: string;
  /** Pixels of the glass; 128 × 160, or less with `xOffset` and `yOffset` into the memory. */
  readonly width?: number;
  readonly height?: number;
  readonly xOffset?: number;
  readonly yOffset?: number;
}

export interface St7735 extends FrameSource {
  readonly on: boolean;
}

/** Frame memory: 132 × 162 pixels, kept as 0xrrggbb in three bytes. */
const COLUMNS = 132;
const ROWS = 162;

/** Words of state: ST7735R data sheet, chapter 10. */
const WORDS = [
  'command',
  'count',
  'columnStart',
  'columnEnd',
  'rowStart',
  'rowEnd',
  'column',
  'row',
  'madctl',
  'format',
  'inverse',
  'on',
  'awake',
  'pixel',
  'bytes',
  'scrollStart',
] as const; // prettier-ignore
type Word = (typeof WORDS)[number];

const COMMAND = {
  nop: 0x00,
  softwareReset: 0x01,
  sleepIn: 0x10,
  sleepOut: 0x11,
  inversionOff: 0x20,
  inversionOn: 0x21,
  displayOff: 0x28,
  displayOn: 0x29,
  columnAddress: 0x2a,
  rowAddress: 0x2b,
  memoryWrite: 0x2c,
  memoryAccess: 0x36,
  pixelFormat: 0x3a,
} as const;
const [MY, MX, MV, BGR] = [0x80, 0x40, 0x20, 0x08] as const;

class Controller {
  readonly #memory: Storage;
  readonly #words: Int32Array;

  constructor(p: PartContext) {
    this.#memory = p.storage('memory', COLUMNS * ROWS * 3);
    this.#words = p.words('state', WORDS.length);
    p.onPowerOn(() => this.reset());
  }
  get(word: Word): number {
    return this.#words[WORDS.indexOf(word)]!;
  }
  #set(word: Word, value: number): void {
    this.#words[WORDS.indexOf(word)] = value;
  }

  /** The values after a reset (9.14, default values of the commands); the memory keeps what it has. */
  reset(): void {
    this.#words.fill(0);
    this.#set('columnEnd', COLUMNS - 1);
    this.#set('rowEnd', ROWS - 1);
    this.#set('format', 6);
  }

  command(byte: number): void {
    this.#set('command', byte);
    this.#set('count', 0);
    if (byte === COMMAND.softwareReset) this.reset();
    else if (byte === COMMAND.sleepIn || byte === COMMAND.sleepOut) this.#set('awake', byte & 1);
    else if (byte === COMMAND.inversionOff || byte === COMMAND.inversionOn) this.#set('inverse', byte & 1);
    else if (byte === COMMAND.displayOff || byte === COMMAND.displayOn) this.#set('on', byte & 1);
    else if (byte === COMMAND.memoryWrite) {
      this.#set('column', this.get('columnStart'));
      this.#set('row', this.get('rowStart'));
      this.#set('bytes', 0);
    }
  }

  data(byte: number): void {
    const command = this.get('command');
    const count = this.get('count');
    this.#set('count', count + 1);
    if (command === COMMAND.memoryWrite) this.#pixels(byte);
    else if (command === COMMAND.columnAddress || command === COMMAND.rowAddress) {
      const axis = command === COMMAND.columnAddress ? 'column' : 'row';
      if (count >= 4) return;
      const word: Word = count < 2 ? `${axis}Start` : `${axis}End`;
      this.#set(word, ((this.get(word) << 8) | byte) & 0xffff);
    } else if (command === COMMAND.memoryAccess && count === 0) this.#set('madctl', byte);
    else if (command === COMMAND.pixelFormat && count === 0) this.#set('format', byte & 7);
    // The others set voltages, timing and gamma, which the picture does not show.
  }

  /** 12, 16 or 18 bits a pixel (9.8). */
  #pixels(byte: number): void {
    const format = this.get('format');
    const bits = ((this.get('pixel') << 8) | byte) >>> 0;
    const bytes = this.get('bytes') + 1;
    this.#set('pixel', bits & 0xffff);
    this.#set('bytes', bytes);
    if (format === 5) {
      if (bytes < 2) return;
      const word = bits & 0xffff;
      this.#put(scaled(word >> 11, 5), scaled((word >> 5) & 63, 6), scaled(word & 31, 5));
    } else if (format === 6) {
      if (bytes < 3) return;
      const rgb = bits & 0xffffff;
      this.#put(scaled((rgb >> 18) & 63, 6), scaled((rgb >> 10) & 63, 6), scaled((rgb >> 2) & 63, 6));
    } else {
      if (bytes < 3) return;
      const two = bits & 0xffffff;
      this.#put(scaled((two >> 20) & 15, 4), scaled((two >> 16) & 15, 4), scaled((two >> 12) & 15, 4));
      this.#put(scaled((two >> 8) & 15, 4), scaled((two >> 4) & 15, 4), scaled(two & 15, 4));
    }
    this.#set('bytes', 0);
  }

  #put(red: number, green: number, blue: number): void {
    const [column, row] = [this.get('column'), this.get('row')];
    const place = this.#place(column, row);
    if (place !== undefined) {
      const swap = (this.get('madctl') & BGR) !== 0;
      this.#memory.set(place, swap ? blue : red);
      this.#memory.set(place + 1, green);
      this.#memory.set(place + 2, swap ? red : blue);
    }
    if (column < this.get('columnEnd')) {
      this.#set('column', column + 1);
      return;
    }
    this.#set('column', this.get('columnStart'));
    this.#set('row', row < this.get('rowEnd') ? row + 1 : this.get('rowStart'));
  }

  /** Where a pixel lies in the memory, by MADCTL's mirrors and exchange (9.10); undefined outside it. */
  #place(column: number, row: number): number | undefined {
    const madctl = this.get('madctl');
    let [x, y] = madctl & MV ? [row, column] : [column, row];
    if (x >= COLUMNS || y >= ROWS) return undefined;
    if (madctl & MX) x = COLUMNS - 1 - x;
    if (madctl & MY) y = ROWS - 1 - y;
    return (y * COLUMNS + x) * 3;
  }

  colour(x: number, y: number): number {
    if (this.get('on') === 0 || this.get('awake') === 0) return 0;
    const place = (y * COLUMNS + x) * 3;
    const rgb = (this.#memory.at(place) << 16) | (this.#memory.at(place + 1) << 8) | this.#memory.at(place + 2);
    return this.get('inverse') ? ~rgb & 0xffffff : rgb;
  }
}

/** A component of a few bits as one of eight. */
function scaled(value: number, bits: number): number {
  return Math.round((value * 255) / ((1 << bits) - 1));
}

/** A colour TFT with an ST7735 on SPI: `st7735('spi1', { select: 'PA4', dataCommand: 'PA3', reset: 'PA2' })`. */
export function st7735(bus: string, options: St7735Options): PartType<St7735> {
  const names = ['select', 'dataCommand', 'reset', 'width', 'height', 'xOffset', 'yOffset'];
  checkNames('st7735', options, names, ['select', 'dataCommand']);
  const { width = 128, height = 160, xOffset = 0, yOffset = 0 } = options;
  return definePart({
    kind: 'st7735',
    pins: [options.select, options.dataCommand, ...(options.reset ? [options.reset] : [])],
    setup(p) {
      const controller = new Controller(p);
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
      return {
        frame: () => frameOf(width, height, (x, y) => controller.colour(x + xOffset, y + yOffset)),
        get on() {
          return controller.get('on') !== 0 && controller.get('awake') !== 0;
        },
      };
    },
  });
}
