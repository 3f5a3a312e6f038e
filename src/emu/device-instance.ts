import { hex } from './bits.js';
import {
  type AccessContext,
  type DeviceContext,
  DeviceFault,
  type DeviceServices,
  type DeviceType,
  type OrNothing,
  type ResetCause,
  type ResetKind,
} from './device.js';
import { InternalError, UsageError } from './errors.js';
import { type Cells, layoutOf, RegisterCell, type RegisterLayout } from './register-file.js';
import { namesOf } from './registers.js';
import type { TimedEvent } from './scheduler.js';
import type { Signal } from './signal.js';
import { Storage } from './storage.js';
import type { Clock } from './time.js';

type ReadHook = (value: number) => OrNothing<number>;
type WriteHook = (value: number, old: number, written: number, bytes: number) => void;

const GATED = 1;
const HELD = 2;
/** Positions after the registers in the "reported already" flags. */
const REPORTED_GATED = 0;
const REPORTED_HOLE = 1;
const REPORTED_CLEARING = 2;

/** Where a register's value, its count of reads, and a word that is 0 while it answers lie, in bytes. */
export interface Port {
  /** Inside the device. */
  readonly offset: number;
  readonly value: number;
  readonly reads: number;
  readonly blocked: number;
}

/** What enables a device's clock: `bit 17 of RCC.APB1ENR`, and the section of that register. */
export interface Gate {
  readonly bit: string;
  readonly section: string | undefined;
}

/** One device of a machine: answers bus accesses, and is reset and gated by wires. */
export class DeviceInstance {
  readonly name: string;
  readonly type: DeviceType;
  readonly size: number;
  /** What `setup` returned; once it was asked for, with the registers beside it. */
  readonly #ownHandle: object;
  #handle: object | undefined;
  #cells: Cells | undefined;
  readonly clock: Clock;
  readonly #layout: RegisterLayout;
  readonly #values: Int32Array;
  readonly #reads: Int32Array;
  /** Once-only reports: one flag a register, then the three above. */
  readonly #reported: Uint8Array;
  readonly #blocked: Int32Array;
  readonly #readHooks: (ReadHook | null)[];
  /** 1 for registers of which a read gives the stored word and does nothing else. */
  #plain: Uint8Array;
  /** A device without registers answers by this. */
  readonly #answer: DeviceType['read'];
  readonly #access: DeviceType['access'];
  #sealed = false;
  readonly #writeHooks: (WriteHook | null)[];
  readonly #resetHooks: ((kind: ResetKind, cause: ResetCause) => void)[] = [];
  readonly #events: TimedEvent[] = [];
  readonly #outputs: Signal[] = [];
  readonly #states: (Int32Array | Uint8Array | Float64Array)[] = [];
  readonly #services: DeviceServices;
  readonly #context: DeviceContext;
  readonly #accessContext: AccessContext;
  readonly #enable: Gate | undefined;
  readonly #setClockOpen: ((open: boolean) => void) | undefined;

  constructor(
    name: string,
    type: DeviceType,
    services: DeviceServices,
    options: { clock?: string; gated?: boolean; enable?: Gate | undefined } = {},
  ) {
    this.#enable = options.enable;
    this.name = name;
    this.type = type;
    this.size = type.size;
    this.#services = services;
    const { arena, timebase } = services;
    this.#layout = layoutOf(type.registers ?? NO_REGISTERS, type.size, `device ${type.name}`);
    const count = this.#layout.flat.length;
    this.#values = arena.i32(`${name}:registers`, count, (index) => `${name}.${this.#layout.flat[index]!.name}`);
    this.#reads = arena.i32(`${name}:reads`, count);
    this.#reported = arena.u8(`${name}:reported`, count + 3);
    this.#blocked = arena.i32(`${name}:blocked`, 1);
    this.#readHooks = new Array<ReadHook | null>(count).fill(null);
    this.#access = type.access;
    this.#plain = type.access === undefined ? this.#layout.plain : new Uint8Array(count);
    this.#answer = type.registers === undefined ? type.read : undefined;
    this.#writeHooks = new Array<WriteHook | null>(count).fill(null);
    const source = options.clock === undefined ? timebase.cpuClock : services.clock(options.clock);
    const gated = options.gated ? timebase.gated(`${name}.clock`, source) : undefined;
    this.clock = gated?.clock ?? source;
    this.#setClockOpen = gated?.setOpen;
    this.#values.set(this.#layout.resets);
    const state = this.#allocateState();
    this.#accessContext = { state, report: (problem) => services.report(name, problem) };
    this.#context = (type.setup ?? type.read ?? type.write) === undefined ? NO_CONTEXT : this.#makeContext(state);
    this.#ownHandle = type.setup?.(this.#context) ?? {};
  }

