import type { Node, Program, PureOp } from './ir.js';
import type { HotContext, WordKnowledge } from './print-context.js';

/** What is known of the registers as an instruction finds them. */
export type KnownWords = Pick<HotContext, 'wordIn'>;

/** Which values of 64 bits are words with the sign extended: what RV64's word operations give, and compilers keep 32-bit variables as. */

const BITWISE = new Set<Node['op']>(['and', 'or', 'xor']);
const TRUTHS = new Set<Node['op']>(['eq', 'ne', 'ltS', 'ltU', 'leS', 'leU']);
/** Operations that `wordOf` follows this deep: bodies are no deeper. */
const DEEPEST = 4;

/** What is known of a value, given what is known of the registers it is made of as the instruction finds them. */
export function wordOf(program: Program, node: Node, hot: KnownWords, depth = 0): WordKnowledge {
  if (node.type !== 'i64' || depth > DEEPEST) return 'any';
  const of = (id: number) => wordOf(program, program[id]!, hot, depth + 1);
  switch (node.op) {
    case 'const':
      return BigInt.asIntN(32, node.value as bigint) === node.value ? 'word' : 'any';
    case 'reg': {
      const index = program[node.args[0]]!;
      return index.op === 'const' ? hot.wordIn(Number(index.value)) : 'any';
    }
    case 'extendS':
      return 'extended';
    case 'extendU':
      return TRUTHS.has(program[node.args[0]!]!.op) ? 'word' : 'any';
    case 'load':
      if (node.access.signed && node.size <= 4) return 'extended';
      return node.size <= 2 ? 'word' : 'any';
    case 'shrU':
      return (shiftOf(program, node) ?? 0) > 32 ? 'word' : 'any';
    case 'shrS':
      return (shiftOf(program, node) ?? 0) >= 32 || of(node.args[0]!) !== 'any' ? 'word' : 'any';
    case 'and':
    case 'or':
    case 'xor':
      return ofBoth(node.op, program, node.args as readonly [number, number], of);
    default:
      return 'any';
  }
}

function ofBoth(
  op: 'and' | 'or' | 'xor',
  program: Program,
  args: readonly [number, number],
  of: (id: number) => WordKnowledge,
): WordKnowledge {
  const [a, b] = [of(args[0]), of(args[1])];
  if (a !== 'any' && b !== 'any') return a === 'extended' || b === 'extended' ? 'extended' : 'word';
  return op === 'and' && args.some((id) => isNatural(program[id]!)) ? 'word' : 'any';
}

/** A constant that no sign extension changes, whatever is masked by it. */
const isNatural = (node: Node): boolean =>
  node.op === 'const' && typeof node.value === 'bigint' && node.value >= 0n && node.value < 1n << 31n;

function shiftOf(program: Program, { args }: { readonly args: readonly number[] }): number | undefined {
  const by = program[args[1]!]!;
  return by.op === 'const' ? Number(by.value) : undefined;
}

export type Pure = Extract<Node, { op: PureOp }>;

/** Whether an operation on 64 bits had better be done on words, and its result extended. */
export const isOfWords = (program: Program, node: Pure, hot: KnownWords): boolean =>
  BITWISE.has(node.op) && wordOf(program, node, hot) === 'extended';

/** The register whose low word an operation extends without changing it (ADDIW with 0, as compilers write SEXT.W), if it is known to hold a word. */
export function extendedAlready(
  program: Program,
  node: Pure,
  deferred: Int32Array,
  hot: KnownWords,
): number | undefined {
  if (node.op !== 'extendS') return undefined;
  let id = node.args[0]!;
  const sum = program[id]!;
  if (deferred[id]! >= 0 && sum.op === 'add') {
    const by = program[sum.args[1]!]!;
    if (by.op === 'const' && by.value === 0) id = sum.args[0]!;
  }
  const low = program[id]!;
  if (deferred[id]! < 0 || low.op !== 'wrap' || deferred[low.args[0]!]! < 0) return undefined;
  const value = program[low.args[0]!]!;
  return value.op === 'reg' && wordOf(program, value, hot) !== 'any' ? low.args[0]! : undefined;
}
