/** The bus as a core sees it. Accesses throw BusFault; addresses and values may be signed. */
export interface CpuBus {
  /** 1, 2 or 4 bytes, little endian, unsigned; unaligned addresses are allowed in plain memory. */
  read(address: number, size: number, access?: number): number;
  write(address: number, size: number, value: number, access?: number): void;
  /** A halfword of code; the execute permission is checked. */
  fetch16(address: number): number;
  /** The halfword at an address of plain memory, as it stands there; undefined elsewhere. */
  codeAt(address: number): number | undefined;
  /** The engine has decoded code here: stores to it must come through the bus from now on. */
  codeDecoded(address: number, length: number): void;
  /** A word of plain memory that no store of the guest changes, signed; undefined for anything else, and where somebody watches. */
  constantWord(address: number): number | undefined;
  /** Without side effects on devices: undefined where nothing is mapped. */
  peek(address: number, size: number): number | undefined;
}

/** Bits of `access`. */
export const ACCESS = { signed: 1, aligned: 2, unprivileged: 4 } as const;
