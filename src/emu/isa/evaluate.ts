import { InternalError } from '../errors.js';
import type { AccessOptions, Node, Program, PureOp, Size, Type } from './ir.js';
import { argsOf, isPure } from './ir.js';
import { fold, type Scalar } from './semantics.js';
import { evaluateFloat } from './semantics-float.js';

/** The machine as the reference evaluator sees it. i32 are signed numbers, i64 signed BigInts. */
export interface Environment {
  register(index: number): Scalar;
  setRegister(index: number, value: Scalar): void;
  scalar(name: string): Scalar;
  setScalar(name: string, value: Scalar): void;
  /** Zero-extended; a throw is a guest fault and abandons the instruction. `high`: of a 64-bit address, as a signed word. */
  load(address: number, size: Size, access: AccessOptions, high: number): bigint;
  store(address: number, size: Size, value: bigint, access: AccessOptions, high: number): void;
  helper(name: string, args: readonly Scalar[]): Scalar | undefined;
}

/** How an instruction ended, and the cycles it was charged. */
export type Outcome = { readonly cycles: number } & (
  | { readonly kind: 'next' }
  | { readonly kind: 'branch'; readonly target: number }
  | { readonly kind: 'trap'; readonly trap: string; readonly argument: number; readonly resume: 'this' | 'next' }
);

/**
 * Evaluates one instruction by walking its list: the reference that both engines are compared with. The program must
 * have literal operands and a literal pc.
 */
export function evaluate(program: Program, environment: Environment): Outcome {
  return new Evaluation(program, environment).run();
}

class Evaluation {
  readonly #program: Program;
  readonly #environment: Environment;
  readonly #values: Scalar[] = [];
  /** Open blocks: bits that a `bits` loop still has to visit, or undefined for an `if`. */
  readonly #open: { at: number; left?: number }[] = [];
  #cycles = 0;

  constructor(program: Program, environment: Environment) {
    this.#program = program;
    this.#environment = environment;
  }

  run(): Outcome {
    for (let at = 0; at < this.#program.length; ) {
      const node = this.#program[at]!;
      if (node.op === 'branch')
        return { kind: 'branch', target: Number(this.#arg(node, 0)) >>> 0, cycles: this.#cycles };
      if (node.op === 'trap') {
        return {
          kind: 'trap',
          trap: node.kind,
          argument: Number(this.#arg(node, 0)),
          resume: node.resume,
          cycles: this.#cycles,
        };
      }
      if (node.op === 'guard' && this.#environment.scalar(node.name) === 0)
        return { kind: 'trap', trap: node.kind, argument: 0, resume: 'this', cycles: this.#cycles };
      at = this.#control(node, at) ?? this.#execute(node, at);
    }
    return { kind: 'next', cycles: this.#cycles };
  }

  #arg(node: Node, index: number): Scalar {
    return this.#values[argsOf(node)[index]!]!;
  }

  /** Structured control flow: where to go on, or undefined if the node is none. */
  #control(node: Node, at: number): number | undefined {
    switch (node.op) {
      case 'if':
        this.#open.push({ at });
        return this.#arg(node, 0) !== 0 ? at + 1 : this.#skip(at, true);
      case 'else':
        return this.#skip(at, false);
      case 'bits':
        this.#open.push({ at, left: Number(this.#arg(node, 0)) });
        return this.#nextBit(at);
      case 'end': {
        const block = this.#open.at(-1)!;
        if (block.left !== undefined) return this.#nextBit(block.at);
        this.#open.pop();
        return at + 1;
      }
      default:
        return undefined;
    }
  }

  #nextBit(at: number): number {
    const block = this.#open.at(-1)!;
    const left = block.left!;
    if (left === 0) {
      const end = this.#skip(at, false);
      this.#open.pop();
      return end + 1;
    }
    this.#values[at] = 31 - Math.clz32(left & -left);
    block.left = left & (left - 1);
    return at + 1;
  }

  /** The index behind the matching `else` (if wanted), or of the matching `end`. */
  #skip(at: number, toElse: boolean): number {
    let depth = 0;
    for (let i = at + 1; ; i++) {
      const { op } = this.#program[i]!;
      if (op === 'if' || op === 'bits') depth++;
      else if (op === 'else' && depth === 0 && toElse) return i + 1;
      else if (op === 'end' && depth-- === 0) return i;
    }
  }

  #execute(node: Node, at: number): number {
    const value = this.#result(node);
    if (value !== undefined) this.#values[at] = value;
    return at + 1;
  }

  #result(node: Node): Scalar | undefined {
    const environment = this.#environment;
    switch (node.op) {
      case 'const':
        return node.value;
      case 'reg':
        return environment.register(Number(this.#arg(node, 0)));
      case 'setReg':
        environment.setRegister(Number(this.#arg(node, 0)), this.#arg(node, 1));
        return undefined;
      case 'get':
        return environment.scalar(node.name);
      case 'set':
        environment.setScalar(node.name, this.#arg(node, 0));
        return undefined;
      case 'load':
        return this.#load(node);
      case 'store': {
        const value = BigInt.asUintN(node.size * 8, BigInt(this.#arg(node, 1)));
        const [address, high] = this.#address(node);
        environment.store(address, node.size, value, node.access, high);
        return undefined;
      }
      case 'helper':
        return environment.helper(
          node.name,
          argsOf(node).map((_, index) => this.#arg(node, index)),
        );
      case 'call':
        return node.fn.run(...argsOf(node).map((_, index) => Number(this.#arg(node, index))));
      case 'guard':
        return undefined;
      case 'rarely':
        if (this.#arg(node, 0) !== 0) environment.helper(node.name, [this.#arg(node, 1)]);
        return undefined;
      case 'charge':
        this.#cycles += Number(this.#arg(node, 0));
        return undefined;
      case 'var':
        return this.#arg(node, 0);
      case 'readVar':
        return this.#values[node.variable];
      case 'writeVar':
        this.#values[node.variable] = this.#arg(node, 0);
        return undefined;
      default:
        return this.#pure(node);
    }
  }

  /** Low word, unsigned, and high word, signed. */
  #address(node: Node): readonly [number, number] {
    const address = this.#arg(node, 0);
    if (typeof address === 'number') return [address >>> 0, 0];
    return [Number(BigInt.asUintN(32, address)), Number(BigInt.asIntN(32, address >> 32n))];
  }

  #load(node: Extract<Node, { op: 'load' }>): Scalar {
    const [address, high] = this.#address(node);
    const raw = this.#environment.load(address, node.size, node.access, high);
    const wide = node.access.signed ? BigInt.asIntN(node.size * 8, raw) : BigInt.asUintN(node.size * 8, raw);
    return node.type === 'i64' ? BigInt.asIntN(64, wide) : Number(BigInt.asIntN(32, wide));
  }

  #pure(node: Node): Scalar {
    if (!isPure(node.op)) {
      throw new InternalError({ what: `the evaluator met '${node.op}', which only a symbolic program has` });
    }
    const args = argsOf(node).map((_, index) => this.#arg(node, index));
    const from = this.#program[argsOf(node)[0]!]!.type as Type;
    const value =
      fold(node.op as PureOp, from, args) ?? evaluateFloat(node.op as PureOp, from, node.type as Type, args);
    if (value === undefined) throw new InternalError({ what: `'${node.op}' has no meaning on ${from}` });
    return value;
  }
}
