import { InternalError } from '../errors.js';
import type { AccessOptions, Node, Program, PureFunction, PureOp, Size, Type, Value } from './ir.js';
import { argsOf } from './ir.js';
import { CYCLES_WIDTH, TAKEN } from './pipeline.js';
import { fold, type Scalar } from './semantics.js';

export type Int = Value<'i32'>;
export type Long = Value<'i64'>;
/** A value, or a plain number standing for an integer constant of the other operand's type. */
type Numeric<T extends Type> = Value<T> | (T extends 'i32' | 'i64' ? number : never);
/** Of memory: 32 bits, or 64 where registers are as wide. */
type Address = Int | Long | number;

/** What `o.helper` gives: nothing where the helper gives nothing. */
type HelperResult<T extends Type | 'void'> = T extends Type ? Value<T> : unknown;

/** A mutable value, for results that differ between the arms of an `if`. */
export interface Variable<T extends Type> {
  get(): Value<T>;
  set(value: Numeric<T>): void;
}

export interface EmitterOptions {
  /** Bytes of the instruction, so that `next` is known. */
  readonly length: number;
  /** Extra cycles of a taken branch; `decoded`: they are an operand (see pipeline.ts). */
  readonly takenCycles?: number | 'decoded';
  /** The instruction stands in an IT block (Thumb). */
  readonly inItBlock?: boolean;
  /** Literal operands (hot engine, evaluate); an absent letter stays symbolic. */
  readonly literals?: Readonly<Record<string, number>>;
  /** Literal address of the instruction. */
  readonly pc?: number;
  /** With it: what stands above the low word, a multiple of 2³²; 0 unless given. */
  readonly pcHigh?: bigint | undefined;
  /** Type of the integer register file: i32, or i64 for RV64. */
  readonly registers?: 'i32' | 'i64';
  /** Types of the named scalars; those not named are i32. */
  readonly scalars?: Readonly<Record<string, Type>>;
}

/**
 * What instruction bodies are written against: each call appends one operation to a linear list. Plain numbers stand
 * for i32 constants. Operations on constants fold, equal pure operations are shared.
 */
export class Emitter {
  readonly nodes: Node[] = [];
  readonly #options: EmitterOptions;
  /** Pure values that may be used again: one made inside a conditional arm must not be, after it. */
  readonly #shared: number[] = [];

  constructor(options: EmitterOptions) {
    this.#options = options;
  }

  /** Whether the instruction stands in an IT block (Thumb): known when it is decoded, so bodies may branch on it. */
  get inItBlock(): boolean {
    return this.#options.inItBlock ?? false;
  }

  /** Type of the integer register file. */
  get registers(): 'i32' | 'i64' {
    return this.#options.registers ?? 'i32';
  }

  get program(): Program {
    return this.nodes;
  }

