/**
 * What the engine needs of the machine. Addresses and words arrive as signed i32; `high` is the high word of a data address where
 * these have 64 bits.
 */
export interface EngineHost {
  /** Flags: bit 1 alignment required, bit 2 unprivileged. May throw a guest fault, which abandons the instruction. */
  load(address: number, size: number, flags: number, high?: number): number;
  load64(address: number, flags: number, high?: number): bigint;
  store(address: number, value: number, size: number, flags: number, high?: number): void;
  store64(address: number, value: bigint, flags: number, high?: number): void;
  /**
   * The halfword at an address as an instruction fetch; throws a guest fault where code may not be fetched. Of a 64-bit address this
   * is the low word: the high one is the engine's `pcHigh`, plus `carry`.
   */
  fetch16(address: number, carry?: number): number;
  /** The halfword at an address of plain memory, as it stands there, whatever may be fetched; undefined elsewhere. */
  codeAt(address: number): number | undefined;
  /** A word of plain memory that no store changes, signed; undefined for anything else. Changes are told to `invalidate`, as changes of code are. */
  constantWord(address: number): number | undefined;
  /**
   * An instruction of these bytes was decoded: stores there must come to the slow path from now on. The address is a physical one;
   * `elsewhere`: the code is seen at another.
   */
  codeDecoded(address: number, length: number, elsewhere: boolean): void;
  /**
   * Whether these bytes may be fetched, and so read, whatever the state of the core: only then do they become part of a region.
   * Absent where fetches do not depend on that.
   */
  alwaysFetched?(address: number, length: number): boolean;
  /**
   * The physical address of code, as fetches of the core in its present state are led to it, without any effect; negative where they
   * are not. The pages are asked for, not whether each instruction in them may be fetched. Only while code is not seen as it lies in
   * memory.
   */
  codeAddress?(address: number, carry: number): number;
  /** Addresses of the page-table entries that the last `codeAddress` was led by, the root's first. */
  walked?(): readonly number[];
  /** Changes of the page at a physical address are to be told to `invalidate`, or no longer: page-table entries in it are in use. */
  trackTable?(address: number, on: boolean): void;
  readonly helpers: Readonly<Record<string, (...args: number[]) => number | undefined>>;
}

export interface EngineTrap {
  readonly kind: 'trap';
  readonly trap: string;
  readonly argument: number;
}
export type EngineExit =
  | { readonly kind: 'budget' }
  | EngineTrap
  | { readonly kind: 'breakpoint' }
  /** No row has this encoding; pc stands at it. */
  | { readonly kind: 'undefined'; readonly first: number; readonly second: number };

/** The host's functions as the engine's module imports them. Functions of their own: V8 calls a bound one by a slow path. */
export function hostCalls(host: EngineHost, long: boolean): WebAssembly.ModuleImports {
  return long ? longCalls(host) : shortCalls(host);
}

const shortCalls = (host: EngineHost): WebAssembly.ModuleImports => ({
  load: (address: number, size: number, flags: number) => host.load(address, size, flags),
  load64: (address: number, flags: number) => host.load64(address, flags),
  store: (address: number, value: number, size: number, flags: number) => host.store(address, value, size, flags),
  store64: (address: number, value: bigint, flags: number) => host.store64(address, value, flags),
});
const longCalls = (host: EngineHost): WebAssembly.ModuleImports => ({
  load: (address: number, size: number, flags: number, high: number) => host.load(address, size, flags, high),
  load64: (address: number, flags: number, high: number) => host.load64(address, flags, high),
  store: (address: number, value: number, size: number, flags: number, high: number) =>
    host.store(address, value, size, flags, high),
  store64: (address: number, value: bigint, flags: number, high: number) => host.store64(address, value, flags, high),
});
