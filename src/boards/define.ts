import type { CpuType } from '../emu/cpu.js';
import type { ElfImage } from '../emu/debug/elf-image.js';
import { checkDescription } from '../emu/description-check.js';
import type { DeviceRow } from '../emu/device-row.js';
import { UsageError } from '../emu/errors.js';
import { Machine, type MachineOptions } from '../emu/machine.js';
import type { LoadSegment, MachineDescription } from '../emu/machine-description.js';
import type { PartType } from '../emu/part.js';
import { checkLines } from './interrupt-lines.js';

/** Chips and boards: typed descriptions that machines are made from. */

export type DeviceRows = Readonly<Record<string, DeviceRow>>;
export type PartRows = Readonly<Record<string, PartType>>;

/** Chooses the core by the image, for boards that start where the image says. */
export type ChipStart = (
  image: readonly LoadSegment[],
  entry: number | undefined,
  /** What the image was built for, if it is known. */
  program?: Pick<ElfImage, 'machine' | 'class'>,
) => { readonly cpu: CpuType; readonly note: string | undefined };

/** An image that belongs to a board. */
export interface BoardImage {
  readonly path: string;
  readonly segments: readonly LoadSegment[];
  readonly entry?: number | undefined;
  /** Symbols and lines, if it is an ELF. */
  readonly elf?: ElfImage;
}

export interface Chip<D extends DeviceRows = DeviceRows, H extends object = object>
  extends Omit<MachineDescription, 'parts'> {
  readonly cpu: CpuType<H>;
  readonly devices: D;
  readonly start?: ChipStart;
  /** Images that belong to the board, before any firmware that a test or command line names. */
  readonly images?: readonly BoardImage[];
  /** Programs that `contents` has put into memory, for their symbols and lines alone. */
  readonly loaded?: readonly ElfImage[];
}

/** Handles of devices and parts by their names on the board. */
export type Handles<D extends DeviceRows, P extends PartRows> = {
  readonly [K in keyof D]: D[K] extends DeviceRow<infer T> ? T : never;
} & { readonly [K in keyof P]: P[K] extends PartType<infer T> ? T : never };

type Replace<A, B> = Omit<A, keyof B> & B;
type DevicesIn<A> = { [K in keyof A as A[K] extends DeviceRow ? K : never]: Extract<A[K], DeviceRow> };
type PartsIn<A> = { [K in keyof A as A[K] extends PartType ? K : never]: Extract<A[K], PartType> };
export type Additions = Readonly<Record<string, DeviceRow | PartType>>;

/** What a board handle calls its own: no device or part can be called so. */
export const RESERVED_HANDLES = [
  'run',
  'runUntil',
  'step',
  'time',
  'cycles',
  'reset',
  'powerCycle',
  'snapshot',
  'restore',
  'hash',
  'diff',
  'cpu',
  'cpus',
  'memory',
  'pin',
  'on',
  'with',
  'call',
  'var',
  'break',
  'watch',
  'name',
  'machine',
  'guestErrors',
  'misuse',
  'symbol',
  'then',
  'faults',
  'semihosting',
  'adopt',
  'adoptSelf',
  'forgetListeners',
  'uartOutputs',
  'bench',
  // What every object has.
  ...Object.getOwnPropertyNames(Object.prototype),
] as readonly string[]; // prettier-ignore

/** A kind of board. It is data: `createMachine` makes any number of machines of it. */
export class Board<D extends DeviceRows = DeviceRows, P extends PartRows = PartRows, H extends object = object> {
  readonly name: string;
  readonly #chip: () => Chip<D, H>;
  #made: Chip<D, H> | undefined;
  readonly parts: P;
  /** Types only: what `board.usart2`, `board.green`, `board.scb` are. */
  declare readonly handles: Handles<D, P> & H;

  /** @param chip a function is called when the chip is first asked for, so that a board nobody uses costs nothing */
  constructor(name: string, chip: Chip<D, H> | (() => Chip<D, H>), parts: P, checked = false) {
    this.name = name;
    this.#chip = typeof chip === 'function' ? chip : () => chip;
    this.parts = parts;
    if (checked) return;
    checkNames(name, this.chip.devices, parts);
    checkDescription(this.description);
  }

  get chip(): Chip<D, H> {
    this.#made ??= this.#chip();
    return this.#made;
  }

  get description(): MachineDescription {
    return { ...this.chip, name: this.name, parts: this.parts };
  }

  /** The same board with devices and parts added, or replaced where the name is there already. */
  with<const A extends Additions>(additions: A): Board<Replace<D, DevicesIn<A>>, Replace<P, PartsIn<A>>, H> {
    const devices: Record<string, DeviceRow> = { ...this.chip.devices };
    const parts: Record<string, PartType> = { ...this.parts };
    for (const [name, one] of Object.entries(additions)) {
      // Here already: assigned below, `__proto__` would vanish without a word.
      checkName(this.name, name);
      checkAddition(this.name, name, one);
      delete devices[name];
      delete parts[name];
      if ('device' in one) devices[name] = one;
      else parts[name] = one;
    }
    checkLines(this, devices, additions);
    type Result = Board<Replace<D, DevicesIn<A>>, Replace<P, PartsIn<A>>, H>;
    return new Board(this.name, { ...this.chip, devices }, parts) as unknown as Result;
  }

