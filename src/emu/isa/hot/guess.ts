import { argsOf, isPure, type Program } from '../ir.js';
import { fold, type Scalar } from '../semantics.js';

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

function scalarOf(program: Program, id: number, register: (index: number) => number): Scalar | undefined {
  const node = program[id]!;
  if (node.op === 'const') return node.value;
  if (node.op === 'reg') {
    const index = program[node.args[0]]!;
    return index.op === 'const' ? register(Number(index.value)) : undefined;
  }
  if (!isPure(node.op)) return undefined;
  const values = argsOf(node).map((arg) => scalarOf(program, arg, register));
  if (values.some((value) => value === undefined)) return undefined;
  const first = program[argsOf(node)[0]!]!.type;
  return first === 'void' || node.type === 'void'
    ? undefined
    : fold(node.op, node.op === 'select' ? node.type : first, values as Scalar[]);
}
