import { DEFAULT_BOUNDARIES, defaultBits, executeNever, PPB_BASE } from './memory-map.js';
import { MAY, Protection } from './protection.js';

export const REGIONS = 8;
/** MPU_CTRL (B3.5.5). */
export const MPU_CTRL = { ENABLE: 1, HFNMIENA: 2, PRIVDEFENA: 4 } as const;

/** One region as its registers say it (B3.5.8, B3.5.9). */
interface Region {
  readonly base: number;
  readonly size: number;
  /** Sub-regions that are switched off; an eighth of the size each. */
  readonly disabled: number;
  readonly bits: number;
}

const { privilegedRead, privilegedWrite, userRead, userWrite } = MAY;
/** By AP (B3.5.9, table B3-15); 100 is UNPREDICTABLE: no access here. */
const ACCESS: readonly number[] = [
  0,
  privilegedRead | privilegedWrite,
  privilegedRead | privilegedWrite | userRead,
  privilegedRead | privilegedWrite | userRead | userWrite,
  0,
  privilegedRead,
  privilegedRead | userRead,
  privilegedRead | userRead,
];

/** Whether TEX, C and B mean Device or Strongly-ordered memory (B3.5.9, table B3-13). */
function isDevice(rasr: number): boolean {
  const [tex, c, b] = [(rasr >>> 19) & 7, (rasr >>> 17) & 1, (rasr >>> 16) & 1];
  return (tex === 0 && c === 0) || (tex === 2 && c === 0 && b === 0);
}

function regionOf(rbar: number, rasr: number): Region | undefined {
  const log2 = ((rasr >>> 1) & 31) + 1;
  if ((rasr & 1) === 0 || log2 < 5) return undefined;
  const size = 2 ** log2;
  const base = (rbar & ~31) >>> 0;
  const access = ACCESS[(rasr >>> 24) & 7]!;
  let bits = access;
  if ((rasr & (1 << 28)) === 0) {
    if (access & privilegedRead) bits |= MAY.privilegedExecute;
    if (access & userRead) bits |= MAY.userExecute;
  }
  if (isDevice(rasr)) bits |= MAY.device;
  return { base: base - (base % size), size, disabled: size >= 256 ? (rasr >>> 8) & 0xff : 0, bits };
}

function holds({ base, size, disabled }: Region, address: number): boolean {
  if (address < base || address >= base + size) return false;
  return disabled === 0 || ((disabled >>> Math.floor((address - base) / (size / 8))) & 1) === 0;
}

/** Addresses at which a region, or one of its sub-regions, begins or ends. */
function boundariesOf({ base, size, disabled }: Region): number[] {
  if (disabled === 0) return [base, base + size];
  return Array.from({ length: 9 }, (_, i) => base + (i * size) / 8);
}

const PPB_END = PPB_BASE + 0x10_0000;

/**
 * ValidateAddress() of B3.5.3 for the whole address space, with the MPU enabled: the region of the highest number decides. Accesses
 * to the private peripheral bus are never checked, and nothing in the system region is ever executed.
 */
export function protectionOf(ctrl: number, rbar: ArrayLike<number>, rasr: ArrayLike<number>): Protection {
  const regions: Region[] = [];
  for (let i = REGIONS - 1; i >= 0; i--) {
    const region = regionOf(rbar[i]!, rasr[i]!);
    if (region) regions.push(region);
  }
  const background = (ctrl & MPU_CTRL.PRIVDEFENA) !== 0;
  const privilegedOnly = ~(MAY.userRead | MAY.userWrite | MAY.userExecute);
  const bitsAt = (address: number): number => {
    if (address >= PPB_BASE && address < PPB_END) return defaultBits(address);
    const region = regions.find((one) => holds(one, address));
    if (region === undefined) return background ? defaultBits(address) & privilegedOnly : 0;
    const system = address >= PPB_BASE && executeNever(address);
    return system ? region.bits & ~(MAY.privilegedExecute | MAY.userExecute) : region.bits;
  };
  return new Protection([...DEFAULT_BOUNDARIES, PPB_END, ...regions.flatMap(boundariesOf)], bitsAt);
}

/** What B3.5.8 and B3.5.9 call UNPREDICTABLE of an enabled region: in words, and what to do. */
export function mistakeOf(rbar: number, rasr: number): { readonly what: string; readonly remedy: string } | undefined {
  if ((rasr & 1) === 0) return undefined;
  const log2 = ((rasr >>> 1) & 31) + 1;
  if (log2 < 5) return { what: `has SIZE ${log2 - 1}`, remedy: 'the smallest region is 32 bytes: SIZE is at least 4' };
  const base = (rbar & ~31) >>> 0;
  if (base % 2 ** log2 !== 0) {
    return {
      what: `of ${2 ** log2} bytes has the base address 0x${base.toString(16)}`,
      remedy: 'align the base address to the size of the region',
    };
  }
  if (log2 < 8 && (rasr & 0xff00) !== 0) {
    return {
      what: `of ${2 ** log2} bytes has sub-regions disabled`,
      remedy: 'regions of 128 bytes and less have none: leave SRD at 0',
    };
  }
  if (((rasr >>> 24) & 7) === 4) return { what: 'has AP 0b100', remedy: 'use one of the other access permissions' };
  return undefined;
}
