import { argsOf, isPure, type Node, type Program } from './ir.js';

/** Nodes that later reads must not be moved across. */
const EFFECTS = new Set<Node['op']>([
  'setReg',
  'set',
  'load',
  'store',
  'branch',
  'trap',
  'helper',
  'guard',
  'rarely',
  'writeVar',
  'if',
  'else',
  'bits',
  'end',
]);

const NOBODY = -1;
const SEVERAL = -2;

/**
 * Which single-use values are printed where they are used instead of being kept in a local: for every node, the node
 * at which it is printed in the end, or a negative number for itself.
 */
export function deferredValues(program: Program): Int32Array {
  const { length } = program;
  const user = new Int32Array(length).fill(NOBODY);
  /** Effects before each node. */
  const effects = new Int32Array(length + 1);
  for (let id = 0; id < length; id++) {
    const node = program[id]!;
    for (const arg of argsOf(node)) user[arg] = user[arg] === NOBODY ? id : SEVERAL;
    effects[id + 1] = effects[id]! + (EFFECTS.has(node.op) ? 1 : 0);
  }
  for (let id = length - 1; id >= 0; id--) {
    const { op } = program[id]!;
    if (user[id]! < 0) continue;
    const read = op === 'reg' || op === 'get' || op === 'readVar' || op === 'pcHigh';
    // an operation moves to where its user is printed
    const at = user[user[id]!]! >= 0 ? user[user[id]!]! : user[id]!;
    const moves = read ? effects[at] === effects[id + 1] : isPure(op);
    user[id] = moves ? at : NOBODY;
  }
  return user;
}
