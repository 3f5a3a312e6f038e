/** The board that a test holds in its hands. */

import type { Board, DeviceRows, PartRows } from '../boards/define.js';
import type { CpuResetKind } from '../emu/cpu.js';
import type { Duration } from '../emu/duration.js';
import { callTest, InternalError, UsageError } from '../emu/errors.js';
import type { GuestReport } from '../emu/guest-report.js';
import type { Machine } from '../emu/machine.js';
import { checkEvent, type MachineEvents } from '../emu/machine-events.js';
import type { SerialHandle } from '../emu/parts/terminal.js';
import type { Difference, Snapshot } from '../emu/snapshot.js';
import { requireWithin, waitRows } from '../matchers/matcher.js';
import { failure } from '../matchers/message.js';
import { type FaultRecord, type I2cSubject, introduce, type SpiSubject, type Subject } from '../matchers/subject.js';
import { CpuAccess } from './cpu-access.js';
import type { FaultLog } from './fault-log.js';
import type { MachineBench } from './machine-bench.js';
import { MemoryAccess } from './memory-access.js';
import { checkMisuse, type MisuseSettings } from './misuse-settings.js';
import { type Pin, Pins } from './pin-handle.js';
import { addWaiting, isSerial, isTrace, type TraceHandle, UartOutput, type UartWaiting } from './uart-handle.js';

/** The whole machine at one instant, for `board.restore`. It stays valid as long as the board does. */
export interface BoardSnapshot {
  readonly time: number;
  readonly cycles: number;
}

class Saved implements BoardSnapshot {
  readonly time: number;
  readonly cycles: number;
  readonly machine: Snapshot;
  readonly faultLog: FaultLog;
  readonly cursors: readonly number[];
  constructor(bench: MachineBench, cursors: readonly number[]) {
    ({ time: this.time, cycles: this.cycles } = bench);
    this.machine = bench.machine.snapshot();
    this.faultLog = bench.faultLog;
    this.cursors = cursors;
  }
}

function mustBeSaved(snapshot: BoardSnapshot): asserts snapshot is Saved {
  if (snapshot instanceof Saved) return;
  throw new UsageError({ what: 'this is no snapshot of a board', remedy: 'give what board.snapshot() returned' });
}

function savedMachine(snapshot: BoardSnapshot): Snapshot {
  mustBeSaved(snapshot);
  return snapshot.machine;
}

/** Semihosting console and exit of the firmware, on boards whose processor has it. */
export interface SemihostingHandle {
  readonly text: string;
  readonly exitCode: number | undefined;
  type(text: string): void;
}

/** What every board can do, whatever is on it. */
export class BoardControls {
  readonly name: string;
  /** The processor, or the first of several. */
  readonly cpu: CpuAccess;
  /** All processors, in order. */
  readonly cpus: readonly CpuAccess[];
  readonly memory: MemoryAccess;
  readonly #bench: MachineBench;
  readonly #pins: Pins;
  readonly #uarts: UartOutput[] = [];
  /** By the names of the UARTs and of the terminals on them. */
  readonly #uartOf = new Map<string, UartOutput>();
  readonly #listeners = new Set<() => void>();

  constructor(name: string, bench: MachineBench) {
    this.name = name;
    this.#bench = bench;
    this.cpus = (bench.machine.cpu.cores ?? ['']).map((_, i) => new CpuAccess(bench, i));
    this.cpu = this.cpus[0]!;
    this.memory = new MemoryAccess(bench);
    this.#pins = new Pins(bench.machine);
  }

  /** The machine underneath, for what has no word here. */
  get machine(): Machine {
    return this.#bench.machine;
  }
  /** Machine time since power-on, in ns, rounded down. */
  get time(): number {
    return this.#bench.time;
  }
  /** CPU cycles since power-on. */
  get cycles(): number {
    return this.#bench.cycles;
  }
  /** What the firmware did that the chip or a device minds, oldest first. */
  get guestErrors(): readonly GuestReport[] {
    return this.#bench.machine.guestErrors;
  }
  /** What becomes of misuse of the hardware in this test, from here on and so far: `'off'`, or by kind `{ reserved: 'error' }`. */
  misuse(settings: MisuseSettings): void {
    checkMisuse(settings, 'board.misuse');
    this.#bench.misuseWatch.set(settings);
  }
  /** Faults the CPU took, oldest first: the first ones, and the first of each kind. */
  get faults(): readonly FaultRecord[] {
    return this.#bench.faults;
  }

