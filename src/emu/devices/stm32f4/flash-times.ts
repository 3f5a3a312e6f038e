/**
 * How long programming and erasing take: the typical values of DS8626 tables 40 (VDD alone, x8 to x32) and 41 (x64, with
 * VPP). The part has a clock of its own for it: they do not depend on HCLK.
 */

const US = 1_000;
const MS = 1_000_000;

/** ns of one program operation, of whatever size. */
export const PROGRAM_NS = 16 * US;

/** ns by PSIZE: x8, x16, x32, x64. */
type ByParallelism = readonly [number, number, number, number];

const SECTOR_ERASE: Readonly<Record<number, ByParallelism>> = {
  16: [400 * MS, 300 * MS, 250 * MS, 230 * MS],
  64: [1_200 * MS, 700 * MS, 550 * MS, 490 * MS],
  128: [2_000 * MS, 1_300 * MS, 1_000 * MS, 875 * MS],
};
const MASS_ERASE: ByParallelism = [16_000 * MS, 11_000 * MS, 8_000 * MS, 6_900 * MS];

export function sectorEraseNs(bytes: number, psize: number): number {
  return SECTOR_ERASE[bytes / 1024]![psize]!;
}
/** For 1 MiB; the data sheet gives no other figure for the smaller part. */
export function massEraseNs(psize: number): number {
  return MASS_ERASE[psize]!;
}
/** The user configuration sector: the data sheet has no figure, a sector of 16 KiB is assumed. */
export function optionBytesNs(psize: number): number {
  return sectorEraseNs(16 * 1024, psize);
}
