import type { BridgeRow } from './bridges.js';
import type { CpuType } from './cpu.js';
import type { DeviceRow, PlaceRow } from './device-row.js';
import type { TimingModel } from './isa/engine-mode.js';
import type { MemoryOptions } from './memory.js';
import type { PartType } from './part.js';
import type { Frequency } from './time.js';

/** The plain data that a machine is built from; boards make it from chips, parts and options. */

export interface MemoryRow extends Omit<MemoryOptions, 'name'> {
  readonly address: number;
  /** Further addresses at which all of it is seen. */
  readonly aliases?: readonly number[];
  /** Where it is seen, if not all of it at its address and aliases. */
  readonly places?: readonly PlaceRow[];
}

/** Where a memory or device of a size is seen. */
export function placesOf(
  { address, aliases = [], places }: { address: number; aliases?: readonly number[]; places?: readonly PlaceRow[] },
  size: number,
): readonly PlaceRow[] {
  return places ?? [address, ...aliases].map((one) => ({ address: one, offset: 0, size }));
}

/** A clock made from another one; its rate follows. */
export interface DerivedClockRow {
  /** Name of the other clock; `cpu` is the CPU's. */
  readonly from: string;
  readonly multiply?: number;
  readonly divide?: number;
  /** The wire that lets it run: `'rcc.AHB1ENR.3'`; it runs always without one. */
  readonly gate?: string;
}

/** An address range that shows one of several memories, chosen by a wire: what a Cortex-M chip has at address 0. */
export interface WindowRow {
  readonly address: number;
  readonly size: number;
  /** The wire whose level is the index into `shows`: `'syscfg.MEM_MODE'`. Without it the first is shown. */
  readonly select?: string;
  /** Names of memories; undefined = nothing is mapped. */
  readonly shows: readonly (string | undefined)[];
}

export interface BitBandRow {
  readonly alias: number;
  readonly target: number;
  /** Bytes of the target; the alias is 32 times as large. */
  readonly bytes: number;
}

export interface MachineDescription {
  readonly name: string;
  readonly cpu: CpuType;
  /** Hz of the CPU clock after power-on. */
  readonly hertz: Frequency;
  readonly memories: Readonly<Record<string, MemoryRow>>;
  readonly windows?: Readonly<Record<string, WindowRow>>;
  readonly bitBands?: readonly BitBandRow[];
  readonly devices: Readonly<Record<string, DeviceRow>>;
  /** Blocks the chip does not have but firmware for its relatives may look for. */
  readonly absent?: Readonly<Record<string, { readonly address: number; readonly size: number }>>;
  /** Clocks that run from the start, by name. */
  readonly clocks?: Readonly<Record<string, Frequency>>;
  /** Clocks made from others. */
  readonly derivedClocks?: Readonly<Record<string, DerivedClockRow>>;
  /** Name of the clock that the CPU runs on, if it follows one of these. */
  readonly cpuClock?: string;
  /** Pins that are one electrical node, by their names. */
  readonly joins?: readonly (readonly string[])[];
  /** Further names of pins: `{ D13: 'GPIO5' }`. */
  readonly pinNames?: Readonly<Record<string, string>>;
  readonly parts?: Readonly<Record<string, PartType>>;
  /** What a loader puts into memories at power-on, and into RAM at every reset, before the image: firmware, kernel, device tree. */
  readonly contents?: () => readonly LoadSegment[];
  /** Slower buses behind bridges. */
  readonly bridges?: BridgeRow;
  /** `part` where it is not given. */
  readonly timing?: TimingModel;
}

/** Bytes to place at a physical address before power-on. */
export interface LoadSegment {
  readonly physicalAddress: number;
  readonly data: Uint8Array;
}