  /** Lets machine time pass: `'50ms'`, `'3us'`, `'1200cycles'`. */
  run(duration: Duration): void {
    this.#bench.run(duration);
  }

  /**
   * Runs until a condition is true. It is asked at every event outside the CPU (a byte, an edge, an interrupt) and
   * every 10 µs of machine time.
   * @throws Error when it did not become true within the machine time
   */
  runUntil(condition: () => boolean, options: { within: Duration }): void {
    requireWithin('board.runUntil', options);
    const start = this.#bench.mark();
    if (this.#bench.poll(condition, options.within)) return;
    const call = `${this.#bench.title ?? 'board'}.runUntil(${condition.name || '() => …'}, { within: ${JSON.stringify(options.within)} })`;
    const error = new Error(
      failure(call, [['Expected', 'the condition to become true'], ...waitRows(this.#bench, start)]),
    );
    Error.captureStackTrace?.(error, this.runUntil);
    throw error;
  }

  /** Executes instructions; a sleeping CPU jumps to the next event instead. */
  step(count = 1): void {
    this.#bench.step(count);
  }

  /** Presses the reset button (the NRST pin): RAM keeps its contents. Or resets for another cause, as flags of the chip tell it. */
  reset(cause: CpuResetKind = 'pin'): void {
    this.#bench.protect(() => this.machine.reset(cause));
  }
  /** Takes the power away and gives it back: RAM is cleared, flash stays. */
  powerCycle(): void {
    this.reset('power-on');
  }

  /** Keeps this instant. */
  snapshot(): BoardSnapshot {
    return new Saved(
      this.#bench,
      this.#uarts.map((uart) => uart.cursor),
    );
  }
  /** Goes back to an instant of this board: memory, registers, devices, pins, time, and what was written so far. */
  restore(snapshot: BoardSnapshot): void {
    mustBeSaved(snapshot);
    this.#bench.allowRestore();
    this.#bench.machine.restore(snapshot.machine);
    this.#bench.faultLog = snapshot.faultLog;
    for (const [i, uart] of this.#uarts.entries()) uart.cursor = snapshot.cursors[i]!;
  }
  /** Where two instants of this board differ, by name: registers, wires, pages of memory, logs. */
  diff(from: BoardSnapshot, to: BoardSnapshot): Difference[] {
    const [a, b] = [from, to].map(savedMachine);
    return this.#bench.machine.diff(a!, b!);
  }
  /** 16 hexadecimal digits over the whole state: equal on every computer for the same firmware and test. */
  hash(): string {
    return this.#bench.machine.hash();
  }

  /** @throws UsageError when the chip has no such pin */
  pin(name: string): Pin {
    const pin = this.#pins.get(name);
    // A restored machine has forgotten that a test looked at the pin.
    this.machine.pin(name).observe();
    introduce(pin, { bench: this.#bench, name: this.#said(name), pin });
    return pin;
  }

  /** Listens until the test ends; returns what ends it earlier. */
  on<E extends keyof MachineEvents>(event: E, fn: (detail: MachineEvents[E]) => void): () => void {
    checkEvent('board.on', event);
    const end = this.#bench.machine.on(event, (detail) => {
      if (this.#bench.muted) return;
      this.#bench.meet();
      callTest(() => fn(detail));
    });
    this.#listeners.add(end);
    return () => {
      this.#listeners.delete(end);
      end();
    };
  }

  /** @internal Ends all listening: the test is over. */
  forgetListeners(): void {
    for (const end of this.#listeners) end();
    this.#listeners.clear();
  }

  /** What a device, part or pin is called in messages: of which board it is, where there are several. */
  #said(name: string): string {
    const { title } = this.#bench;
    return title === undefined ? name : `${title}.${name}`;
  }

  /** @internal Makes a device or part known to the matchers. */
  adopt(name: string, handle: object): void {
    const bench = this.#bench;
    const registers = bench.machine.assembly.devices.get(name)?.registers;
    const shared = {
      bench,
      name: this.#said(name),
      ...(registers && registers.length > 0 ? { registers } : {}),
      ...serialBus(handle),
    };
    if (isSerial(handle) || isTrace(handle)) introduce(handle, { ...shared, uart: this.#uart(name, handle) });
    else if ('pin' in handle && typeof handle.pin === 'string') {
      introduce(handle, { ...shared, pin: this.#pins.get(handle.pin) });
    } else introduce(handle, shared);
  }

  /** @internal What UARTs wrote, by their names and those of the terminals on them. */
  get uartOutputs(): ReadonlyMap<string, UartOutput> {
    return this.#uartOf;
  }
  /** @internal Where the machine waits and runs. */
  get bench(): MachineBench {
    return this.#bench;
  }

  /** @internal Makes the board itself known, with its console. */
  adoptSelf(console: string | undefined): void {
    const uart = console === undefined ? undefined : this.#uartOf.get(console);
    introduce(this, { bench: this.#bench, name: this.#bench.title ?? 'board', ...(uart ? { uart } : {}) });
  }

  /** A terminal and its UART share one cursor. */
  #uart(name: string, handle: SerialHandle | TraceHandle): UartOutput {
    const source = 'uart' in handle && typeof handle.uart === 'string' ? handle.uart : name;
    const uart = this.#uartOf.get(source) ?? new UartOutput(this.#bench.machine, source, handle);
    for (const one of [name, source]) this.#uartOf.set(one, uart);
    if (!this.#uarts.includes(uart)) this.#uarts.push(uart);
    addWaiting(handle, `${this.#bench.title ?? 'board'}.${name}`, this.#bench, uart);
    return uart;
  }
}

/** Semihosting of each processor that has it. */
export function semihostingOf({ cpu }: Machine): readonly object[] {
  const cpus = cpu.cores?.map((one) => one.cpu) ?? [cpu];
  return cpus.flatMap((one) => ('semihosting' in one ? [one.semihosting as object] : []));
}

/** What matchers look at on a port of SPI or I2C. */
function serialBus(handle: object): Pick<Subject, 'spi' | 'i2c'> {
  if ('words' in handle && 'asSlave' in handle) return { spi: handle as SpiSubject };
  return 'transactions' in handle && 'asSlave' in handle ? { i2c: handle as I2cSubject } : {};
}

/** Most of a chip's blocks are never looked at by a test: they are made known to the matchers when one is. */
function defineLater(controls: BoardControls, name: string, machine: Machine): void {
  let handle: object | undefined;
  const get = (): object => {
    if (handle === undefined) {
      handle = machine.handle(name)!;
      controls.adopt(name, handle);
    }
    return handle;
  };
  Object.defineProperty(controls, name, { get, enumerable: true });
}

type Waiting<T> = T extends { type(text: string): void; readonly bytes: Uint8Array } | TraceHandle
  ? T & UartWaiting
  : T;

/** A board as a test holds it: what every board can do, and its devices and parts by name. */
export type BoardHandle<B extends Board<DeviceRows, PartRows> = Board> = BoardControls & {
  readonly [K in keyof B['handles']]: Waiting<B['handles'][K]>;
} & { readonly semihosting: SemihostingHandle };

/** Makes the handle of a machine of `board`. */
export function boardHandle<B extends Board<DeviceRows, PartRows>>(board: B, bench: MachineBench): BoardHandle<B> {
  const { machine } = bench;
  const controls = new BoardControls(board.name, bench);
  const serials = new Map<string, SerialHandle>();
  for (const name of [...machine.assembly.devices.keys(), ...machine.assembly.parts.keys()]) {
    if (machine.assembly.devices.get(name)?.isSetUp === false) {
      defineLater(controls, name, machine);
      continue;
    }
    const handle = machine.handle(name);
    if (handle === undefined) throw new InternalError({ what: `${board.name} has no '${name}' that it lists` });
    controls.adopt(name, handle);
    if (isSerial(handle)) serials.set(name, handle);
    Object.defineProperty(controls, name, { value: handle, enumerable: true });
  }
  const [semihosting] = semihostingOf(machine);
  if (semihosting) Object.defineProperty(controls, 'semihosting', { value: semihosting, enumerable: true });
  // The console, or the only UART there is.
  const [only, ...others] = serials;
  const console = serials.has('console') ? 'console' : others.length === 0 ? only?.[0] : undefined;
  controls.adoptSelf(console);
  return controls as unknown as BoardHandle<B>;
}
