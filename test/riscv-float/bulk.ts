import { FIRST_F } from '../../src/emu/cpu/riscv/float-registers.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { encode, mnemonicOf } from '../differential/riscv-encode.js';
import type { Kind, Operation } from './operations.js';

/** Executes single instructions on given operands, one at a time, each with a breakpoint behind it. */

const BASE = 0x8000_0000;
const SIZE = 0x1000;
/** Registers of operands and result: those of rs1, rs2, rs3 and rd. */
const [S, T, U, D] = [11, 12, 13, 10];
const DYNAMIC = 7;
const C_EBREAK = 0x9002;
/** Enough for any instruction and its breakpoint: compiled code looks whether all of it fits. */
const BUDGET = 1000;

/** The result as its bits (a NaN-boxed single without its box), and fflags. */
export interface Found {
  readonly bits: bigint;
  readonly fflags: number;
}

const ILLEGAL: Found = { bits: -1n, fflags: -1 };

export class Bulk {
  readonly #machine;
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array | undefined;
  readonly #fflags: number;
  readonly #frm: number;

  constructor(xlen: Xlen) {
    const isa = xlen === 32 ? rv32gc : rv64gc;
    this.#rows = new Map(isa.rows.map((row) => [mnemonicOf(row), row]));
    this.#machine = flatMachine(isa, SIZE, { base: BASE, mode: defaultEngine() });
    const { engine, words } = this.#machine;
    const { registers, registerCount, scalars } = engine.layout;
    this.#words = new Int32Array(words.buffer, registers, registerCount * (xlen / 32));
    if (xlen === 64) this.#longs = new BigInt64Array(words.buffer, registers, registerCount);
    const at = (name: string) => scalars[name]!.offset >> 2;
    [this.#fflags, this.#frm] = [at('fflags'), at('frm')];
    for (const name of ['fpOn', 'fpdOn']) words[at(name)] = 1;
  }

  has({ mnemonic }: Operation): boolean {
    return this.#rows.has(mnemonic);
  }

  /** Places the instruction once for every static mode and once for the dynamic one. */
  place({ mnemonic, rounds }: Operation): void {
    const row = this.#rows.get(mnemonic)!;
    const { engine, ram } = this.#machine;
    engine.invalidate(BASE, SIZE);
    for (const r of rounds ? [0, 1, 2, 3, 4, DYNAMIC] : [0]) {
      const { word } = encode(row, { d: D!, s: S!, t: T!, u: U!, r });
      const code = new DataView(ram.buffer, ram.byteOffset);
      code.setUint32(16 * r, word, true);
      code.setUint16(16 * r + 4, C_EBREAK, true);
    }
  }

  /** `rm`: 0 to 4; `dynamic`: it stands in frm. */
  run(operation: Operation, rm: number, dynamic: boolean, operands: readonly bigint[], fflags: number): Found {
    const { engine, words } = this.#machine;
    for (const [i, bits] of operands.entries()) this.#set(operation.takes, [S!, T!, U!][i]!, bits);
    words[this.#fflags] = fflags;
    words[this.#frm] = dynamic ? rm : 7;
    engine.pc = BASE + 16 * (operation.rounds ? (dynamic ? DYNAMIC : rm) : 0);
    engine.budget = BUDGET;
    const exit = engine.run();
    if (exit.kind !== 'trap' || exit.trap !== 'ebreak') return ILLEGAL;
    return { bits: this.#get(operation.gives), fflags: words[this.#fflags]! };
  }

  #set(kind: Kind, register: number, bits: bigint): void {
    const value = kind === 's' ? bits | 0xffff_ffff_0000_0000n : bits;
    if (this.#longs) {
      this.#longs[typeof kind === 'number' ? register : FIRST_F + register] = value;
    } else if (typeof kind === 'number') this.#words[register] = Number(BigInt.asIntN(32, bits));
    else {
      this.#words[FIRST_F + 2 * register] = Number(BigInt.asIntN(32, value));
      this.#words[FIRST_F + 2 * register + 1] = Number(BigInt.asIntN(32, value >> 32n));
    }
  }

  /** What a register holds that is no proper result of its kind is given whole. */
  #get(kind: Kind): bigint {
    if (typeof kind === 'number') {
      const value = this.#longs ? this.#longs[D!]! : BigInt(this.#words[D!]!);
      const fits = kind === 64 || value === BigInt.asIntN(32, value);
      return BigInt.asUintN(fits ? kind : 64, value);
    }
    const [low, high] = [this.#words[FIRST_F + 2 * D!]!, this.#words[FIRST_F + 2 * D! + 1]!];
    const whole = this.#longs
      ? BigInt.asUintN(64, this.#longs[FIRST_F + D!]!)
      : (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    return kind === 's' && whole >> 32n === 0xffff_ffffn ? whole & 0xffff_ffffn : whole;
  }
}
