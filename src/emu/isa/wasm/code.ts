import type { Type } from '../ir.js';
import { OP, VALUE_TYPE } from './opcodes.js';

/** A growing list of bytes with WebAssembly's number encodings. */
export class Bytes {
  #data = new Uint8Array(64);
  length = 0;

  byte(...values: readonly number[]): this {
    for (const value of values) {
      if (this.length === this.#data.length) this.#grow(this.length + 1);
      this.#data[this.length++] = value;
    }
    return this;
  }

  /** Unsigned LEB128 of a number below 2³². */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of an i32. */
  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of an i64. */
  s64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  bytes(other: Uint8Array): this {
    if (this.length + other.length > this.#data.length) this.#grow(this.length + other.length);
    this.#data.set(other, this.length);
    this.length += other.length;
    return this;
  }

  text(value: string): this {
    const encoded = new TextEncoder().encode(value);
    return this.u32(encoded.length).bytes(encoded);
  }

  view(): Uint8Array {
    return this.#data.subarray(0, this.length);
  }

  #grow(least: number): void {
    const next = new Uint8Array(Math.max(least, this.#data.length * 2));
    next.set(this.#data.subarray(0, this.length));
    this.#data = next;
  }
}

/** Return address, saved registers, and operands that wait while a subroutine runs. */
const FRAME_OVERHEAD = 256;

/** The body of one WebAssembly function: code, and the locals it needs. */
export class FunctionBody {
  readonly code = new Bytes();
  readonly #parameters: number;
  readonly #locals: Type[] = [];

  constructor(parameters: readonly Type[]) {
    this.#parameters = parameters.length;
  }

  /** A new local of the type; gives its index. */
  local(type: Type): number {
    this.#locals.push(type);
    return this.#parameters + this.#locals.length - 1;
  }

  /**
   * Bytes that a call takes of the host's stack, about: a slot of 8 bytes for every local, and, as measured with V8's
   * optimizing compiler, which spills values to slots of their own, about a byte for every byte of code.
   */
  get frame(): number {
    return 8 * (this.#parameters + this.#locals.length) + this.code.length + FRAME_OVERHEAD;
  }

  op(...opcodes: readonly number[]): this {
    this.code.byte(...opcodes);
    return this;
  }
  get(local: number): this {
    this.code.byte(OP.local_get).u32(local);
    return this;
  }
  set(local: number): this {
    this.code.byte(OP.local_set).u32(local);
    return this;
  }
  tee(local: number): this {
    this.code.byte(OP.local_tee).u32(local);
    return this;
  }
  i32(value: number): this {
    this.code.byte(OP.i32_const).s32(value);
    return this;
  }
  i64(value: bigint): this {
    this.code.byte(OP.i64_const).s64(value);
    return this;
  }
  /** A load or store opcode with alignment 1 and a constant offset. */
  memory(opcode: number, offset: number): this {
    this.code.byte(opcode, 0).u32(offset);
    return this;
  }
  call(index: number): this {
    this.code.byte(OP.call).u32(index);
    return this;
  }
  /** Adds to an i64 at a constant address. */
  count(address: number, by = 1n): this {
    return this.i32(0).i32(0).memory(OP.i64_load, address).i64(by).op(OP.i64_add).memory(OP.i64_store, address);
  }
  br(depth: number, opcode: number = OP.br): this {
    this.code.byte(opcode).u32(depth);
    return this;
  }

  /** The function as it stands in the code section. */
  encode(): Uint8Array {
    const out = new Bytes();
    const runs: [number, Type][] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    out.u32(runs.length);
    for (const [count, type] of runs) out.u32(count).byte(VALUE_TYPE[type]);
    out.bytes(this.code.view()).byte(OP.end);
    return out.view();
  }
}
