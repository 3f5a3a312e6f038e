import { BIT_EXTENSIONS } from '../../src/emu/cpu/riscv/bit-row.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { CSR_OPERATION } from '../../src/emu/cpu/riscv/zicsr.js';
import { flatMachine } from '../../src/emu/isa/engine-harness.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';

/**
 * As much of a hart in machine mode as a program of floating-point instructions needs around the engine, on RAM alone: CSRs that
 * keep what is written to them, fcsr, and a trap vector. An access outside RAM ends the run.
 */

const BASE = 0x8000_0000;
const CSR = { fflags: 1, frm: 2, fcsr: 3, mtvec: 0x305, mepc: 0x341, mcause: 0x342 } as const;
const CAUSE = { illegal: 2, breakpoint: 3, ecall: 11 } as const;
const SLICE = 10_000_000;

class IllegalInstruction extends Error {}

export class FloatHart {
  readonly ram: Uint8Array;
  /** Calls of the environment that `onEcall` does not take go to the trap vector. */
  onEcall: (() => boolean) | undefined;
  readonly #machine;
  readonly #csrs = new Map<number, bigint>();
  readonly #long: boolean;

  constructor(xlen: Xlen, size: number) {
    this.#long = xlen === 64;
    this.#machine = flatMachine(xlen === 64 ? rv64gc : rv32gc, size, {
      base: BASE,
      mode: defaultEngine(),
      helpers: {
        csr: (...args) => this.#access(args),
        reservedRounding: () => {
          throw new IllegalInstruction();
        },
      },
    });
    this.ram = this.#machine.ram;
    for (const name of ['fpOn', 'fpdOn', ...BIT_EXTENSIONS]) this.#set(name, 1);
  }

  x(index: number): number {
    const { words, engine } = this.#machine;
    return words[(engine.layout.registers + index * engine.layout.registerSize) >> 2]!;
  }

  /** Runs from the start of RAM until an access leaves it, or `onEcall` says so; gives the address of the last instruction. */
  run(most: number): number {
    const { engine } = this.#machine;
    engine.pc = BASE;
    for (let left = most; left > 0; left -= SLICE) {
      engine.budget = SLICE;
      while (engine.budget > 0) {
        try {
          const exit = engine.run();
          if (exit.kind === 'undefined' || (exit.kind === 'trap' && exit.trap === 'illegal')) this.#trap(CAUSE.illegal);
          else if (exit.kind === 'trap' && exit.trap === 'mret') engine.pc = this.#word(CSR.mepc);
          else if (exit.kind === 'trap' && exit.trap === 'ebreak') this.#trap(CAUSE.breakpoint);
          else if (exit.kind === 'trap') {
            if (this.onEcall?.()) return engine.pc;
            this.#trap(CAUSE.ecall);
          }
        } catch (error) {
          if (error instanceof RangeError) return engine.pc;
          if (!(error instanceof IllegalInstruction)) throw error;
          this.#trap(CAUSE.illegal);
        }
      }
    }
    throw new Error(`the program does not end, pc is 0x${engine.pc.toString(16)}`);
  }

  #trap(cause: number): void {
    const { engine } = this.#machine;
    this.#csrs.set(CSR.mepc, BigInt(engine.pc));
    this.#csrs.set(CSR.mcause, BigInt(cause));
    engine.pc = this.#word(CSR.mtvec);
    engine.budget--;
  }
  #word(csr: number): number {
    return Number(BigInt.asUintN(32, this.#csrs.get(csr) ?? 0n)) & ~1;
  }

  #get(name: string): number {
    const { words, engine } = this.#machine;
    return words[engine.layout.scalars[name]!.offset >> 2]!;
  }
  #set(name: string, value: number): void {
    const { words, engine } = this.#machine;
    words[engine.layout.scalars[name]!.offset >> 2] = value;
  }

  #read(csr: number): bigint {
    if (csr === CSR.fflags) return BigInt(this.#get('fflags'));
    if (csr === CSR.frm) return BigInt(this.#get('frm'));
    if (csr === CSR.fcsr) return BigInt((this.#get('frm') << 5) | this.#get('fflags'));
    return this.#csrs.get(csr) ?? 0n;
  }
  #write(csr: number, value: bigint): void {
    const low = Number(BigInt.asUintN(32, value));
    if (csr === CSR.fflags || csr === CSR.fcsr) this.#set('fflags', low & 31);
    if (csr === CSR.frm) this.#set('frm', low & 7);
    else if (csr === CSR.fcsr) this.#set('frm', (low >>> 5) & 7);
    else if (csr !== CSR.fflags) this.#csrs.set(csr, value);
  }

  #access(args: readonly number[]): number {
    const [csr, operation, low] = args as [number, number, number];
    const writes = args.at(-1) !== 0;
    const value = this.#long ? (BigInt(args[3]!) << 32n) | BigInt(low >>> 0) : BigInt(low);
    const old = this.#read(csr);
    if (writes) {
      if (operation === CSR_OPERATION.set) this.#write(csr, old | value);
      else this.#write(csr, operation === CSR_OPERATION.clear ? old & ~value : value);
    }
    if (this.#long) this.#set('csrHigh', Number(BigInt.asIntN(32, old >> 32n)));
    return Number(BigInt.asIntN(32, old));
  }
}
