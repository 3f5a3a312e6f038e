import type { CpuType } from '../emu/cpu.js';
import type { ElfImage } from '../emu/debug/elf-image.js';
import type { DeviceType } from '../emu/device.js';
import type { PartType } from '../emu/part.js';
import type { OptionValues } from './kinds/kind.js';
import type { MachineFile } from './schema.js';

/**
 * What files, flags and boards come to before a machine is made of them: everything by name, each with the place where it was said. Later
 * sources replace what earlier ones called the same.
 */

/** Where something was said; with a path, where that part of it was. */
export type Where = (...path: readonly (string | number)[]) => string;

export interface Entry<T> {
  readonly value: T;
  readonly where: Where;
}
export type Named<T> = Map<string, Entry<T>>;

export type PlacementValue = Pick<MemoryValue, 'at' | 'in' | 'priority' | 'places'>;
export type MemoryValue = NonNullable<MachineFile['memory']>[string] & {
  /** What the maker put there, if it is known as bytes. */
  readonly bytes?: Uint8Array;
};
export type ContainerValue = NonNullable<MachineFile['containers']>[string];
export type ClockValue = Exclude<NonNullable<MachineFile['clocks']>[string], number>;
type RawDeviceValue = NonNullable<MachineFile['devices']>[string];

export interface Thing<M> {
  readonly type: string;
  readonly options: OptionValues;
  /** It exists already: a board's, or of a user's own code. */
  readonly made?: M;
}
export type DeviceValue = Thing<DeviceType> &
  Pick<
    RawDeviceValue,
    'at' | 'in' | 'priority' | 'places' | 'irq' | 'clock' | 'enable' | 'reset' | 'wires' | 'privileged'
  > & {};
export type PartValue = Thing<PartType>;
export type CpuValue = Thing<CpuType> & { readonly clock?: number | string; readonly count?: number };

/** Bytes that are loaded with the board. */
export interface ContentsValue {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export type ImageValue = {
  readonly file: string;
  readonly at?: number;
  readonly format?: 'elf' | 'bin' | 'hex' | 'uf2';
  /** The processor that executes it. */
  readonly cpu?: string;
};
export type BootValue = Exclude<NonNullable<MachineFile['boot']>, string>;

export interface Model {
  name: string;
  /** Where all of it was said. */
  whole: Where;
  readonly cpus: Named<CpuValue>;
  /** Names of those that are still the ones of the board that everything starts from. */
  readonly cpusOfBoard: Set<string>;
  /** The board loads firmware, kernel and the like itself: that is done. */
  loadsItself: boolean;
  /** So many of `contents` come from the board, not from who asked for the machine. */
  ownContents: number;
  readonly clocks: Named<ClockValue>;
  readonly memory: Named<MemoryValue>;
  readonly containers: Named<ContainerValue>;
  readonly devices: Named<DeviceValue>;
  readonly parts: Named<PartValue>;
  readonly wires: Entry<string>[];
  readonly windows: Named<NonNullable<MachineFile['windows']>[string]>;
  readonly bitBands: Entry<NonNullable<MachineFile['bitBands']>[number]>[];
  readonly absent: Named<NonNullable<MachineFile['absent']>[string]>;
  readonly images: Entry<ImageValue>[];
  readonly contents: Entry<ContentsValue>[];
  /** What of `contents` are programs, for their symbols and lines. */
  readonly programs: ElfImage[];
  readonly pinNames: Named<string>;
  /** Modules whose exports are types here. */
  readonly deviceFiles: string[];
  readonly sharedIrqs: Set<number>;
  bridges?: Entry<NonNullable<MachineFile['bridges']>>;
  timing?: MachineFile['timing'];
  boot?: Entry<BootValue>;
  semihosting?: MachineFile['semihosting'];
}

export function emptyModel(name: string): Model {
  return {
    name,
    whole: () => name,
    cpus: new Map(),
    cpusOfBoard: new Set(),
    loadsItself: false,
    ownContents: 0,
    clocks: new Map(),
    memory: new Map(),
    containers: new Map(),
    devices: new Map(),
    parts: new Map(),
    wires: [],
    windows: new Map(),
    bitBands: [],
    absent: new Map(),
    images: [],
    contents: [],
    programs: [],
    pinNames: new Map(),
    deviceFiles: [],
    sharedIrqs: new Set(),
  };
}
