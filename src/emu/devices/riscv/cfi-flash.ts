import { type DeviceContext, type DeviceType, defineDevice, type Handle, MEMORY_ACCESS } from '../../device.js';
import type { Signal } from '../../signal.js';
import { i32, u8 } from '../../state.js';
import { cellsInMemory, cellsInStorage, type FlashCells } from './cfi-cells.js';
import { cfiQuery } from './cfi-query.js';

export interface CfiFlashOptions {
  /** What is in it; the rest is erased. */
  readonly image?: Uint8Array;
  /**
   * Its cells are a memory of the machine, so that code runs from them: a ROM of 32 MiB, erased to 0xff, with the contents, that names
   * the device's `cells` as its controller. The device itself is seen nowhere then (`places: []`).
   */
  readonly executable?: boolean;
}

/** What tests see of a flash. */
export interface CfiFlash {
  /** A copy of what is in it. */
  contents(offset?: number, length?: number): Uint8Array;
  /** The status register of its chips. */
  readonly status: number;
}

/** Two chips of 16 MiB with 16 data lines each, side by side on a bus of 32, as QEMU's `virt` has them twice. */
const CHIPS = 2;
const CHIP_SIZE = 0x100_0000;
const CHIP_BLOCK = 0x2_0000;
const BUFFER_LOG2 = 11;
const SIZE = CHIPS * CHIP_SIZE;
const BLOCK = CHIPS * CHIP_BLOCK;
/** Bus writes that fill the write buffers of both chips. */
const BUFFER_WRITES = 2 ** BUFFER_LOG2 / 2;
const ERASED = 0xff;

const QUERY = cfiQuery({ chipSize: CHIP_SIZE, blockSize: CHIP_BLOCK, bufferLog2: BUFFER_LOG2 });
/** Manufacturer (Intel) and device. */
const IDENTIFIERS = [0x89, 0x18] as const;

/** Intel's command set (Intel StrataFlash J3, table 4). */
const COMMAND = {
  program: [0x10, 0x40],
  erase: 0x20,
  clearStatus: 0x50,
  lock: 0x60,
  readStatus: 0x70,
  readId: 0x90,
  query: 0x98,
  suspend: 0xb0,
  confirm: 0xd0,
  buffered: 0xe8,
  readArray: [0xff, 0xf0, 0x00],
} as const;
const LOCK = { lock: 0x01, lockDown: 0x2f } as const;

/** Status register (J3, 5.0): bit 7 is 1 while nothing is going on. */
const STATUS = { ready: 0x80, eraseError: 0x20, programError: 0x10, protected: 0x02 } as const;

/** What reads give. */
const READ = { array: 0, status: 1, id: 2, query: 3 } as const;
/** What the next write is. */
const EXPECT = {
  command: 0,
  programData: 1,
  eraseConfirm: 2,
  lockConfirm: 3,
  count: 4,
  bufferData: 5,
  bufferConfirm: 6,
} as const;

/** How long it is busy, in µs: a fast part of its kind, for which the query gives typical times. */
const BUSY_US = { program: 10, buffer: 100, erase: 10_000, lock: 10 } as const;

const STATE = {
  mode: i32(),
  expect: i32(),
  status: i32(),
  /** Writes still to come into the buffer, and how many came. */
  missing: i32(),
  filled: i32(),
  /** The block that a sequence began in. */
  block: i32(),
  /** What was written into the buffer: offset and value of each. */
  buffer: i32(2 * BUFFER_WRITES),
  sizes: u8(BUFFER_WRITES),
  locked: u8(SIZE / BLOCK),
} as const;
type Context = DeviceContext<Record<never, never>, typeof STATE>;

/**
 * Parallel flash with the common flash interface and Intel's command set, 32 MiB. Both chips hear every command, whatever width it is
 * written with. Contents survive every reset; locks do not. Erased is 0xff. While reads give anything else than the array, no code runs
 * from it.
 */
export function cfiFlash(options: CfiFlashOptions = {}): DeviceType<Handle<Record<never, never>, CfiFlash>> {
  return defineDevice({
    name: 'cfi-flash',
    size: SIZE,
    state: STATE,
    setup(d) {
      const flash = new Flash(d, options);
      flashes.set(d, flash);
      return flash.handle;
    },
    read: (offset, size, d) => flashes.get(d)!.read(offset, size),
    write: (offset, value, size, d) => flashes.get(d)!.write(offset, value, size),
  });
}

