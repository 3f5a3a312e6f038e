import { argsOf, isPure, type Program } from './ir.js';

/** Nodes that later reads must not be moved across. */
const EFFECTS = new Set([
  'setReg',
  'set',
  'load',
  'store',
  'branch',
  'trap',
  'helper',
  'writeVar',
  'if',
  'else',
  'bits',
  'end',
]);

/** Which single-use values are printed where they are used instead of being kept in a local. */
export function deferredValues(program: Program): Set<number> {
  const users = new Map<number, number[]>();
  for (const [id, node] of program.entries()) {
    for (const arg of argsOf(node)) users.set(arg, [...(users.get(arg) ?? []), id]);
  }
  const deferred = new Set<number>();
  const usedAt = new Map<number, number>();
  for (let id = program.length - 1; id >= 0; id--) {
    const node = program[id]!;
    const uses = users.get(id) ?? [];
    if (uses.length !== 1) continue;
    const user = uses[0]!;
    const at = deferred.has(user) ? usedAt.get(user)! : user;
    const read = node.op === 'reg' || node.op === 'get' || node.op === 'readVar';
    if (!read && !isPure(node.op)) continue;
    if (read && program.slice(id + 1, at).some((between) => EFFECTS.has(between.op))) continue;
    deferred.add(id);
    usedAt.set(id, at);
  }
  return deferred;
}
