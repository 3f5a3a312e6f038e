import { ColdEngine, type EngineHost } from './cold-engine.js';
import type { EngineMode } from './engine-mode.js';
import type { Isa } from './instruction.js';
import { CODE_TABLE, GUEST_BASE, PAGE_SHIFT, PAGE_SIZE, READ_TABLE, WASM_PAGE, WRITE_TABLE } from './layout.js';

/** For tests: an engine over flat RAM from `base` up, without bus, devices or CPU. */
export interface FlatMachine {
  readonly engine: ColdEngine;
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  readonly ram: Uint8Array;
  readonly words: Int32Array;
  /** Calls that the engine made into its host, oldest first. */
  readonly calls: string[];
}

/** `direct` pages are reached by the engine's fast path; without it every access goes through the host. */
export function flatMachine(
  isa: Isa,
  size: number,
  options: { base?: number; direct?: boolean; helpers?: EngineHost['helpers']; mode?: EngineMode } = {},
): FlatMachine {
  const base = options.base ?? 0x8000_0000;
  const memory = new WebAssembly.Memory({ initial: GUEST_BASE / WASM_PAGE + Math.ceil(size / WASM_PAGE) });
  const words = new Int32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const ram = new Uint8Array(memory.buffer, GUEST_BASE, size);
  const view = new DataView(memory.buffer, GUEST_BASE, size);
  const calls: string[] = [];
  if (options.direct ?? true) {
    for (let at = 0; at < size; at += PAGE_SIZE) {
      for (const table of [READ_TABLE, WRITE_TABLE]) words[(table >> 2) + ((base + at) >>> 12)] = GUEST_BASE - base;
    }
  }
  const offset = (address: number, length: number, high = 0): number => {
    const at = (address - base) >>> 0;
    if (high !== 0 || at + length > size) throw new RangeError(`no memory at 0x${(address >>> 0).toString(16)}`);
    return at;
  };
  const quiet = Object.fromEntries(Object.keys(isa.helpers).map((name) => [name, () => 0]));
  const host: EngineHost = {
    load: (address, length, _, high) => {
      const at = offset(address, length, high);
      calls.push(`load${length} ${at}`);
      return length === 1 ? view.getUint8(at) : length === 2 ? view.getUint16(at, true) : view.getInt32(at, true);
    },
    load64: (address, _, high) => view.getBigInt64(offset(address, 8, high), true),
    store: (address, value, length, _, high) => {
      const at = offset(address, length, high);
      calls.push(`store${length} ${at}`);
      if (length === 1) view.setUint8(at, value);
      else if (length === 2) view.setUint16(at, value, true);
      else view.setInt32(at, value, true);
    },
    store64: (address, value, _, high) => view.setBigInt64(offset(address, 8, high), value, true),
    fetch16: (address) => view.getUint16(offset(address, 2), true),
    codeAt: (address) => {
      const at = (address - base) >>> 0;
      return at + 2 > size ? undefined : view.getUint16(at, true);
    },
    constantWord: () => undefined,
    codeDecoded: (address, length) => {
      if (!(options.direct ?? true)) return;
      for (const page of [address >>> PAGE_SHIFT, (address + length - 1) >>> PAGE_SHIFT]) {
        words[(WRITE_TABLE >> 2) + page] = 0;
        bytes[CODE_TABLE + page] = 1;
      }
    },
    helpers: { ...quiet, ...options.helpers },
  };
  const engine = new ColdEngine(isa, memory, host, { mode: options.mode ?? 'cold' });
  return { engine, memory, base, ram, words, calls };
}
