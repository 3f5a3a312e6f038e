import { UsageError } from '../errors.js';
import { checkNames } from '../options.js';
import { definePart, type PartContext, type PartType } from '../part.js';
import type { SpiFrame, SpiHost, SpiWindow } from '../spi-link.js';
import { chipSelect } from './chip-select.js';
import { type FlashCells, WindowCells } from './flash-cells.js';

export interface SpiFlashOptions {
  readonly select: string;
  /** Bytes: a power of two from 64 KiB to 16 MiB. Default 2 MiB (W25Q16). */
  readonly size?: number;
  /** Manufacturer and type of the JEDEC identification; Winbond W25Q. The third byte is log2 of the size. */
  readonly jedec?: readonly [number, number];
  readonly contents?: Uint8Array;
  /** It is the flash that its controller shows as memory: its contents are that memory, which gives its size, too. */
  readonly mapped?: boolean;
}

export interface SpiFlash {
  readonly size: number;
  readonly busy: boolean;
  bytes(offset?: number, length?: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
}

const KIB = 1024;
const PAGE = 256;

/** W25Q16JV data sheet, 9.6 AC characteristics: typical times in ns. */
const TIMES = {
  page: 400_000,
  sector: 45_000_000,
  block32: 120_000_000,
  block64: 150_000_000,
  chip: 5_000_000_000,
  status: 10_000_000,
};

const COMMAND = {
  writeStatus: 0x01,
  pageProgram: 0x02,
  read: 0x03,
  writeDisable: 0x04,
  readStatus1: 0x05,
  writeEnable: 0x06,
  fastRead: 0x0b,
  readDual: 0x3b,
  readDualIo: 0xbb,
  readQuad: 0x6b,
  readQuadIo: 0xeb,
  programQuad: 0x32,
  readStatus2: 0x35,
  uniqueId: 0x4b,
  erase4: 0x20,
  erase32: 0x52,
  erase64: 0xd8,
  eraseChip: 0xc7,
  eraseChip2: 0x60,
  manufacturer: 0x90,
  jedecId: 0x9f,
  release: 0xab,
  powerDown: 0xb9,
  enableReset: 0x66,
  reset: 0x99,
} as const;

/** Three bytes of address come after these commands. */
const ADDRESSED = new Set<number>([0x02, 0x03, 0x0b, 0x20, 0x32, 0x3b, 0x52, 0x6b, 0x90, 0xab, 0xbb, 0xd8, 0xeb]);
/** Bytes between address and data of the reads: mode and dummy clocks (W25Q16JV 8.2). */
const READS = new Map<number, number>([
  [COMMAND.read, 0],
  [COMMAND.fastRead, 1],
  [COMMAND.readDual, 1],
  [COMMAND.readDualIo, 1],
  [COMMAND.readQuad, 1],
  [COMMAND.readQuadIo, 3],
]);
/** Data lines of address and data, where it is not one (W25Q16JV 8.1). */
const LINES = new Map<number, readonly [address: number, data: number]>([
  [COMMAND.readDual, [1, 2]],
  [COMMAND.readDualIo, [2, 2]],
  [COMMAND.readQuad, [1, 4]],
  [COMMAND.readQuadIo, [4, 4]],
  [COMMAND.programQuad, [1, 4]],
]);

const BUSY = 1;
const WEL = 2;
const PROTECTED = 0x1c;

/** Words of state. */
const [COMMAND_AT, COUNT, ADDRESS, STATUS, STATUS2, ASLEEP, LOADED, RESETTING, WORDS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

class Flash {
  readonly #p: PartContext;
  readonly #storage: FlashCells;
  readonly #window: SpiWindow | undefined;
  readonly #id: readonly number[];
  readonly #state: Int32Array;
  readonly #page: Int32Array;
  readonly #done: ReturnType<PartContext['event']>;

  constructor(p: PartContext, cells: FlashCells, window: SpiWindow | undefined, options: SpiFlashOptions) {
    this.#p = p;
    this.#storage = cells;
    this.#window = window;
    const [manufacturer, type] = options.jedec ?? [0xef, 0x40];
    this.#id = [manufacturer, type, Math.log2(cells.size)];
    this.#state = p.words('state', WORDS);
    this.#page = p.words('page', PAGE);
    this.#done = p.event('done', () => {
      this.#state[STATUS]! &= ~(BUSY | WEL);
      if (this.#window) this.#window.busy = false;
    });
  }
  get storage(): FlashCells {
    return this.#storage;
  }
  get busy(): boolean {
    return (this.#state[STATUS]! & BUSY) !== 0;
  }

  selected(): void {
    this.#state[COUNT] = 0;
    this.#state[LOADED] = 0;
  }

  /** What it puts on MISO with the byte that begins. */
  out(): number | undefined {
    const count = this.#state[COUNT]!;
    if (count === 0) return undefined;
    const s = this.#state;
    const command = s[COMMAND_AT]!;
    const data = count - 1 - (ADDRESSED.has(command) ? 3 : 0);
    const gap = READS.get(command);
    if (gap !== undefined) return data >= gap ? this.#storage.at(s[ADDRESS]! + data - gap) : undefined;
    switch (command) {
      case COMMAND.readStatus1:
        return s[STATUS]!;
      case COMMAND.readStatus2:
        return s[STATUS2]!;
      case COMMAND.jedecId:
        return this.#id[data] ?? 0;
      case COMMAND.manufacturer:
        return data >= 0 ? [this.#id[0]!, this.#id[2]! - 1][(s[ADDRESS]! + data) & 1] : undefined;
      case COMMAND.release:
        return data >= 0 ? this.#id[2]! - 1 : undefined;
      case COMMAND.uniqueId:
        return data >= 4 ? (0xd1 + data) & 0xff : undefined;
      default:
        return undefined;
    }
  }

  in(byte: number, lanes: number): void {
    const s = this.#state;
    const count = s[COUNT]!++;
    if (lanes !== this.#lines(count)) s[COMMAND_AT] = -1;
    if (count === 0) {
      // While it is busy or asleep it hears the status and the wake-up command only (8.2 of the data sheet).
      const heard = this.busy ? byte === 0x05 || byte === 0x35 : s[ASLEEP] === 0 || byte === COMMAND.release;
      s[COMMAND_AT] = heard ? byte : -1;
      s[ADDRESS] = 0;
      return;
    }
    const command = s[COMMAND_AT]!;
    if (ADDRESSED.has(command) && count <= 3) s[ADDRESS] = ((s[ADDRESS]! << 8) | byte) & (this.#storage.size - 1);
    else if (command === COMMAND.pageProgram || command === COMMAND.programQuad) {
      this.#page[(s[ADDRESS]! + s[LOADED]!++) % PAGE] = byte;
    } else if (command === COMMAND.writeStatus && count === 1) this.#page[0] = byte;
  }

  /** Data lines on which byte `count` of a command comes; with others it makes nothing of the command. */
  #lines(count: number): number {
    const lines = count === 0 ? undefined : LINES.get(this.#state[COMMAND_AT]!);
    return lines === undefined ? 1 : count <= 3 ? lines[0] : this.#modeByte(count) ? lines[0] : lines[1];
  }
  /** The mode byte is on the lines of the address. */
  #modeByte(count: number): boolean {
    return count === 4 && READS.has(this.#state[COMMAND_AT]!);
  }

  /** Chip select rises: the command is carried out. */
  deselected(): void {
    const s = this.#state;
    const [command, count] = [s[COMMAND_AT]!, s[COUNT]!];
    if (count === 0) return;
    const enabled = (s[STATUS]! & WEL) !== 0;
    const resetting = s[RESETTING] !== 0;
    s[RESETTING] = command === COMMAND.enableReset ? 1 : 0;
    if (command === COMMAND.writeEnable) s[STATUS]! |= WEL;
    else if (command === COMMAND.writeDisable) s[STATUS]! &= ~WEL;
    else if (command === COMMAND.powerDown) s[ASLEEP] = 1;
    else if (command === COMMAND.release) s[ASLEEP] = 0;
    else if (command === COMMAND.reset && resetting) s[STATUS]! &= ~WEL;
    else if (CHANGES.has(command)) this.#change(command, count, enabled);
  }

  #change(command: number, count: number, enabled: boolean): void {
    const { name } = this.#p;
    if (!enabled) {
      const what = `${name}: command 0x${command.toString(16).padStart(2, '0')} without write enable has no effect`;
      this.#p.report({
        kind: 'misuse',
        rule: 'sequence',
        what,
        remedy: 'send 0x06 first, with chip select high between',
      });
      return;
    }
    const s = this.#state;
    if (command !== COMMAND.writeStatus && (s[STATUS]! & PROTECTED) !== 0) return;
    if (command === COMMAND.pageProgram || command === COMMAND.programQuad) this.#program();
    else if (command === COMMAND.writeStatus) {
      if (count < 2) return;
      s[STATUS] = (s[STATUS]! & 3) | (this.#page[0]! & 0xfc);
      this.#start(TIMES.status);
    } else this.#erase(command);
  }

  #program(): void {
    const s = this.#state;
    const base = s[ADDRESS]! & -PAGE;
    const loaded = Math.min(s[LOADED]!, PAGE);
    if (loaded === 0) return;
    const first = s[ADDRESS]! + s[LOADED]! - loaded;
    for (let i = 0; i < loaded; i++) {
      const at = (first + i) % PAGE;
      this.#storage.set(base + at, this.#storage.at(base + at) & this.#page[at]!);
    }
    this.#start(TIMES.page);
  }

  #erase(command: number): void {
    if (command === COMMAND.eraseChip || command === COMMAND.eraseChip2) {
      this.#storage.clear();
      this.#start(TIMES.chip);
      return;
    }
    const [size, time] = ERASES.get(command)!;
    this.#storage.clear(this.#state[ADDRESS]! & -size, size);
    this.#start(time);
  }

  #start(nanoseconds: number): void {
    this.#state[STATUS]! |= BUSY;
    if (this.#window) this.#window.busy = true;
    this.#done.after(nanoseconds);
  }
}

const ERASES = new Map<number, readonly [number, number]>([
  [COMMAND.erase4, [4 * KIB, TIMES.sector]],
  [COMMAND.erase32, [32 * KIB, TIMES.block32]],
  [COMMAND.erase64, [64 * KIB, TIMES.block64]],
]);
const CHANGES = new Set<number>([
  COMMAND.pageProgram,
  COMMAND.programQuad,
  COMMAND.writeStatus,
  COMMAND.eraseChip,
  COMMAND.eraseChip2,
  ...ERASES.keys(),
]);

/** A serial NOR flash of the W25Q kind: `spiFlash('spi1', { select: 'PB0' })`. It keeps its contents without power. */
export function spiFlash(bus: string, options: SpiFlashOptions): PartType<SpiFlash> {
  checkNames('spiFlash', options, ['select', 'size', 'jedec', 'contents', 'mapped'], ['select']);
  const size = options.size ?? 2048 * KIB;
  if (size < 64 * KIB || size > 16_384 * KIB || (size & (size - 1)) !== 0) {
    throw new UsageError({
      what: `a flash of ${size} bytes`,
      where: 'spiFlash',
      remedy: 'give a power of two, 64 KiB to 16 MiB',
    });
  }
  return definePart({
    kind: 'spi-flash',
    pins: [options.select],
    setup(p) {
      const host = p.host(bus, 'spi');
      const window = options.mapped ? windowOf(p, bus, host) : undefined;
      const flash = new Flash(p, cellsOf(p, window, size, options), window, options);
      const select = chipSelect(p, options.select, { fell: () => flash.selected(), rose: () => flash.deselected() });
      host.attach({
        name: p.name,
        unit: 8,
        lanes: [2, 4],
        selected: () => select.active,
        begin: () => flash.out(),
        end: (byte, frame: SpiFrame) => flash.in(byte, frame.lanes ?? 1),
      });
      return {
        size: flash.storage.size,
        get busy() {
          return flash.busy;
        },
        bytes: (offset, length) => flash.storage.bytes(offset, length),
        write: (offset, bytes) => flash.storage.write(offset, bytes),
      };
    },
  });
}

/** @throws UsageError when the controller shows no flash as memory */
function windowOf(p: PartContext, bus: string, host: SpiHost): SpiWindow {
  if (host.window !== undefined) return host.window;
  throw new UsageError({
    what: `part '${p.name}' is to be seen as memory, but '${bus}' shows no flash as memory`,
    remedy: 'leave `mapped` out',
  });
}

function cellsOf(
  p: PartContext,
  window: SpiWindow | undefined,
  size: number,
  { contents }: SpiFlashOptions,
): FlashCells {
  if (window === undefined) return p.storage('cells', size, { fill: 0xff, ...(contents && { contents }) });
  const cells = new WindowCells(window);
  if (contents !== undefined) cells.write(0, contents);
  return cells;
}
