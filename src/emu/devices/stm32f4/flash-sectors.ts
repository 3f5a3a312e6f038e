/** Organisation of the flash memory: RM0090 3.4, table 5 (STM32F405/407). */

const KIB = 1024;

export interface Sector {
  readonly offset: number;
  readonly size: number;
}

/** Four sectors of 16 KiB, one of 64, then 128 KiB each. */
export function sectorsOf(flashKiB: number): readonly Sector[] {
  const sectors: Sector[] = [];
  for (let offset = 0; offset < flashKiB * KIB; ) {
    const size = (sectors.length < 4 ? 16 : sectors.length === 4 ? 64 : 128) * KIB;
    sectors.push({ offset, size });
    offset += size;
  }
  return sectors;
}

/** Number of the sector that holds an offset. */
export function sectorAt(sectors: readonly Sector[], offset: number): number {
  return sectors.findLastIndex((sector) => sector.offset <= offset);
}

/** One-time programmable area: 16 blocks of 32 bytes, then a lock byte for each (RM0090 3.8, table 19). */
export const OTP = { block: 32, blocks: 16, locks: 512 } as const;
