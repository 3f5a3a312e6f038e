import type { Fields } from './instruction.js';
import { argsOf, type Node, type Program } from './ir.js';
import { decodedValue } from './record.js';

/** Registers that an instruction writes, and that its addresses are made of, as bits; and where it branches, if that is known. */
export interface RegisterUse {
  readonly writes: number;
  readonly addresses: number;
  readonly target: number | undefined;
}

interface Sites {
  /** Nodes whose value is the number of a register, or a word with its bit. */
  readonly writes: readonly number[];
  readonly addresses: readonly number[];
  readonly target: number | undefined;
}

const known = new WeakMap<Program, Sites>();

/** Of one encoding at an address; `program` is the one with symbolic operands. */
export function registerUse(program: Program, fields: Fields, pc: number): RegisterUse {
  let sites = known.get(program);
  if (!sites) {
    sites = sitesOf(program);
    known.set(program, sites);
  }
  const mask = (ids: readonly number[]) => {
    let bits = 0;
    for (const id of ids) {
      const node = program[id]!;
      bits |=
        node.op === 'bits'
          ? decodedValue(program, node.args[0], fields, pc)
          : 1 << decodedValue(program, id, fields, pc);
    }
    return bits;
  };
  const target = sites.target === undefined ? undefined : decodedValue(program, sites.target, fields, pc) >>> 0;
  return { writes: mask(sites.writes), addresses: mask(sites.addresses), target };
}

function sitesOf(program: Program): Sites {
  const writes: number[] = [];
  const addresses = new Set<number>();
  let target: number | undefined;
  for (const node of program) {
    if (node.op === 'setReg') writes.push(node.args[0]);
    else if (node.op === 'load' || node.op === 'store') collect(program, node.args[0], addresses);
    else if (node.op === 'branch' && isDecoded(program, node.args[0])) target = node.args[0];
  }
  return { writes, addresses: [...addresses], target };
}

/** Whether a value follows from operands and pc alone. */
export function isDecoded(program: Program, id: number): boolean {
  const node = program[id]!;
  if (node.op === 'const' || node.op === 'operand' || node.op === 'pc') return true;
  return isComputed(node) && argsOf(node).every((arg) => isDecoded(program, arg));
}

const STATEFUL = new Set<Node['op']>(['reg', 'get', 'load', 'helper', 'readVar', 'var', 'bits', 'pcHigh']);
const isComputed = (node: Node) => !STATEFUL.has(node.op);

/** The register numbers that go into a value. */
function collect(program: Program, id: number, into: Set<number>): void {
  const node = program[id]!;
  if (node.op === 'reg') into.add(node.args[0]);
  else if (node.op === 'readVar') collect(program, node.variable, into);
  else if (node.op !== 'load') for (const arg of argsOf(node)) collect(program, arg, into);
}
