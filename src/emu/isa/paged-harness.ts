import { ColdEngine, type EngineHost } from './cold-engine.js';
import type { EngineMode } from './engine-mode.js';
import type { Isa } from './instruction.js';
import {
  CODE_TABLE,
  GUEST_BASE,
  PAGE,
  PAGE_SHIFT,
  PAGE_SIZE,
  PAGING_ROOM,
  READ_TABLE,
  WASM_PAGE,
  WRITE_TABLE,
} from './layout.js';

const SIZE = 16 * PAGE_SIZE;
export const RAM = 0x8000_0000;

/** No translation for an address, which is its text. */
export class NoPage extends Error {}

/**
 * For tests: an engine over some pages of RAM that are seen otherwise in every space. Where a page leads is one entry of a table of
 * its own, at the address `entryOf` gives, and changes of it are told to the engine.
 */
export class PagedMachine {
  readonly engine: ColdEngine;
  readonly memory = new WebAssembly.Memory({ initial: (GUEST_BASE + SIZE + PAGING_ROOM) / WASM_PAGE });
  readonly ram = new DataView(this.memory.buffer, GUEST_BASE, SIZE);
  readonly words = new Int32Array(this.memory.buffer);
  /** Accesses and fetches that the engine asked for, oldest first. */
  readonly calls: string[] = [];
  readonly tracked = new Set<number>();
  code = 0;
  data = 0;
  /** Called at every access that the engine asks for. */
  onAccess: () => void = () => {};
  readonly #tables = new Map<string, { physical: number; write: boolean; entry: number }>();
  readonly #walked: number[] = [];
  #entries = 0x10_0000;

  constructor(isa: Isa, mode: EngineMode) {
    for (let page = RAM >>> PAGE_SHIFT; page < (RAM + SIZE) >>> PAGE_SHIFT; page++) {
      for (const table of [READ_TABLE, WRITE_TABLE]) this.words[(table >> 2) + page] = GUEST_BASE - RAM;
    }
    const helpers = Object.fromEntries(Object.keys(isa.helpers).map((name) => [name, () => 0]));
    const room = GUEST_BASE + SIZE;
    this.engine = new ColdEngine(isa, this.memory, { ...this.#host(), helpers }, { mode, room });
  }

  /** From now on a page of a space shows a physical one; its entry changes. */
  map(space: number, virtual: bigint, physical: number, write = true): void {
    const key = keyOf(space, virtual);
    const known = this.#tables.get(key);
    const entry = known?.entry ?? this.#entries;
    if (!known) this.#entries += 8;
    this.#tables.set(key, { physical, write, entry });
    this.engine.invalidate(entry, 8);
  }
  unmap(space: number, virtual: bigint): void {
    const { entry } = this.#tables.get(keyOf(space, virtual))!;
    this.#tables.delete(keyOf(space, virtual));
    this.engine.invalidate(entry, 8);
  }

  enter(code: number, data: number): void {
    [this.code, this.data] = [code, data];
    this.engine.enterRegime(code, data);
  }

  /** Instructions at a physical address. */
  write(physical: number, words: readonly number[]): void {
    for (const [i, word] of words.entries()) this.ram.setUint32(physical - RAM + 4 * i, word, true);
    this.engine.invalidate(physical, 4 * words.length);
  }

  /** Runs to an EBREAK, from an address; gives where it is. */
  run(pc: bigint): bigint {
    const { engine } = this;
    engine.pc = Number(pc & 0xffff_ffffn);
    engine.pcHigh = Number(pc >> 32n) | 0;
    engine.budget = 100_000;
    const exit = engine.run();
    if (exit.kind !== 'trap' || exit.trap !== 'ebreak') throw new Error(`left by ${JSON.stringify(exit)}`);
    return (BigInt(engine.pcHigh >>> 0) << 32n) + BigInt(engine.pc);
  }

  #translate(space: number, low: number, high: number): { physical: number; write: boolean } {
    this.#walked.length = 0;
    const virtual = (BigInt(high >>> 0) << 32n) + BigInt(low >>> 0);
    if (space === 0) {
      if (high !== 0 || low >>> 0 < RAM || low >>> 0 >= RAM + SIZE) throw new NoPage(virtual.toString(16));
      return { physical: low >>> 0, write: true };
    }
    const found = this.#tables.get(keyOf(space, virtual));
    if (found === undefined) throw new NoPage(virtual.toString(16));
    this.#walked.push(0xf_0000 + 8 * space, found.entry);
    return { physical: found.physical + ((low >>> 0) % PAGE_SIZE), write: found.write };
  }

  #access(kind: string, low: number, high: number): number {
    const { physical, write } = this.#translate(this.data, low, high);
    if (kind === 'store' && !write) throw new NoPage(`write ${(low >>> 0).toString(16)}`);
    this.calls.push(`${kind} ${physical.toString(16)}`);
    this.onAccess();
    if (kind === 'store') this.engine.invalidate(physical, 8);
    if (this.data !== 0) this.engine.tlb!.fill(low, high, physical, true, write, this.#walked);
    return physical - RAM;
  }

  #host(): Omit<EngineHost, 'helpers'> {
    const { ram, words } = this;
    const fetch = (low: number, carry: number) =>
      this.#translate(this.code, low, this.engine.pcHigh + carry).physical - RAM;
    return {
      load: (low, size, _, high = 0) => {
        const at = this.#access('load', low, high);
        return size === 1 ? ram.getUint8(at) : size === 2 ? ram.getUint16(at, true) : ram.getInt32(at, true);
      },
      load64: (low, _, high = 0) => ram.getBigInt64(this.#access('load', low, high), true),
      store: (low, value, size, _, high = 0) => {
        const at = this.#access('store', low, high);
        if (size === 1) ram.setUint8(at, value);
        else if (size === 2) ram.setUint16(at, value, true);
        else ram.setInt32(at, value, true);
      },
      store64: (low, value, _, high = 0) => ram.setBigInt64(this.#access('store', low, high), value, true),
      fetch16: (low, carry = 0) => {
        const at = fetch(low, carry);
        this.calls.push(`fetch ${(RAM + at).toString(16)}`);
        return ram.getUint16(at, true);
      },
      codeAt: (low) => attempt(() => ram.getUint16(fetch(low, 0), true)),
      codeAddress: (low, carry) => attempt(() => RAM + fetch(low, carry)) ?? -1,
      walked: () => this.#walked,
      trackTable: (address, on) => {
        if (on) this.tracked.add(address >>> PAGE_SHIFT);
        else this.tracked.delete(address >>> PAGE_SHIFT);
      },
      constantWord: () => undefined,
      codeDecoded: (physical, _, elsewhere) => {
        const page = physical >>> PAGE_SHIFT;
        const host = (words[(READ_TABLE >> 2) + page]! + (page << PAGE_SHIFT)) | 0;
        if (words[(WRITE_TABLE >> 2) + page] !== 0) this.engine.tlb!.withdraw(host);
        words[(WRITE_TABLE >> 2) + page] = 0;
        // a store of the program beside code that it sees there alone
        new Uint8Array(words.buffer)[CODE_TABLE + page] = elsewhere ? 0 : PAGE.code;
      },
    };
  }
}

const keyOf = (space: number, virtual: bigint) => `${space} ${virtual >> 12n}`;

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof NoPage) return undefined;
    throw error;
  }
}