  /** @param options `entry`: the image's entry point, for boards that start there; `symbol`: the address that it gives to a name */
  createMachine(
    options: MachineOptions & {
      readonly entry?: number | undefined;
      readonly program?: Pick<ElfImage, 'machine' | 'class'> | undefined;
      readonly symbol?: (name: string) => number | undefined;
    } = {},
  ): Machine {
    const { entry, program, symbol, ...rest } = options;
    const image = this.#imageWith(options.image);
    const cpu = this.chip.start?.(image ?? [], entry ?? this.#ownEntry, program).cpu;
    const devices = symbol && devicesFor(this.chip.devices, symbol);
    const description = { ...this.description, ...(cpu && { cpu }), ...(devices && { devices }) };
    return new Machine(description, image ? { ...rest, image } : rest);
  }
  #imageWith(image: readonly LoadSegment[] | undefined): readonly LoadSegment[] | undefined {
    const own = this.chip.images ?? [];
    return own.length === 0 ? image : [...own.flatMap(({ segments }) => segments), ...(image ?? [])];
  }
  get #ownEntry(): number | undefined {
    return this.chip.images?.find(({ entry }) => entry !== undefined)?.entry;
  }
  /** What the start of its firmware is taken to be where nobody said it, in a sentence. */
  startNote(
    image: readonly LoadSegment[] = [],
    entry?: number,
    program?: Pick<ElfImage, 'machine' | 'class'>,
  ): string | undefined {
    return this.chip.start?.(this.#imageWith(image) ?? [], entry ?? this.#ownEntry, program).note;
  }
  /** The typed handles of a machine of this board. */
  handlesOf(machine: Machine): Handles<D, P> {
    const names = [...machine.assembly.devices.keys(), ...Object.keys(this.parts)];
    return Object.fromEntries(names.map((name) => [name, machine.handle(name)])) as Handles<D, P>;
  }
}

/** Describes a chip: core, memories, devices. */
export function defineChip<const D extends DeviceRows, H extends object = object>(chip: Chip<D, H>): Chip<D, H> {
  return chip;
}

/** Describes a board: a chip and what is soldered around it. Overlaps and wrong wires fail here. */
export function defineBoard<
  D extends DeviceRows,
  const P extends PartRows = Record<never, never>,
  H extends object = object,
>(board: {
  readonly name: string;
  /** A function makes it when the board is first used. */
  readonly chip: Chip<D, H> | (() => Chip<D, H>);
  readonly parts?: P;
  /** @internal A board of the package, which a test has checked: wiring it up once more would delay every start. */
  readonly checked?: boolean;
}): Board<D, P, H> {
  return new Board(board.name, board.chip, board.parts ?? ({} as P), board.checked);
}

/** The same board, its chip made: what is wrong with a board's options is said where they are given. */
export function withChip<B extends { readonly chip: object }>(board: B): B {
  void board.chip;
  return board;
}

/** The devices that an image with these symbols finds; undefined where none goes by symbols. */
function devicesFor(rows: DeviceRows, symbol: (name: string) => number | undefined): DeviceRows | undefined {
  const placed = Object.entries(rows).flatMap(([name, row]) => {
    const device = row.device.forImage?.(symbol);
    return device === undefined ? [] : [[name, { ...row, device }] as const];
  });
  return placed.length === 0 ? undefined : { ...rows, ...Object.fromEntries(placed) };
}

function checkName(board: string, name: string): void {
  if (!RESERVED_HANDLES.includes(name)) return;
  const what = `'${name}' cannot be the name of a device or part: board.${name} means something else`;
  throw new UsageError({ what, where: `board '${board}'`, remedy: 'choose another name' });
}

/** @throws UsageError when it is neither a device at an address nor a part */
function checkAddition(board: string, name: string, one: unknown): void {
  const has = (key: string) => typeof one === 'object' && one !== null && key in one;
  if (has('device') || (has('kind') && has('setup'))) return;
  const where = `board '${board}'`;
  if (has('size') && has('holes')) {
    const remedy = `say where it is: ${name}: at(0x6000_0000, …)`;
    throw new UsageError({ what: `device '${name}' has no address`, where, remedy });
  }
  const remedy = "give a device, at(address, device), or a part: led('PD12')";
  throw new UsageError({ what: `'${name}' is neither a device nor a part`, where, remedy });
}

function checkNames(board: string, devices: DeviceRows, parts: PartRows): void {
  for (const name of [...Object.keys(devices), ...Object.keys(parts)]) {
    checkName(board, name);
    if (name in devices && name in parts) {
      throw new UsageError({ what: `a device and a part are both called '${name}'`, where: `board '${board}'` });
    }
  }
}
