/**
 * The linear intermediate representation: a list of typed operations in SSA form, with structured control flow
 * (`if`/`else`/`end`, `bits`/`end`) as markers in the list. One list describes one instruction.
 */

export type Type = 'i32' | 'i64' | 'f32' | 'f64';

/** Pure operations: their result depends on their arguments alone. Shifts and rotates take the amount modulo the width. */
export const PURE = {
  // arithmetic on integers and floats
  add: 2,
  sub: 2,
  mul: 2,
  /** Integer: x ÷ 0 = 0 and the most negative number ÷ −1 = itself. */
  divS: 2,
  divU: 2,
  /** x rem 0 = x, and the most negative number rem −1 = 0. */
  remS: 2,
  remU: 2,
  and: 2,
  or: 2,
  xor: 2,
  shl: 2,
  shrS: 2,
  shrU: 2,
  rotr: 2,
  clz: 1,
  ctz: 1,
  popcnt: 1,
  // comparisons give i32 0 or 1
  eq: 2,
  ne: 2,
  ltS: 2,
  ltU: 2,
  leS: 2,
  leU: 2,
  /** `select(c, a, b)` is a where c is not 0, else b. */
  select: 3,
  extend8S: 1,
  extend16S: 1,
  wrap: 1,
  extendS: 1,
  extendU: 1,
  // floats
  fdiv: 2,
  sqrt: 1,
  neg: 1,
  abs: 1,
  lt: 2,
  le: 2,
  nearest: 1,
  ceil: 1,
  floor: 1,
  trunc: 1,
  promote: 1,
  demote: 1,
  reinterpret: 1,
  convertS: 1,
  convertU: 1,
  truncSatS: 1,
  truncSatU: 1,
} as const; // prettier-ignore

export type PureOp = keyof typeof PURE;

/** A reference to a result in the list. `T` is its type. */
export interface Value<T extends Type = Type> {
  readonly id: number;
  readonly type: T;
}

export interface AccessOptions {
  /** Sign-extend a narrow load. */
  readonly signed?: boolean;
  /** The access must be aligned whatever the CPU's alignment settings say (LDM, LDRD, LDREX, AMO …). */
  readonly aligned?: boolean;
  /** Access as if unprivileged (LDRT, STRT). */
  readonly unprivileged?: boolean;
}

export type Size = 1 | 2 | 4 | 8;

/**
 * A function of the instruction set that is written in TypeScript: for what is rare or long. Its result depends on its
 * arguments alone, numbers all of them, so that compiled code calls it without putting anything in order before.
 */
export interface PureFunction {
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: 'i32' | 'f32' | 'f64';
  readonly run: (...args: number[]) => number;
}

export type Node =
  | { op: 'const'; type: Type; value: number | bigint }
  | { op: 'operand'; type: 'i32'; letter: string; width: number }
  | { op: 'pc'; type: 'i32' }
  /** What stands above the low word of pc: a multiple of 2³². */
  | { op: 'pcHigh'; type: 'i64'; args: readonly [] }
  | { op: PureOp; type: Type; args: readonly number[] }
  /** Integer register file; the index is a value. */
  | { op: 'reg'; type: 'i32' | 'i64'; args: readonly [number] }
  | { op: 'setReg'; type: 'void'; args: readonly [number, number] }
  /** Named scalar state of the CPU. */
  | { op: 'get'; type: Type; name: string; args: readonly [] }
  | { op: 'set'; type: 'void'; name: string; args: readonly [number] }
  | { op: 'load'; type: 'i32' | 'i64'; size: Size; access: AccessOptions; args: readonly [number] }
  | { op: 'store'; type: 'void'; size: Size; access: AccessOptions; args: readonly [number, number] }
  | { op: 'branch'; type: 'void'; args: readonly [number] }
  | { op: 'trap'; type: 'void'; kind: string; resume: 'this' | 'next'; args: readonly [number] }
  | { op: 'helper'; type: Type | 'void'; name: string; args: readonly number[] }
  | { op: 'call'; type: Type; fn: PureFunction; args: readonly number[] }
  /** Traps as `kind` where a scalar is 0, before anything of the instruction has happened. */
  | { op: 'guard'; type: 'void'; name: string; kind: string; args: readonly [] }
  /** Calls a helper with the second argument where the first is not 0, before the instruction changes anything. */
  | { op: 'rarely'; type: 'void'; name: string; args: readonly [number, number] }
  | { op: 'charge'; type: 'void'; args: readonly [number] }
  | { op: 'var'; type: Type; args: readonly [number] }
  | { op: 'readVar'; type: Type; variable: number; args: readonly [] }
  | { op: 'writeVar'; type: 'void'; variable: number; args: readonly [number] }
  /** `rare`: the arm is hardly ever executed, and without it the instruction is whole. */
  | { op: 'if'; type: 'void'; rare?: true; args: readonly [number] }
  | { op: 'else'; type: 'void'; args: readonly [] }
  /** Repeats up to `end` for every set bit of the argument, lowest first; its value is the bit's index. */
  | { op: 'bits'; type: 'i32'; args: readonly [number] }
  | { op: 'end'; type: 'void'; args: readonly [] };

/** The description of one instruction: nodes in program order; a value's id is its index. */
export type Program = readonly Node[];

export function argsOf(node: Node): readonly number[] {
  return 'args' in node ? node.args : [];
}

export function isPure(op: Node['op']): op is PureOp {
  return op in PURE;
}