  /** A constant; i64 takes a BigInt. */
  i32(value: number): Int {
    return this.#pure({ op: 'const', type: 'i32', value: value | 0 }) as Int;
  }
  i64(value: bigint | number): Long {
    return this.#pure({ op: 'const', type: 'i64', value: BigInt.asIntN(64, BigInt(value)) }) as Long;
  }
  /** A floating-point constant. */
  float<T extends 'f32' | 'f64'>(type: T, value: number): Value<T> {
    return this.#pure({ op: 'const', type, value }) as Value<T>;
  }
  /** The operand `letter` of the pattern, `width` bits, unsigned. */
  operand(letter: string, width: number): Int {
    const literal = this.#options.literals?.[letter];
    if (literal !== undefined) return this.i32(literal);
    return this.#pure({ op: 'operand', type: 'i32', letter, width }) as Int;
  }
  /** Address of this instruction, its low word. */
  get pc(): Int {
    return this.#options.pc === undefined ? (this.#pure({ op: 'pc', type: 'i32' }) as Int) : this.i32(this.#options.pc);
  }
  /** Address of the instruction that follows in memory. */
  get next(): Int {
    return this.add(this.pc, this.#options.length);
  }
  /** What stands above the low word of pc: a multiple of 2³². */
  get pcHigh(): Long {
    const { pc, pcHigh = 0n } = this.#options;
    return pc === undefined ? (this.#pure({ op: 'pcHigh', type: 'i64', args: [] }) as Long) : this.i64(pcHigh);
  }
  /** Address of this instruction, and of the one that follows in memory, where addresses have 64 bits. */
  get longPc(): Long {
    return this.add<'i64'>(this.pcHigh, this.extendU(this.pc));
  }
  get longNext(): Long {
    return this.add<'i64'>(this.longPc, this.#options.length);
  }

  add<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('add', a, b);
  }
  sub<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('sub', a, b);
  }
  mul<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('mul', a, b);
  }
  /** Signed division: ÷ 0 gives 0, the most negative ÷ −1 gives itself. */
  divS<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('divS', a, b);
  }
  divU<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('divU', a, b);
  }
  /** Signed remainder: rem 0 gives the dividend, the most negative rem −1 gives 0. */
  remS<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('remS', a, b);
  }
  remU<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('remU', a, b);
  }
  and<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('and', a, b);
  }
  or<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('or', a, b);
  }
  xor<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Value<T> {
    return this.#binary('xor', a, b);
  }
  not(a: Int | number): Int {
    return this.xor(a, -1);
  }
  /** Shifts take the amount modulo the width of the type. */
  shl<T extends Type = 'i32'>(a: Numeric<T>, amount: Numeric<T>): Value<T> {
    return this.#binary('shl', a, amount);
  }
  shrS<T extends Type = 'i32'>(a: Numeric<T>, amount: Numeric<T>): Value<T> {
    return this.#binary('shrS', a, amount);
  }
  shrU<T extends Type = 'i32'>(a: Numeric<T>, amount: Numeric<T>): Value<T> {
    return this.#binary('shrU', a, amount);
  }
  rotr<T extends Type = 'i32'>(a: Numeric<T>, amount: Numeric<T>): Value<T> {
    return this.#binary('rotr', a, amount);
  }
  clz<T extends 'i32' | 'i64' = 'i32'>(a: Numeric<T>): Value<T> {
    return this.#unary('clz', a);
  }
  ctz<T extends 'i32' | 'i64' = 'i32'>(a: Numeric<T>): Value<T> {
    return this.#unary('ctz', a);
  }
  popcnt<T extends 'i32' | 'i64' = 'i32'>(a: Numeric<T>): Value<T> {
    return this.#unary('popcnt', a);
  }
  eq<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('eq', a, b);
  }
  ne<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('ne', a, b);
  }
  ltS<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('ltS', a, b);
  }
  ltU<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('ltU', a, b);
  }
  leS<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('leS', a, b);
  }
  leU<T extends Type = 'i32'>(a: Numeric<T>, b: Numeric<T>): Int {
    return this.#compare('leU', a, b);
  }
  /** `a` where the condition is not 0, else `b`; both are computed. */
  select<T extends Type = 'i32'>(condition: Int | number, a: Numeric<T>, b: Numeric<T>): Value<T> {
    const [x, y] = this.#pair('select', a, b);
    return this.#op('select', x.type, [this.#value(condition), x, y]) as Value<T>;
  }
  extend8S<T extends 'i32' | 'i64' = 'i32'>(a: Numeric<T>): Value<T> {
    return this.#unary('extend8S', a);
  }
  extend16S<T extends 'i32' | 'i64' = 'i32'>(a: Numeric<T>): Value<T> {
    return this.#unary('extend16S', a);
  }
  /** The low half of an i64. */
  wrap(a: Long): Int {
    return this.#op('wrap', 'i32', [a]) as Int;
  }
  /** An i32 as i64, sign- or zero-extended. */
  extendS(a: Int | number): Long {
    return this.#op('extendS', 'i64', [this.#value(a)]) as Long;
  }
  extendU(a: Int | number): Long {
    return this.#op('extendU', 'i64', [this.#value(a)]) as Long;
  }
  /** Any other pure operation, by name: floating point and conversions. */
  pure<T extends Type>(op: PureOp, type: T, ...args: readonly Value[]): Value<T> {
    return this.#op(op, type, args) as Value<T>;
  }

  /** Integer register `index`. */
  reg<T extends 'i32' | 'i64' = 'i32'>(index: Int | number): Value<T> {
    return this.#push({ op: 'reg', type: this.registers, args: [this.#value(index).id] }) as Value<T>;
  }
  setReg<T extends 'i32' | 'i64' = 'i32'>(index: Int | number, value: Numeric<T>): void {
    this.#push({ op: 'setReg', type: 'void', args: [this.#value(index).id, this.#value(value).id] });
  }
  /** Named scalar state of the CPU, as its layout declares it. */
  get<T extends Type = 'i32'>(name: string): Value<T> {
    return this.#push({ op: 'get', type: this.#options.scalars?.[name] ?? 'i32', name, args: [] }) as Value<T>;
  }
  set<T extends Type = 'i32'>(name: string, value: Numeric<T>): void {
    this.#push({ op: 'set', type: 'void', name, args: [this.#value(value).id] });
  }

  /** A load of 1, 2 or 4 bytes into an i32, or of 8 into an i64. A fault abandons the instruction at this point. */
  load(size: 1 | 2 | 4, address: Address, access: AccessOptions = {}): Int {
    return this.#push({ op: 'load', type: 'i32', size, access, args: [this.#value(address).id] }) as Int;
  }
  load64(size: Size, address: Address, access: AccessOptions = {}): Long {
    return this.#push({ op: 'load', type: 'i64', size, access, args: [this.#value(address).id] }) as Long;
  }
  store(size: Size, address: Address, value: Int | Long | number, access: AccessOptions = {}): void {
    const args = [this.#value(address).id, this.#value(value).id] as const;
    this.#push({ op: 'store', type: 'void', size, access, args });
  }

  /** Continues at `target` (already aligned and in the right instruction set) instead of `next`; ends the instruction. */
  branch(target: Int | number): void {
    const { takenCycles } = this.#options;
    if (takenCycles === 'decoded') this.charge(this.operand(TAKEN, CYCLES_WIDTH));
    else if (takenCycles) this.charge(takenCycles);
    this.#push({ op: 'branch', type: 'void', args: [this.#value(target).id] });
  }
  /**
   * Leaves the engine so that the CPU can act: `kind` is one of the ISA's traps, `argument` any word. Execution resumes at this
   * instruction (a fault) or the next (SVC, WFI). Ends the instruction.
   */
  trap(kind: string, argument: Int | number = 0, resume: 'this' | 'next' = 'this'): void {
    this.#push({ op: 'trap', type: 'void', kind, resume, args: [this.#value(argument).id] });
  }
  /** Calls a function of the CPU that is written in TypeScript, with pc and time up to date; it may raise a fault. */
  helper<T extends Type | 'void' = 'i32'>(
    name: string,
    args: readonly (Value | number)[],
    type: T = 'i32' as T,
  ): HelperResult<T> {
    const ids = args.map((arg) => this.#value(arg).id);
    return this.#push({ op: 'helper', type, name, args: ids }) as HelperResult<T>;
  }
  /** Calls a function of the instruction set: nothing but its arguments takes part, and nothing but its result comes of it. */
  call<T extends Type>(fn: PureFunction, args: readonly (Value | number)[]): Value<T> {
    return this.#push({ op: 'call', type: fn.result, fn, args: args.map((arg) => this.#value(arg).id) }) as Value<T>;
  }
  /**
   * Leaves the engine by a trap where a scalar is 0: the CPU makes it something else, or raises a fault. It comes first in an
   * instruction, before its cycles are charged. Compiled code leaves it to the cold engine, and looks once in a straight stretch.
   */
  guard(scalar: string, kind: string): void {
    this.#push({ op: 'guard', type: 'void', name: scalar, kind, args: [] });
  }
  /**
   * Calls a helper where `condition` is not 0, which is rare: compiled code leaves the whole instruction to the cold engine then.
   * It must come before anything that the instruction changes.
   */
  rarely(condition: Int, name: string, argument: Int): void {
    this.#push({ op: 'rarely', type: 'void', name, args: [condition.id, argument.id] });
  }
  /** Costs `cycles` more than the row's timing class says. */
  charge(cycles: Int | number): void {
    this.#push({ op: 'charge', type: 'void', args: [this.#value(cycles).id] });
  }

  variable<T extends Type = 'i32'>(initial: Numeric<T>): Variable<T> {
    const first = this.#value(initial);
    const type = first.type as T;
    const { id } = this.#push({ op: 'var', type, args: [first.id] });
    return {
      get: () => this.#push({ op: 'readVar', type, variable: id, args: [] }) as Value<T>,
      set: (value) => {
        this.#push({ op: 'writeVar', type: 'void', variable: id, args: [this.#value(value).id] });
      },
    };
  }

  /** Runs `then` where the condition is not 0, else `otherwise`. A constant condition emits one arm alone. */
  if(condition: Int | number, then: () => void, otherwise?: () => void): void {
    const test = this.#value(condition);
    const known = this.constant(test);
    if (known !== undefined) {
      if (known !== 0) then();
      else otherwise?.();
      return;
    }
    this.#push({ op: 'if', type: 'void', args: [test.id] });
    this.#scoped(then);
    if (otherwise) {
      this.#push({ op: 'else', type: 'void', args: [] });
      this.#scoped(otherwise);
    }
    this.#push({ op: 'end', type: 'void', args: [] });
  }
  /**
   * The same for an arm that is hardly ever executed and stands before anything that the instruction changes. Compiled code
   * leaves the whole instruction to the cold engine then, until it has had to do so often.
   */
  ifRare(condition: Int, then: () => void): void {
    this.#push({ op: 'if', type: 'void', rare: true, args: [condition.id] });
    this.#scoped(then);
    this.#push({ op: 'end', type: 'void', args: [] });
  }

  /** Runs `body` for every set bit of `word`, lowest first; unrolled when the word is a constant. */
  forBits(word: Int | number, body: (index: Int) => void): void {
    const list = this.#value(word);
    const known = this.constant(list);
    if (known !== undefined) {
      for (let i = 0; i < 32; i++) if ((Number(known) >>> i) & 1) body(this.i32(i));
      return;
    }
    const index = this.#push({ op: 'bits', type: 'i32', args: [list.id] }) as Int;
    this.#scoped(() => body(index));
    this.#push({ op: 'end', type: 'void', args: [] });
  }

  /** The value of a constant, undefined for anything else. */
  constant(value: Value): Scalar | undefined {
    const node = this.nodes[value.id]!;
    return node.op === 'const' ? node.value : undefined;
  }

  #value(x: Value | number): Value {
    return typeof x === 'number' ? this.i32(x) : x;
  }

  #push(node: Node): Value {
    this.nodes.push(node);
    return { id: this.nodes.length - 1, type: node.type as Type };
  }

  /** Equal to an earlier one or new: programs are short, so a search is quicker than a table. */
  #pure(node: Node): Value {
    const { nodes } = this;
    for (let i = this.#shared.length - 1; i >= 0; i--) {
      const id = this.#shared[i]!;
      if (isSame(nodes[id]!, node)) return { id, type: node.type as Type };
    }
    this.#shared.push(nodes.length);
    return this.#push(node);
  }

  #scoped(arm: () => void): void {
    const outside = this.#shared.length;
    arm();
    this.#shared.length = outside;
  }

  #op(op: PureOp, type: Type, args: readonly Value[]): Value {
    const constants: Scalar[] = [];
    const ids: number[] = [];
    for (const { id } of args) {
      const node = this.nodes[id]!;
      if (node.op === 'const') constants.push(node.value);
      ids.push(id);
    }
    if (constants.length === ids.length) {
      const value = fold(op, op === 'select' ? type : args[0]!.type, constants);
      if (value !== undefined) return this.#pure({ op: 'const', type, value });
    }
    return this.#pure({ op, type, args: ids });
  }

  #unary<T extends Type>(op: PureOp, a: Numeric<T>): Value<T> {
    const x = this.#value(a);
    return this.#op(op, x.type, [x]) as Value<T>;
  }

  #binary<T extends Type>(op: PureOp, a: Numeric<T>, b: Numeric<T>): Value<T> {
    const [x, y] = this.#pair(op, a, b);
    return this.#op(op, x.type, [x, y]) as Value<T>;
  }

  #compare<T extends Type>(op: PureOp, a: Numeric<T>, b: Numeric<T>): Int {
    return this.#op(op, 'i32', this.#pair(op, a, b)) as Int;
  }

  /** Both operands in one type: a plain number beside an i64 is an i64 constant. */
  #pair(op: PureOp, a: Value | number, b: Value | number): [Value, Value] {
    const long = (typeof a !== 'number' && a.type === 'i64') || (typeof b !== 'number' && b.type === 'i64');
    const x = typeof a !== 'number' ? a : long ? this.i64(a) : this.i32(a);
    const y = typeof b !== 'number' ? b : long ? this.i64(b) : this.i32(b);
    if (x.type !== y.type) throw new InternalError({ what: `${op} of ${x.type} and ${y.type}` });
    return [x, y];
  }
}

function isSame(a: Node, b: Node): boolean {
  if (a.op !== b.op || a.type !== b.type) return false;
  if (a.op === 'const') return Object.is(a.value, (b as typeof a).value);
  if (a.op === 'operand') return a.letter === (b as typeof a).letter;
  const [x, y] = [argsOf(a), argsOf(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
