import { UsageError } from '../errors.js';
import { checkNames } from '../options.js';
import { definePart, type PartContext, type PartType } from '../part.js';
import type { Storage } from '../storage.js';
import { chipSelect } from './chip-select.js';

export interface SpiFlashOptions {
  readonly select: string;
  /** Bytes: a power of two from 64 KiB to 16 MiB. Default 2 MiB (W25Q16). */
  readonly size?: number;
  /** Manufacturer and type of the JEDEC identification; Winbond W25Q. The third byte is log2 of the size. */
  readonly jedec?: readonly [number, number];
  readonly contents?: Uint8Array;
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

/** Bytes of address and dummy after these commands. */
const ADDRESSED = new Set<number>([0x02, 0x03, 0x0b, 0x20, 0x52, 0xd8, 0x90, 0xab]);

const BUSY = 1;
const WEL = 2;
const PROTECTED = 0x1c;

/** Words of state. */
const [COMMAND_AT, COUNT, ADDRESS, STATUS, STATUS2, ASLEEP, LOADED, RESETTING, WORDS] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

class Flash {
  readonly #p: PartContext;
  readonly #storage: Storage;
  readonly #id: readonly number[];
  readonly #state: Int32Array;
  readonly #page: Int32Array;
  readonly #done: ReturnType<PartContext['event']>;

  constructor(p: PartContext, size: number, options: SpiFlashOptions) {
    this.#p = p;
    this.#storage = p.storage('cells', size, { fill: 0xff, ...(options.contents && { contents: options.contents }) });
    const [manufacturer, type] = options.jedec ?? [0xef, 0x40];
    this.#id = [manufacturer, type, Math.log2(size)];
    this.#state = p.words('state', WORDS);
    this.#page = p.words('page', PAGE);
    this.#done = p.event('done', () => {
      this.#state[STATUS]! &= ~(BUSY | WEL);
    });
  }
  get storage(): Storage {
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
    switch (command) {
      case COMMAND.readStatus1:
        return s[STATUS]!;
      case COMMAND.readStatus2:
        return s[STATUS2]!;
      case COMMAND.jedecId:
        return this.#id[data] ?? 0;
      case COMMAND.read:
        return data >= 0 ? this.#storage.at(s[ADDRESS]! + data) : undefined;
      case COMMAND.fastRead:
        return data >= 1 ? this.#storage.at(s[ADDRESS]! + data - 1) : undefined;
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

  in(byte: number): void {
    const s = this.#state;
    const count = s[COUNT]!++;
    if (count === 0) {
      // While it is busy or asleep it hears the status and the wake-up command only (8.2 of the data sheet).
      const heard = this.busy ? byte === 0x05 || byte === 0x35 : s[ASLEEP] === 0 || byte === COMMAND.release;
      s[COMMAND_AT] = heard ? byte : -1;
      s[ADDRESS] = 0;
      return;
    }
    const command = s[COMMAND_AT]!;
    if (ADDRESSED.has(command) && count <= 3) s[ADDRESS] = ((s[ADDRESS]! << 8) | byte) & (this.#storage.size - 1);
    else if (command === COMMAND.pageProgram) {
      this.#page[(s[ADDRESS]! + s[LOADED]!++) % PAGE] = byte;
    } else if (command === COMMAND.writeStatus && count === 1) this.#page[0] = byte;
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
    if (command === COMMAND.pageProgram) this.#program();
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
  COMMAND.writeStatus,
  COMMAND.eraseChip,
  COMMAND.eraseChip2,
  ...ERASES.keys(),
]);

/** A serial NOR flash of the W25Q kind: `spiFlash('spi1', { select: 'PB0' })`. It keeps its contents without power. */
export function spiFlash(bus: string, options: SpiFlashOptions): PartType<SpiFlash> {
  checkNames('spiFlash', options, ['select', 'size', 'jedec', 'contents'], ['select']);
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
      const flash = new Flash(p, size, options);
      const select = chipSelect(p, options.select, { fell: () => flash.selected(), rose: () => flash.deselected() });
      p.host(bus, 'spi').attach({
        name: p.name,
        unit: 8,
        selected: () => select.active,
        begin: () => flash.out(),
        end: (byte) => flash.in(byte),
      });
      return {
        size,
        get busy() {
          return flash.busy;
        },
        bytes: (offset, length) => flash.storage.bytes(offset, length),
        write: (offset, bytes) => flash.storage.write(offset, bytes),
      };
    },
  });
}