  /** Whether it has code of its own that runs at power-on; the others are what their table says, until somebody looks. */
  get isSetUp(): boolean {
    return this.type.setup !== undefined;
  }

  /** What tests see. */
  get handle(): object {
    this.#handle ??= merged(this.name, this.#ownHandle, this.#shapedCells.shaped);
    return this.#handle;
  }
  /** The registers of its table, and those that the device put on its handle itself. */
  get registers(): readonly RegisterCell[] {
    const { all } = this.#shapedCells;
    return [...all, ...viewsIn(this.handle, all)];
  }

  /** Most devices of a chip are not used by a program: their registers are words until somebody looks at them. */
  get #shapedCells(): Cells {
    this.#cells ??= this.#layout.cells(this.#values, this.#reads);
    return this.#cells;
  }

  /** A bus read of 1, 2 or 4 bytes at an offset that is a multiple of `size`; unsigned. */
  read(offset: number, size: number): number {
    const index = this.#layout.slotAt[offset >> 2]! - 1;
    if (index < 0 || this.#plain[index] === 0 || this.#blocked[0] !== 0) return this.#readOther(offset, size);
    this.#reads[index]!++;
    const value = this.#values[index]!;
    return size === 4 ? value >>> 0 : this.#narrowed(value, offset, size);
  }

  #readOther(offset: number, size: number): number {
    const answer = this.#answer;
    if (answer !== undefined && this.#blocked[0] === 0)
      return this.#checked(answer(offset, size, this.#context), offset, size);
    const index = this.#layout.slotAt[offset >> 2]! - 1;
    if (this.#blocked[0] !== 0) return this.#readBlocked(offset, size, index);
    if (index < 0) return this.#readHole(offset);
    const layout = this.#layout;
    this.#reads[index]!++;
    if (this.#access !== undefined) this.#access(layout.flat[index]!.name, this.#accessContext);
    let value = this.#values[index]! & layout.readable[index]!;
    const hook = this.#readHooks[index]!;
    if (hook !== null) value = hook(value >>> 0) ?? value;
    if (layout.clearedByRead[index] !== 0) this.#values[index] = this.#values[index]! & ~layout.clearedByRead[index]!;
    return size === 4 ? value >>> 0 : this.#narrowed(value, offset, size);
  }

  /** The registers that a read only shows, as addresses in the buffer that holds the device's words. */
  plainReads(): { readonly buffer: ArrayBufferLike; readonly ports: readonly Port[] } {
    const [values, reads, blocked] = [this.#values.byteOffset, this.#reads.byteOffset, this.#blocked.byteOffset];
    this.#sealed = true;
    const ports: Port[] = [];
    for (const index of this.#layout.byOffset) {
      if (this.#plain[index] === 0) continue;
      const { offset } = this.#layout.flat[index]!;
      ports.push({ offset, value: values + index * 4, reads: reads + index * 4, blocked });
    }
    return { buffer: this.#values.buffer, ports };
  }

  /** A bus write; only the low bytes of `value` count. */
  write(offset: number, value: number, size: number): void {
    const index = this.#layout.slotAt[offset >> 2]! - 1;
    if (this.#blocked[0] !== 0) this.#reportBlocked();
    else if (index < 0) this.#writeHole(offset, value, size);
    else if (size === 4) this.#store(index, value, -1);
    else this.#storeNarrow(index, offset, value, size);
  }

  /** What a register holds (or is computed to hold), without effects; undefined where there is none. */
  peek(offset: number, size: number): number | undefined {
    const index = this.#layout.slotAt[offset >> 2]! - 1;
    if (index < 0) return undefined;
    const value = this.#shapedCells.all[index]!.value >>> ((offset & 3) * 8);
    return size === 4 ? value : value & (size === 1 ? 0xff : 0xffff);
  }

  /** Sets registers and state to their reset values, cancels events, then asks the device; outputs change once, to what it left. */
  reset(kind: ResetKind, cause: ResetCause = kind === 'system' ? 'software' : kind): void {
    const { resets, powerOnOnly, backup } = this.#layout;
    const keeping = kind === 'power-on' ? backup : powerOnOnly;
    const kept = keeping.map((i) => this.#values[i]!);
    this.#values.set(resets);
    for (const [i, value] of kept.entries()) this.#values[keeping[i]!] = value;
    for (const words of this.#states) words.fill(0);
    for (const event of this.#events) event.cancel();
    for (const output of this.#outputs) {
      output.hold();
      output.set(0);
    }
    try {
      for (const hook of this.#resetHooks) hook(kind, cause);
    } finally {
      for (const output of this.#outputs) output.release();
    }
  }

  /** The device's clock enable bit. */
  setEnabled(enabled: boolean): void {
    this.#block(GATED, !enabled);
  }
  /** The device's reset bit: while it is set the device stays at its reset values. */
  setHeld(held: boolean): void {
    if (held) this.reset('peripheral');
    this.#block(HELD, held);
  }

  #block(flag: number, on: boolean): void {
    this.#blocked[0] = on ? this.#blocked[0]! | flag : this.#blocked[0]! & ~flag;
    this.#setClockOpen?.(this.#blocked[0] === 0);
  }

  #store(index: number, value: number, bytes: number, told = bytes): void {
    const layout = this.#layout;
    const old = this.#values[index]!;
    const plain = layout.writable[index]! & bytes;
    let next = (old & ~plain) | (value & plain);
    if (layout.special[index] !== 0) {
      next &= ~(value & layout.clearedByOne[index]! & bytes);
      next &= value | ~(layout.clearedByZero[index]! & bytes);
      next |= value & layout.setByOne[index]! & bytes;
      next ^= value & layout.toggledByOne[index]! & bytes;
    }
    const cleared = old & value & layout.clearedByOne[index]! & bytes;
    if ((cleared & (cleared - 1)) !== 0) this.#checkClearing(index, cleared);
    this.#values[index] = next;
    const odd = (value ^ layout.resets[index]!) & layout.odd[index]! & told;
    if (odd !== 0 && this.#reported[index] === 0) this.#reportOdd(index, odd);
    if (this.#access !== undefined) this.#access(layout.flat[index]!.name, this.#accessContext);
    const hook = this.#writeHooks[index]!;
    if (hook !== null) hook(next >>> 0, old >>> 0, value >>> 0, bytes);
  }

  #storeNarrow(index: number, offset: number, value: number, size: number): void {
    const mask = size === 1 ? 0xff : 0xffff;
    if (this.type.narrow === 'fault') this.#faultNarrow(offset, size);
    const shift = (offset & 3) * 8;
    if (this.type.narrow === 'widen') {
      // Reserved bits outside the guest's own bytes get copies it did not ask for: nothing to report.
      const told = (mask << shift) | this.#layout.notModelled[index]!;
      this.#store(index, Math.imul(value & mask, size === 1 ? 0x0101_0101 : 0x0001_0001), -1, told);
    } else this.#store(index, (value & mask) << shift, mask << shift);
  }

  #narrowed(value: number, offset: number, size: number): number {
    if (this.type.narrow === 'fault') this.#faultNarrow(offset, size);
    return (value >>> ((offset & 3) * 8)) & (size === 1 ? 0xff : 0xffff);
  }

  #faultNarrow(offset: number, size: number): never {
    throw new DeviceFault(
      `${this.name} takes word accesses only: ${size} byte${size > 1 ? 's' : ''} at offset ${hex(offset, 2)}`,
    );
  }

  #readHole(offset: number): number {
    if (this.type.registers !== undefined && this.type.holes === 'fault') {
      throw new DeviceFault(`${this.name} has no register at offset ${hex(offset, 2)}`);
    }
    return 0;
  }

  /** What a device's own `read` gave, as the guest gets it. */
  #checked(value: number, offset: number, size: number): number {
    if (typeof value !== 'number' || ((value | 0) !== value && value >>> 0 !== value)) this.#refuseValue(value, offset);
    return size === 4 ? value >>> 0 : value & (size === 1 ? 0xff : 0xffff);
  }

  /** JavaScript would turn what is no 32-bit number into some other value, silently. */
  #refuseValue(value: unknown, offset: number): never {
    const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
    throw new UsageError({
      what: `read() of device ${this.name} returned ${shown} for offset ${hex(offset, 2)}`,
      where: `device type ${this.type.name}`,
      remedy: 'return an integer of 32 bits, signed or unsigned',
    });
  }

  #writeHole(offset: number, value: number, size: number): void {
    const { write, registers, holes } = this.type;
    if (write !== undefined) {
      const mask = size === 4 ? -1 : size === 2 ? 0xffff : 0xff;
      write(offset, (value & mask) >>> 0, size, this.#context);
    } else if (registers === undefined) {
      const what = `${this.name} was written at offset ${hex(offset, 2)}, but cannot be written`;
      this.#services.report(this.name, { kind: 'guest-error', what });
    } else if (holes === 'fault') {
      throw new DeviceFault(`${this.name} has no register at offset ${hex(offset, 2)}`);
    } else if (value !== 0) {
      // Zero is what a hole reads as: drivers for several kinds of a device write back what they read there.
      const what = `${this.name.toUpperCase()} has no register at offset ${hex(offset, 2)}: the write is lost`;
      this.#once(REPORTED_HOLE, 'reserved', what);
    }
  }

  /** Held in reset a device shows its reset values; without its clock it answers with 0. */
  #readBlocked(offset: number, size: number, index: number): number {
    const gated = (this.#blocked[0]! & GATED) !== 0;
    if (gated) this.#reportBlocked();
    if (gated || index < 0) return 0;
    const value = this.#values[index]! & this.#layout.readable[index]!;
    return size === 4 ? value >>> 0 : this.#narrowed(value, offset, size);
  }

  #reportBlocked(): void {
    const upper = this.name.toUpperCase();
    const gated = (this.#blocked[0]! & GATED) !== 0;
    const what = gated ? `${upper} is used before its clock is enabled` : `${upper} is used while it is held in reset`;
    this.#once(
      REPORTED_GATED,
      'gated',
      what,
      gated ? `set ${this.#enable?.bit ?? 'its enable bit'} first` : 'clear its reset bit first',
    );
  }

  #reportOdd(index: number, odd: number): void {
    this.#reported[index] = 1;
    const { name, spec } = this.#layout.flat[index]!;
    const register = `${this.name.toUpperCase()}.${name}`;
    const unmodelled = odd & this.#layout.notModelled[index]!;
    for (const [field, { notModelled, low }] of Object.entries(spec.fields)) {
      if (notModelled === undefined || ((unmodelled >>> low) & 1) === 0) continue;
      const what = `${register}.${field} was written: ${notModelled} is not modelled`;
      this.#services.report(this.name, { kind: 'unmodelled', what, section: spec.section });
    }
    const reserved = odd & this.#layout.reserved[index]!;
    if (reserved === 0) return;
    const what = `${register} was written with reserved bits changed (${namesOf(spec, reserved).join(', ')})`;
    this.#services.report(this.name, {
      kind: 'reserved',
      what,
      remedy: 'keep reserved bits at their reset value',
      section: spec.section,
    });
  }

  /** Several flags are cleared by one store: on purpose, or because the word was read, changed and written back. */
  #checkClearing(index: number, cleared: number): void {
    if (this.#reported[this.#layout.flat.length + REPORTED_CLEARING] !== 0 || !this.#services.modifiesInPlace()) return;
    this.#reported[this.#layout.flat.length + REPORTED_CLEARING] = 1;
    const { name, spec } = this.#layout.flat[index]!;
    const register = `${this.name.toUpperCase()}.${name}`;
    this.#services.report(this.name, {
      kind: 'misuse',
      rule: 'flag-clearing',
      what: `${register} was changed in place (|=), which clears every flag that was set: ${namesOf(spec, cleared).join(', ')}`,
      remedy: `write the flag alone: ${register.replace('.', '->')} = flag`,
      section: spec.section,
    });
  }

  #once(flag: number, kind: 'gated' | 'reserved', what: string, remedy?: string): void {
    const index = this.#layout.flat.length + flag;
    if (this.#reported[index] !== 0) return;
    this.#reported[index] = 1;
    const gate = kind === 'gated' ? ({ rule: 'clock-gated', section: this.#enable?.section } as const) : {};
    this.#services.report(this.name, { kind, what, remedy, ...gate });
  }

  #hookRead(register: RegisterCell, fn: ReadHook): void {
    if (this.#sealed) {
      const remedy = 'declare what a read does in setup()';
      throw new InternalError({
        what: `${this.name}.${register.name} gets a read hook while the machine runs`,
        remedy,
      });
    }
    hookInto(this.#readHooks, register, fn, `${this.name}: two onRead`);
    // a device's own from its first hook on
    if (this.#plain === this.#layout.plain) this.#plain = this.#plain.slice();
    this.#plain[register.index] = 0;
  }

  #allocateState(): DeviceContext['state'] {
    const state: Record<string, Int32Array | Uint8Array | Float64Array> = {};
    for (const key in this.type.state) {
      state[key] = this.type.state[key]!.allocate(this.#services.arena, `${this.name}.${key}`);
      if (this.type.state[key]!.backup !== true) this.#states.push(state[key]);
    }
    return state;
  }

  #makeContext(state: DeviceContext['state']): DeviceContext {
    const { name, clock } = this;
    const services = this.#services;
    const { arena, timebase, scheduler, signals } = services;
    return {
      name,
      clock,
      regs: this.#shapedCells.shaped as DeviceContext['regs'],
      state,
      onRead: (register, fn) => this.#hookRead(register, fn),
      computed: (register, fn) => {
        this.#hookRead(register, fn);
        register.compute(fn);
      },
      onWrite: (register, fn) => hookInto(this.#writeHooks, register, fn, `${name}: two onWrite`),
      onReset: (fn) => void this.#resetHooks.push(fn),
      clockNamed: (clockName) => services.clock(clockName),
      event: (eventName, fire, on, options) => {
        const event = scheduler.event(`${name}.${eventName}`, on ?? clock, fire);
        if (!options?.backup) this.#events.push(event);
        return event;
      },
      output: (signalName) => {
        services.declare(name, signalName, 'output');
        const signal = signals.get(`${name}.${signalName}`);
        if (!this.#outputs.includes(signal)) this.#outputs.push(signal);
        return signal;
      },
      input: (signalName, fn) => {
        services.declare(name, signalName, 'input');
        const signal = signals.get(`${name}.${signalName}`);
        if (fn !== undefined) signal.listen((level) => fn(level));
        return signal;
      },
      net: (pin) => services.net(pin),
      pinFunction: (functionName) => services.pinFunction(functionName),
      memory: (port, store, load) => services.memory(name, port, store, load),
      stallWhile: (waiting) => services.stallWhile(waiting),
      watchStores: (address, length, stored) => services.watchStores(address, length, stored),
      bus: services.bus,
      log: (logName, options) => arena.log(`${name}.${logName}`, options),
      storage: (storageName, size, options) => new Storage(arena, `${name}.${storageName}`, size, options),
      emit: (event, detail) => services.emit(name, event, detail),
      report: (problem) => services.report(name, problem),
      requestReset: (cause) => services.requestReset(cause),
      loseRam: () => services.loseRam(),
      fault: (what) => {
        throw new DeviceFault(what);
      },
      time: { ns: () => timebase.nanoseconds(), cycles: () => timebase.cpuClock.now() },
    };
  }
}

const NO_REGISTERS = {};
/** Devices without code of their own do not ask for one. */
const NO_CONTEXT = {} as DeviceContext;

function hookInto<F>(hooks: (F | null)[], register: RegisterCell, fn: F, complaint: string): void {
  if (hooks[register.index] !== null) throw new InternalError({ what: `${complaint} hooks for ${register.name}` });
  hooks[register.index] = fn;
}

/** Registers that the device put on its handle itself. */
function viewsIn(handle: object, own: readonly RegisterCell[]): RegisterCell[] {
  const values = Object.values(Object.getOwnPropertyDescriptors(handle)).map(({ value }): unknown => value);
  return values.filter((value) => value instanceof RegisterCell).filter((register) => !own.includes(register));
}

/** The handle: what `setup` returned, with the registers beside it. */
function merged(name: string, handle: object, registers: Record<string, unknown>): object {
  for (const [key, value] of Object.entries({ ...registers, name })) {
    if (key in handle) continue;
    Object.defineProperty(handle, key, { value, enumerable: true });
  }
  return handle;
}