/** What `setup` made for each instance; all of its state is declared above. */
const flashes = new WeakMap<Context, Flash>();

class Flash {
  readonly handle: CfiFlash;
  readonly #d: Context;
  readonly #cells: FlashCells;
  /** What reads of the memory see, if its cells are one. */
  readonly #access: Signal | undefined;
  readonly #done;

  constructor(d: Context, { image, executable }: CfiFlashOptions) {
    this.#d = d;
    if (executable) {
      this.#access = d.output('access');
      const store = (offset: number, value: number, size: number) => this.write(offset, value, size);
      this.#cells = cellsInMemory(d.memory('cells', store, (offset, size) => this.read(offset, size)));
    } else {
      this.#cells = cellsInStorage(d.storage('contents', SIZE, { fill: ERASED, ...(image && { contents: image }) }));
    }
    this.#done = d.event('done', () => this.#setReady(), d.clockNamed('ns'));
    const cells = this.#cells;
    this.handle = {
      contents: (offset = 0, length = SIZE - offset) => cells.bytes(offset, length),
      get status() {
        return d.state.status[0]!;
      },
    };
    d.onReset(() => this.#setReady());
  }

  read(offset: number, size: number): number {
    switch (this.#d.state.mode[0]) {
      case READ.status:
        return onBothChips(this.#d.state.status[0]!, offset);
      case READ.id:
        return onBothChips(this.#identifier(offset), offset);
      case READ.query:
        return onBothChips(QUERY[wordAddress(offset)] ?? 0, offset);
      default:
        return this.#cells.load(offset, size);
    }
  }

  write(offset: number, value: number, size: number): void {
    this.#take(offset, value, size);
    this.#access?.set(this.#d.state.mode[0] === READ.array ? MEMORY_ACCESS.open : MEMORY_ACCESS.answered);
  }

  #take(offset: number, value: number, size: number): void {
    const { state } = this.#d;
    if ((state.status[0]! & STATUS.ready) === 0) {
      this.#whileBusy(value & 0xff);
      return;
    }
    switch (state.expect[0]) {
      case EXPECT.programData:
        this.#program(offset, value, size);
        return;
      case EXPECT.eraseConfirm:
        this.#erase(value & 0xff);
        return;
      case EXPECT.lockConfirm:
        this.#lock(value & 0xff);
        return;
      case EXPECT.count:
        this.#count(value & 0xffff);
        return;
      case EXPECT.bufferData:
        this.#fill(offset, value, size);
        return;
      case EXPECT.bufferConfirm:
        this.#programBuffer(value & 0xff);
        return;
      default:
        this.#command(offset, value & 0xff);
    }
  }

  #command(offset: number, command: number): void {
    const { state } = this.#d;
    state.block[0] = Math.floor(offset / BLOCK);
    if (isOneOf(COMMAND.readArray, command)) state.mode[0] = READ.array;
    else if (isOneOf(COMMAND.program, command)) this.#begin(EXPECT.programData);
    else if (command === COMMAND.erase) this.#begin(EXPECT.eraseConfirm);
    else if (command === COMMAND.lock) this.#begin(EXPECT.lockConfirm);
    else if (command === COMMAND.buffered) this.#begin(EXPECT.count);
    else if (command === COMMAND.readStatus) state.mode[0] = READ.status;
    else if (command === COMMAND.readId) state.mode[0] = READ.id;
    else if (command === COMMAND.query) state.mode[0] = READ.query;
    else if (command === COMMAND.clearStatus) this.#clearStatus();
    else if (command !== COMMAND.confirm && command !== COMMAND.suspend) this.#reportUnknown(command);
  }
  #clearStatus(): void {
    this.#d.state.status[0] = STATUS.ready;
    this.#d.state.mode[0] = READ.array;
  }

