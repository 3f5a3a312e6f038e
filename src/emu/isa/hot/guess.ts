import { argsOf, isPure, type Program } from '../ir.js';
import { fold, type Scalar } from '../semantics.js';
import type { Part } from './flow.js';

/**
 * Guesses which memory the loads of a block will read, from the registers as they stand when it is compiled: it works out
 * what the code makes of them. A sum with an address in it is taken for an address.
 */
export class Expectation<Place> {
  readonly #register: (index: number) => Scalar;
  readonly #placeOf: (address: number) => Place | undefined;
  readonly #values: Map<number, Scalar>;

  /** `placeOf`: the memory an address lies in, if that is plain memory; `before`: what is known at the end of the block that comes before. */
  constructor(
    register: (index: number) => Scalar,
    placeOf: (address: number) => Place | undefined,
    before?: Expectation<Place>,
  ) {
    this.#values = new Map(before === undefined ? [] : before.#values);
    this.#register = register;
    this.#placeOf = placeOf;
  }

  /** Where the first load of the next instruction will read. */
  next(program: Program): Place | undefined {
    const load = program.find(({ op }) => op === 'load');
    const address = load?.op === 'load' ? this.#addressOf(program, load.args[0]) : undefined;
    for (const node of program) {
      if (node.op !== 'setReg') continue;
      const index = program[node.args[0]]!;
      if (index.op !== 'const') continue;
      const value = this.#addressOf(program, node.args[1]);
      if (value === undefined) this.#values.delete(Number(index.value));
      else this.#values.set(Number(index.value), value);
    }
    return address === undefined ? undefined : this.#place(address);
  }

  /** A value, or the first address in the expression for it. */
  #addressOf(program: Program, id: number): Scalar | undefined {
    const value = scalarOf(program, id, (index) => this.#present(index));
    if (value !== undefined && this.#place(value) !== undefined) return value;
    return this.#addressIn(program, id) ?? value;
  }

  #addressIn(program: Program, id: number): Scalar | undefined {
    const node = program[id]!;
    if (node.op === 'reg' || node.op === 'const') {
      const value = scalarOf(program, id, (index) => this.#present(index));
      return value !== undefined && this.#place(value) !== undefined ? value : undefined;
    }
    if (node.op !== 'add' && node.op !== 'sub') return undefined;
    return this.#addressIn(program, node.args[0]!) ?? this.#addressIn(program, node.args[1]!);
  }

  /** What came from memory may well be what came from there last time. */
  #present(index: number): Scalar {
    return this.#values.get(index) ?? this.#register(index);
  }
  #place(address: Scalar): Place | undefined {
    if (typeof address === 'number') return this.#placeOf(address >>> 0);
    return address >> 32n === 0n ? this.#placeOf(Number(address)) : undefined;
  }
}

const MOST_ENTRIES = 256;

/**
 * Where a branch through a table that follows it goes (TBB and TBH): the targets for index 0, 1 … up to where the code
 * of the nearest target begins. Empty where the target depends on anything else.
 */
export function tableTargets({ program, pc, length }: Part, halfword: (address: number) => number): number[] {
  const branch = program.find(({ op }) => op === 'branch');
  if (branch?.op !== 'branch') return [];
  const targets = new Set<number>();
  let nearest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < MOST_ENTRIES; index++) {
    let entry = -1;
    const load = (address: number, size: number) => {
      entry = address;
      const half = halfword(address & ~1);
      return size === 1 ? (half >>> (8 * (address & 1))) & 0xff : half;
    };
    const target = scalarOf(program, branch.args[0], () => index, load);
    if (target === undefined || entry < pc + length || entry >= nearest) break;
    const address = Number(target) >>> 0;
    if (address > entry) nearest = Math.min(nearest, address);
    targets.add(address);
  }
  return [...targets];
}

type Load = (address: number, size: number) => number;

function scalarOf(
  program: Program,
  id: number,
  register: (index: number) => Scalar | undefined,
  load?: Load,
): Scalar | undefined {
  const node = program[id]!;
  if (node.op === 'load' && load && node.size <= 2) {
    const address = scalarOf(program, node.args[0], register);
    return address === undefined ? undefined : load(Number(address) >>> 0, node.size);
  }
  if (node.op === 'const') return node.value;
  if (node.op === 'reg') {
    const index = program[node.args[0]]!;
    return index.op === 'const' ? register(Number(index.value)) : undefined;
  }
  if (!isPure(node.op)) return undefined;
  const values = argsOf(node).map((arg) => scalarOf(program, arg, register, load));
  if (values.some((value) => value === undefined)) return undefined;
  const first = program[argsOf(node)[0]!]!.type;
  return first === 'void' || node.type === 'void'
    ? undefined
    : fold(node.op, node.op === 'select' ? node.type : first, values as Scalar[]);
}
