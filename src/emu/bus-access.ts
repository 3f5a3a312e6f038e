/** The bus as a core sees it. Accesses throw BusFault; addresses and values may be signed. */
export interface CpuBus {
  /** 1, 2 or 4 bytes, little endian, unsigned; unaligned addresses are allowed in plain memory. */
  read(address: number, size: number, access?: number): number;
  write(address: number, size: number, value: number, access?: number): void;
  /** A halfword of code; the execute permission is checked. */
  fetch16(address: number): number;
  /** The engine has decoded code here: stores to it must come through the bus from now on. */
  codeDecoded(address: number, length: number): void;
  /** A word of plain memory that no store of the guest changes, signed; undefined for anything else, and where somebody watches. */
  constantWord(address: number): number | undefined;
  /**
   * What keeps the engine from accessing plain memory and plain registers without asking: `guardOf` gives bits of GUARD for the
   * 4 KiB page at an address. Only what lies in `changed` is looked at now, [first, behind the last] in whole pages.
   * `apart`: no store beside decoded code is made without asking, either.
   */
  guard(guardOf: PageGuard, changed: readonly AddressRange[], apart: boolean): void;
  /**
   * The guards of these pages may have changed: the engine asks about each again. Cheaper than `guard` for ranges of which little
   * is used; `renew` tells it after an access that was let through.
   */
  withdraw(ranges: readonly AddressRange[]): void;
  renew(address: number): void;
  /** What was decoded from these addresses is forgotten. */
  forgetCode(ranges: readonly AddressRange[]): void;
  /** Without side effects on devices: undefined where nothing is mapped. */
  peek(address: number, size: number): number | undefined;
}

/** [first, behind the last]. */
export type AddressRange = readonly [number, number];

/** `window`: may be read now, and not at other times. `unaligned`: only aligned accesses go without asking. */
export const GUARD = { read: 1, write: 2, unaligned: 4, window: 8 } as const;
export type PageGuard = (address: number) => number;

/** Bits of `access`. */
export const ACCESS = { signed: 1, aligned: 2, unprivileged: 4 } as const;
