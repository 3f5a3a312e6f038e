import type { PageGuard } from './isa/layout.js';

/** The bus as a core sees it. Accesses throw BusFault; addresses and values may be signed. */
export interface CpuBus {
  /** 1, 2 or 4 bytes, little endian, unsigned; unaligned addresses are allowed in plain memory. */
  read(address: number, size: number, access?: number): number;
  write(address: number, size: number, value: number, access?: number): void;
  /** A halfword of code; the execute permission is checked. */
  fetch16(address: number): number;
  /** The halfword at an address of plain memory, as it stands there; undefined elsewhere. */
  codeAt(address: number): number | undefined;
  /** The engine has decoded code here: stores to it must come through the bus from now on. `elsewhere`: it is executed at another address. */
  codeDecoded(address: number, length: number, elsewhere?: boolean): void;
  /** Changes of the page at an address are told as those of code are, or no longer. */
  track(address: number, on: boolean): void;
  /** A word of plain memory that no store of the guest changes, signed; undefined for anything else, and where somebody watches. */
  constantWord(address: number): number | undefined;
  /**
   * What keeps the engine from accessing plain memory and plain registers without asking: `guardOf` gives bits of GUARD for the
   * 4 KiB page at an address. Only what lies in `changed` is looked at now, [first, behind the last] in whole pages.
   * `apart`: no store beside decoded code is made without asking, either.
   */
  guard(guardOf: PageGuard, changed: readonly AddressRange[], apart: boolean): void;
  /**
   * Guards have changed for reads (and writes) in some ranges, for writes only in others: the engine asks about each page again.
   * Cheaper than `guard` for ranges of which little is used; `renew` tells it after an access that was let through.
   */
  withdraw(reads: readonly AddressRange[], writes: readonly AddressRange[]): void;
  /** Whether there was anything to tell. */
  renew(address: number): boolean;
  /** Where memory is seen. */
  readonly memories: readonly AddressRange[];
  /** Another core executes from now on: of what only one of several cores sees, its own is seen. */
  showBank(bank: number): void;
  /** What was decoded from these addresses is forgotten. */
  forgetCode(ranges: readonly AddressRange[]): void;
  /** Without side effects on devices: undefined where nothing is mapped. */
  peek(address: number, size: number): number | undefined;
}

/** [first, behind the last]. */
export type AddressRange = readonly [number, number];

/** Bits of `access`. */
export const ACCESS = { signed: 1, aligned: 2, unprivileged: 4 } as const;
