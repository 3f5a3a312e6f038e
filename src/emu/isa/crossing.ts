import type { ColdEngine, EngineExit, EngineHost } from './cold-engine.js';
import type { Decoded } from './decoder.js';
import { type Environment, evaluate } from './evaluate.js';
import { isLong } from './instruction.js';
import type { Program } from './ir.js';
import type { Scalar } from './semantics.js';
import { accessFlags } from './slow-path.js';
import { emit, staticsOf } from './variant.js';

/** No direct branch goes farther. */
const REACH = 1 << 20;
const SPACE = 2 ** 32;

/** The trap of a computed branch to where pc has another high word, and the i64 scalar that says where. */
export const FAR = { trap: 'far', target: 'farTarget' } as const;

/**
 * Instructions about multiples of 4 GiB that go on beyond one, straight or by a direct branch. Where pc has 64 bits, compiled code
 * knows the low word alone; so these, which hardly occur, are executed here.
 */
export class Crossing {
  readonly #engine: ColdEngine;
  readonly #host: EngineHost;
  readonly #view: DataView;
  readonly #isLong: boolean;

  constructor(engine: ColdEngine, memory: WebAssembly.Memory, host: EngineHost) {
    this.#engine = engine;
    this.#host = host;
    this.#view = new DataView(memory.buffer);
    this.#isLong = isLong(engine.isa);
  }

  /** Whether an instruction may go on where the high word is another one. */
  mayLeave(pc: number, decoded: Decoded): boolean {
    if (!this.#isLong || (pc + REACH) >>> 0 >= 2 * REACH) return false;
    if (pc + decoded.length >= SPACE) return true;
    const target = this.#targetOf(this.#program(pc, decoded));
    return target !== undefined && isBeyond(pc + ((target - pc) | 0));
  }

  /** Executes the instruction at an address; gives why the engine is left, if it is. */
  execute(pc: number): EngineExit | undefined {
    const engine = this.#engine;
    const decoded = engine.decode(pc)!;
    const program = this.#program(pc, decoded);
    const outcome = evaluate(program, this.#environment());
    engine.budget -= outcome.cycles;
    if (outcome.kind === 'trap') {
      if (outcome.resume === 'next') this.#goTo(pc + decoded.length);
      return { kind: 'trap', trap: outcome.trap, argument: outcome.argument };
    }
    if (outcome.kind === 'next') this.#goTo(pc + decoded.length);
    else if (this.#targetOf(program) === undefined) this.#goTo(outcome.target);
    else this.#goTo(pc + ((outcome.target - pc) | 0));
    return undefined;
  }

  /** Below 0 and from 2³² on: in the 4 GiB beside these. */
  #goTo(address: number): void {
    const engine = this.#engine;
    engine.pc = address >>> 0;
    if (isBeyond(address)) engine.pcHigh = (engine.pcHigh + Math.sign(address)) | 0;
  }

  #program(pc: number, { row, fields }: Decoded): Program {
    const literal = { fields, pc, pcHigh: BigInt(this.#engine.pcHigh) << 32n };
    return emit(this.#engine.isa, { row, statics: staticsOf(row, fields), inItBlock: false }, literal);
  }

  /** Of a direct branch. */
  #targetOf(program: Program): number | undefined {
    const branch = program.find(({ op }) => op === 'branch');
    const target = branch?.op === 'branch' ? program[branch.args[0]]! : undefined;
    return target?.op === 'const' ? Number(target.value) >>> 0 : undefined;
  }

  #environment(): Environment {
    const [view, host] = [this.#view, this.#host];
    const { registers, scalars } = this.#engine.layout;
    return {
      register: (index) => view.getBigInt64(registers + 8 * index, true),
      setRegister: (index, value) => view.setBigInt64(registers + 8 * index, BigInt(value), true),
      scalar: (name) => this.#scalar(scalars[name]!),
      setScalar: (name, value) => this.#setScalar(scalars[name]!, value),
      load: (address, size, access, high) => {
        const flags = accessFlags(access);
        if (size === 8) return BigInt.asUintN(64, host.load64(address | 0, flags, high));
        return BigInt.asUintN(8 * size, BigInt(host.load(address | 0, size, flags, high)));
      },
      store: (address, size, value, access, high) => {
        const flags = accessFlags(access);
        if (size === 8) host.store64(address | 0, BigInt.asIntN(64, value), flags, high);
        else host.store(address | 0, Number(BigInt.asIntN(32, value)), size, flags, high);
      },
      helper: (name, args) => host.helpers[name]!(...args.map(Number)),
    };
  }

  #scalar({ offset, type }: { offset: number; type: string }): Scalar {
    if (type === 'i64') return this.#view.getBigInt64(offset, true);
    return type === 'i32' ? this.#view.getInt32(offset, true) : this.#view.getFloat64(offset, true);
  }
  #setScalar({ offset, type }: { offset: number; type: string }, value: Scalar): void {
    if (type === 'i64') this.#view.setBigInt64(offset, BigInt(value), true);
    else if (type === 'i32') this.#view.setInt32(offset, Number(value), true);
    else this.#view.setFloat64(offset, Number(value), true);
  }
}

const isBeyond = (address: number) => address < 0 || address >= SPACE;
