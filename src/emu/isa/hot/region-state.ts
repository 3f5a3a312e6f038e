import type { Isa } from '../instruction.js';
import type { Program, Type } from '../ir.js';
import { LINES, type StateLayout } from '../layout.js';
import type { FunctionBody } from '../wasm/code.js';
import { STATE_LOAD, STATE_STORE } from '../wasm/opcodes.js';
import type { Region } from './region.js';

/** A register or scalar that the region keeps in a local. */
export interface Kept {
  readonly local: number;
  readonly type: Type;
  readonly offset: number;
  /** The local of its value at the end of the present segment. */
  next?: number;
}

/** The registers and scalars of a region, in locals of its function, and what happens to them in a segment. */
export class RegionState {
  readonly #isa: Isa;
  readonly #layout: StateLayout;
  readonly #out: FunctionBody;
  readonly #registers = new Map<number, Kept>();
  readonly #scalars = new Map<string, Kept>();
  readonly #written = new Set<Kept>();
  /** The local of LINES.count, where lines of code are waited for. */
  readonly count: number | undefined;

  /** Gives a local to every register and scalar that occurs, and notes which are written. */
  constructor(isa: Isa, layout: StateLayout, out: FunctionBody, { blocks }: Region, slowCode: boolean) {
    this.#isa = isa;
    this.#layout = layout;
    this.#out = out;
    if (slowCode) {
      const kept: Kept = { local: out.local('i64'), type: 'i64', offset: LINES.count };
      this.#scalars.set('', kept);
      this.#written.add(kept);
      this.count = kept.local;
    }
    for (const { program, predicate } of blocks.flatMap(({ steps }) => steps.flatMap(({ parts }) => parts))) {
      this.#allocate(program);
      if (predicate) this.#allocate(predicate.test);
    }
  }

  #allocate(program: Program): void {
    for (const node of program) {
      if (node.op === 'reg' || node.op === 'setReg') {
        const index = program[node.args[0]]!;
        if (index.op !== 'const') continue;
        const kept = this.register(Number(index.value));
        if (node.op === 'setReg') this.#written.add(kept);
      } else if (node.op === 'get' || node.op === 'set' || node.op === 'guard') {
        const kept = this.scalar(node.name);
        if (node.op === 'set') this.#written.add(kept);
      }
    }
  }

  register(index: number): Kept {
    let kept = this.#registers.get(index);
    if (!kept) {
      const { type } = this.#isa.state.registers;
      const offset = this.#layout.registers + index * this.#layout.registerSize;
      kept = { local: this.#out.local(type), type, offset };
      this.#registers.set(index, kept);
    }
    return kept;
  }

  scalar(name: string): Kept {
    let kept = this.#scalars.get(name);
    if (!kept) {
      const { type, offset } = this.#layout.scalars[name]!;
      kept = { local: this.#out.local(type), type, offset };
      this.#scalars.set(name, kept);
    }
    return kept;
  }

  /** Puts what is written anywhere in the region into memory. */
  spill(): void {
    for (const { local, type, offset } of this.#written) {
      this.#out.i32(0).get(local).memory(STATE_STORE[type], offset);
    }
  }

  /** Takes scalars, and registers unless told otherwise, from memory. */
  reload(registers = true): void {
    for (const kept of registers ? [this.#registers, this.#scalars] : [this.#scalars]) {
      for (const { local, type, offset } of kept.values()) this.#out.i32(0).memory(STATE_LOAD[type], offset).set(local);
    }
  }
}