  /** The next writes belong to a command, and reads give the status from here on. */
  #begin(next: number): void {
    this.#d.state.expect[0] = next;
    this.#d.state.mode[0] = READ.status;
  }
  #end(): void {
    this.#d.state.expect[0] = EXPECT.command;
  }
  #setReady(): void {
    this.#d.state.status[0]! |= STATUS.ready;
  }
  #busy(us: number): void {
    this.#d.state.status[0]! &= ~STATUS.ready;
    this.#done.after(us * 1000);
  }
  /** A sequence that is none: both error bits (J3, 5.0). */
  #refuse(): void {
    this.#d.state.status[0]! |= STATUS.eraseError | STATUS.programError;
    this.#end();
  }
  /** True if the block of the sequence is locked, which the status then says. */
  #protects(error: number): boolean {
    const { state } = this.#d;
    if (state.locked[state.block[0]!] === 0) return false;
    state.status[0]! |= STATUS.protected | error;
    return true;
  }

  #program(offset: number, value: number, size: number): void {
    this.#end();
    if (this.#protects(STATUS.programError)) return;
    this.#put(offset, value, size);
    this.#busy(BUSY_US.program);
  }
  #erase(confirm: number): void {
    if (confirm !== COMMAND.confirm) {
      this.#refuse();
      return;
    }
    this.#end();
    if (this.#protects(STATUS.eraseError)) return;
    this.#cells.erase(this.#d.state.block[0]! * BLOCK, BLOCK);
    this.#busy(BUSY_US.erase);
  }
  #lock(confirm: number): void {
    const { state } = this.#d;
    if (confirm === LOCK.lock || confirm === LOCK.lockDown) state.locked[state.block[0]!] = 1;
    else if (confirm === COMMAND.confirm) state.locked[state.block[0]!] = 0;
    else {
      this.#refuse();
      return;
    }
    this.#end();
    this.#busy(BUSY_US.lock);
  }

  /** Buffered programming: how many writes follow, less one. */
  #count(count: number): void {
    const { state } = this.#d;
    if (count >= BUFFER_WRITES) {
      this.#refuse();
      return;
    }
    state.missing[0] = count + 1;
    state.filled[0] = 0;
    state.expect[0] = EXPECT.bufferData;
  }
  #fill(offset: number, value: number, size: number): void {
    const { state } = this.#d;
    if (Math.floor(offset / BLOCK) !== state.block[0]) {
      this.#refuse();
      return;
    }
    const at = state.filled[0]!++;
    state.buffer[2 * at] = offset;
    state.buffer[2 * at + 1] = value;
    state.sizes[at] = size;
    state.missing[0]!--;
    if (state.missing[0] === 0) state.expect[0] = EXPECT.bufferConfirm;
  }
  #programBuffer(confirm: number): void {
    const { state } = this.#d;
    if (confirm !== COMMAND.confirm) {
      this.#refuse();
      return;
    }
    this.#end();
    if (this.#protects(STATUS.programError)) return;
    for (let i = 0; i < state.filled[0]!; i++) {
      this.#put(state.buffer[2 * i]!, state.buffer[2 * i + 1]!, state.sizes[i]!);
    }
    this.#busy(BUSY_US.buffer);
  }

  /** Programming only makes ones to zeros. */
  #put(offset: number, value: number, size: number): void {
    const old = this.#cells.load(offset, size);
    this.#cells.store(offset, value & old, size);
    if ((value & ~old) !== 0) this.#reportUnerased(offset);
  }

  /** Only the status can be read while it is busy; commands wait for it in vain. */
  #whileBusy(command: number): void {
    if (command === COMMAND.readStatus || command === COMMAND.suspend) return;
    this.#d.report({
      kind: 'misuse',
      rule: 'flash-programming',
      what: `${this.#d.name} was written with 0x${command.toString(16)} while it was busy: the write is lost`,
      remedy: 'wait for bit 7 of the status register',
      section: 'Intel J3 5.0',
    });
  }
  #reportUnerased(offset: number): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'flash-programming',
      what: `${this.#d.name} was programmed at offset 0x${offset.toString(16)}, which was not erased: bits stay 0`,
      remedy: 'erase the block first (0x20, 0xd0)',
    });
  }
  #reportUnknown(command: number): void {
    this.#d.report({
      kind: 'misuse',
      rule: 'flash-programming',
      what: `${this.#d.name} was written with 0x${command.toString(16)}, which is no command of Intel's set`,
    });
  }

  /** Word 2 of each block says whether it is locked (J3, table 6). */
  #identifier(offset: number): number {
    const word = wordAddress(offset % BLOCK);
    if (word === 2) return this.#d.state.locked[Math.floor(offset / BLOCK)]!;
    return IDENTIFIERS[word] ?? 0;
  }
}

function isOneOf(commands: readonly number[], command: number): boolean {
  return commands.includes(command);
}
/** The address that each chip sees: two bytes of each lie side by side. */
function wordAddress(offset: number): number {
  return offset >> 2;
}
/** The same 16 bits from both chips, as an access at an offset sees them. */
function onBothChips(value: number, offset: number): number {
  return ((value | (value << 16)) >>> (8 * (offset & 1))) >>> 0;
}
