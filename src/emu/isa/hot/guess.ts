import { argsOf, isPure, type Program } from '../ir.js';
import { fold, type Scalar } from '../semantics.js';
import type { Part } from './flow.js';

/**
 * Where the first load of an instruction would read with the registers as they stand: a guess at the memory it will
 * read when compiled code comes to it. Undefined where it has no load, or the address depends on more than registers.
 */
export function expectedAddress(program: Program, register: (index: number) => number): number | undefined {
  const load = program.find(({ op }) => op === 'load');
  if (load?.op !== 'load') return undefined;
  const address = scalarOf(program, load.args[0], register);
  return address === undefined ? undefined : Number(address) >>> 0;
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

function scalarOf(program: Program, id: number, register: (index: number) => number, load?: Load): Scalar | undefined {
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
