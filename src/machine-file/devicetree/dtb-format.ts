/** The flattened devicetree's constants (Devicetree Specification 0.4, chapter 5), and what is accepted at most. */

export const FDT_MAGIC = 0xd00d_feed;
export const FDT_VERSION = 17;
/** The oldest version with the same layout of the structure block. */
export const FDT_COMPATIBLE = 16;

/** Bytes of the header; version 16 ends before `size_dt_struct`. */
export const HEADER_SIZE = 40;
export const HEADER_SIZE_16 = 36;

/** Offsets in the header (5.2). */
export const HEADER = {
  magic: 0,
  totalsize: 4,
  off_dt_struct: 8,
  off_dt_strings: 12,
  off_mem_rsvmap: 16,
  version: 20,
  last_comp_version: 24,
  boot_cpuid_phys: 28,
  size_dt_strings: 32,
  size_dt_struct: 36,
} as const;

/** Tokens of the structure block (5.4.1). */
export const FDT_BEGIN_NODE = 1;
export const FDT_END_NODE = 2;
export const FDT_PROP = 3;
export const FDT_NOP = 4;
export const FDT_END = 9;

/** Bounds that no real tree comes near: Linux takes 2 MiB at most. */
export const MAX_DTB = 16 * 1024 * 1024;
export const MAX_DEPTH = 64;
export const MAX_NODES = 100_000;
export const MAX_PROPERTIES = 500_000;
export const MAX_RESERVATIONS = 1024;
/** The specification says 31 characters for names (2.2.1, 2.2.4.1), real trees have longer ones. */
export const MAX_NAME = 255;

/** Bytes up to the next multiple of 4. */
export function aligned(size: number): number {
  return (size + 3) & ~3;
}
