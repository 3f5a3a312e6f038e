import { InternalError } from '../errors.js';
import { deferredValues } from './deferral.js';
import type { Node, Program, PureOp, Type } from './ir.js';
import { ENGINE, HIGH_TABLE, PAGE_SHIFT, PAGE_SIZE, PC_HIGH, READ_TABLE, SLOW_MEMORY, WRITE_TABLE } from './layout.js';
import { isSlow } from './lines.js';
import type { HotContext, MemoryWindow, PrintContext, SharedCheck } from './print-context.js';
import { registerNumber } from './record.js';
import { accessFlags } from './slow-path.js';
import {
  CONVERSION,
  EMPTY_BLOCK,
  LOADS,
  OP,
  PURE_OPCODE,
  STATE_LOAD,
  STATE_STORE,
  STORES,
  VALUE_TYPE,
} from './wasm/opcodes.js';
import { extendedAlready, isOfWords, wordOf } from './words.js';

/** Whether the path had left the instruction before an `if`, and at the end of its first arm (if there is a second). */
interface Arms {
  readonly before: boolean;
  first?: boolean;
}

/** Locals of an address: its low word, and all of it where it has 64 bits. */
interface AddressLocals {
  readonly low: number;
  readonly long?: number | undefined;
}

/** Prints one instruction's operations as WebAssembly. */
export class Printer {
  readonly #program: Program;
  readonly #context: PrintContext;
  /** Locals of the results that have one, else -1. */
  readonly #locals: Int32Array;
  readonly #deferred: Int32Array;
  /** Blocks open around the code being printed. */
  #depth = 0;
  /** Whether the path being printed has already left the instruction. */
  #left = false;
  /** Whether a register has been written: from then on what is known of registers is not of those that the body has read. */
  #wrote = false;

  constructor(program: Program, context: PrintContext) {
    this.#program = program;
    this.#context = context;
    this.#deferred = deferredValues(program);
    this.#locals = new Int32Array(program.length).fill(-1);
  }

  print(): void {
    const { out } = this.#context;
    const open: ('if' | 'bits')[] = [];
    const arms: Arms[] = [];
    if (this.#context.counter !== undefined) out.count(this.#context.counter);
    for (let id = 0; id < this.#program.length; id++) {
      const node = this.#program[id]!;
      if (node.op === 'if' && node.rare && this.#context.hot && !this.#context.hot.inline) {
        id = this.#leaveIf(id, node.args[0], this.#context.hot);
      } else if (node.op === 'if') {
        this.#value(node.args[0]);
        out.op(OP.if, EMPTY_BLOCK);
        this.#depth++;
        open.push('if');
        arms.push({ before: this.#left });
      } else if (node.op === 'else') {
        out.op(OP.else);
        const arm = arms.at(-1)!;
        arm.first = this.#left;
        this.#left = arm.before;
      } else if (node.op === 'bits') {
        this.#openBits(id, node.args[0]);
        open.push('bits');
        arms.push({ before: this.#left });
      } else if (node.op === 'end') {
        if (open.pop() === 'bits') this.#closeBits();
        else {
          out.op(OP.end);
          this.#depth--;
        }
        const { before, first } = arms.pop()!;
        this.#left = before || (first === true && this.#left);
      } else if (!this.#left) this.#statement(id, node);
    }
    if (!this.#left) this.#context.fallThrough(this.#depth);
    else out.op(OP.unreachable);
  }

  /** In place of a rare arm; gives its end. */
  #leaveIf(id: number, condition: number, hot: HotContext): number {
    const { out } = this.#context;
    this.#value(condition);
    out.op(OP.if, EMPTY_BLOCK);
    hot.miss(this.#depth + 1);
    out.op(OP.end);
    let depth = 0;
    let end = id;
    do {
      const { op } = this.#program[end]!;
      if (op === 'if' || op === 'bits') depth++;
      else if (op === 'end') depth--;
      end++;
    } while (depth > 0);
    return end - 1;
  }

  /** Prints a program without control flow and leaves one of its values on the stack. */
  printValue(id: number): void {
    for (const [index, node] of this.#program.entries()) this.#statement(index, node);
    this.#value(id);
  }

  #statement(id: number, node: Node): void {
    if (this.#context.slots.decoded.has(id) || this.#deferred[id]! >= 0 || node.op === 'const') return;
    switch (node.op) {
      case 'setReg':
        this.#setRegister(node.args);
        return;
      case 'set':
        this.#setScalar(node.name, node.args[0]);
        return;
      case 'load':
        this.#load(id, node);
        return;
      case 'store':
        this.#store(id, node);
        return;
      case 'branch':
        this.#branch(node.args[0]);
        return;
      case 'trap':
        this.#trap(node);
        return;
      case 'helper':
        this.#helper(id, node);
        return;
      case 'call':
        for (const arg of node.args) this.#value(arg);
        this.#context.out.call(this.#context.pure(node.fn.name)).set(this.#local(id));
        return;
      case 'guard':
        this.#guard(node);
        return;
      case 'rarely':
        this.#rarely(node);
        return;
      case 'charge':
        this.#charge(id, node.args[0]);
        return;
      case 'var':
      case 'writeVar':
        this.#value(node.args[0]);
        this.#context.out.set(node.op === 'var' ? this.#local(id) : this.#local(node.variable));
        return;
      default:
        this.#compute(node);
        this.#context.out.set(this.#local(id));
    }
  }

  #branch(target: number): void {
    const node = this.#program[target]!;
    if (this.#context.hot && node.op === 'const') this.#context.branch(this.#depth, Number(node.value) >>> 0);
    else {
      this.#value(target);
      this.#context.branch(this.#depth);
    }
    this.#left = true;
  }

  #local(id: number): number {
    const known = this.#locals[id]!;
    if (known >= 0) return known;
    const local = this.#context.temporary(this.#program[id]!.type as Type);
    this.#locals[id] = local;
    return local;
  }

  /** Puts a value on the stack. */
  #value(id: number): void {
    const node = this.#program[id]!;
    const { out, slots } = this.#context;
    if (node.op === 'const') this.#constant(node.type, node.value);
    else if (slots.decoded.has(id)) this.#slot(id, 1);
    else if (this.#deferred[id]! >= 0) this.#compute(node);
    else out.get(this.#local(id));
  }

  #constant(type: Type, value: number | bigint): void {
    const { out } = this.#context;
    if (type === 'i32') out.i32(Number(value));
    else if (type === 'i64') out.i64(BigInt(value));
    else {
      const bytes = type === 'f32' ? new Float32Array([Number(value)]) : new Float64Array([Number(value)]);
      out.op(type === 'f32' ? OP.f32_const : OP.f64_const, ...new Uint8Array(bytes.buffer));
    }
  }

  #slot(node: number, scale: number): void {
    const slot = this.#context.slots.slot(node, scale);
    const opcode = slot.bytes === 1 ? OP.i32_load8_u : slot.bytes === 2 ? OP.i32_load16_u : OP.i32_load;
    this.#context.out.get(this.#context.record).memory(opcode, slot.offset);
  }

  #compute(node: Node): void {
    const { out, state } = this.#context;
    switch (node.op) {
      case 'reg':
        if (this.#context.hot) out.get(this.#context.hot.register(this.#literal(node.args[0])));
        else out.memory(STATE_LOAD[node.type], this.#registerAddress(node.args[0]));
        return;
      case 'get': {
        if (this.#context.hot) {
          out.get(this.#context.hot.scalar(node.name));
          return;
        }
        const scalar = state.scalars[node.name]!;
        out.i32(0).memory(STATE_LOAD[scalar.type], scalar.offset);
        return;
      }
      case 'readVar':
        out.get(this.#local(node.variable));
        return;
      case 'pcHigh':
        out.i32(0).memory(OP.i64_load, PC_HIGH);
        return;
      default:
        this.#pure(node as Extract<Node, { op: PureOp }>);
    }
  }

  #pure(node: Extract<Node, { op: PureOp }>): void {
    const { out } = this.#context;
    const from = this.#program[node.args[0]!]!.type as Type;
    if (node.op === 'divS' || node.op === 'divU' || node.op === 'remS' || node.op === 'remU') {
      this.#division(node);
      return;
    }
    if (node.op === 'select') {
      this.#value(node.args[1]!);
      this.#value(node.args[2]!);
      this.#value(node.args[0]!);
      out.op(OP.select);
      return;
    }
    const { hot } = this.#context;
    if (hot && !this.#wrote && node.type === 'i64' && this.#word(node, hot)) return;
    for (const arg of node.args) this.#value(arg);
    const opcode = PURE_OPCODE[node.op]?.[from] ?? CONVERSION[node.op]?.[node.type]?.[from];
    out.op(...(typeof opcode === 'number' ? [opcode] : opcode!));
  }

  /**
   * Computes with words what is made of words: the host then sees rotations, and extends no value in between. False where
   * the operation needs all 64 bits.
   */
  #word(node: Extract<Node, { op: PureOp }>, hot: HotContext): boolean {
    const { out } = this.#context;
    const program = this.#program;
    const same = extendedAlready(program, node, this.#deferred, hot);
    if (same !== undefined) {
      this.#value(same);
      return true;
    }
    if (!isOfWords(program, node, hot)) return false;
    for (const arg of node.args) {
      this.#value(arg);
      out.op(OP.i32_wrap_i64);
    }
    out.op(PURE_OPCODE[node.op]!.i32 as number, PURE_OPCODE.extendS!.i32 as number);
    return true;
  }

  /** Wasm's divisions trap on 0 and on overflow; ours give a value. */
  #division(node: Extract<Node, { op: PureOp }>): void {
    const { out } = this.#context;
    const type = node.type as 'i32' | 'i64';
    const zero = () => (type === 'i32' ? out.i32(0) : out.i64(0n));
    const [a, b] = [this.#context.temporary(type), this.#context.temporary(type)];
    this.#value(node.args[0]!);
    out.set(a);
    this.#value(node.args[1]!);
    out
      .tee(b)
      .op(type === 'i32' ? OP.i32_eqz : OP.i64_eqz)
      .op(OP.if, VALUE_TYPE[type]);
    if (node.op.startsWith('rem')) out.get(a);
    else zero();
    out.op(OP.else);
    if (node.op === 'divS') {
      const minusOne = type === 'i32' ? out.get(b).i32(-1) : out.get(b).i64(-1n);
      minusOne.op(PURE_OPCODE.eq![type] as number).op(OP.if, VALUE_TYPE[type]);
      zero();
      out
        .get(a)
        .op(PURE_OPCODE.sub![type] as number)
        .op(OP.else);
    }
    out
      .get(a)
      .get(b)
      .op(PURE_OPCODE[node.op]![type] as number);
    if (node.op === 'divS') out.op(OP.end);
    out.op(OP.end);
  }

  /** Puts the base of a register's address on the stack and gives the constant part. */
  #registerAddress(index: number): number {
    const { out, state, slots } = this.#context;
    const node = this.#program[index]!;
    if (node.op === 'const') {
      out.i32(0);
      return state.registers + Number(node.value) * state.registerSize;
    }
    if (slots.decoded.has(index)) {
      const { from, plus } = registerNumber(this.#program, index);
      this.#slot(from, state.registerSize);
      return state.registers + plus * state.registerSize;
    }
    this.#value(index);
    out.i32(state.registerSize === 8 ? 3 : 2).op(OP.i32_shl);
    return state.registers;
  }

  /** The value of a constant node. */
  #literal(id: number): number {
    const node = this.#program[id]!;
    if (node.op !== 'const') throw new InternalError({ what: `'${node.op}' where the hot engine needs a literal` });
    return Number(node.value);
  }

  #setRegister([index, value]: readonly [number, number]): void {
    const { out, state, hot } = this.#context;
    if (hot) {
      const register = this.#literal(index);
      const long = state.registerSize === 8;
      const knowledge =
        long && !this.#wrote && this.#depth === 0 ? wordOf(this.#program, this.#program[value]!, hot) : 'any';
      this.#value(value);
      out.set(hot.newRegister(register));
      if (long) hot.holdsWord(register, knowledge);
      this.#wrote = true;
      return;
    }
    const offset = this.#registerAddress(index);
    this.#value(value);
    out.memory(state.registerSize === 8 ? OP.i64_store : OP.i32_store, offset);
  }

  #setScalar(name: string, value: number): void {
    const { hot } = this.#context;
    if (hot) {
      this.#value(value);
      this.#context.out.set(hot.newScalar(name));
      return;
    }
    const scalar = this.#context.state.scalars[name]!;
    this.#context.out.i32(0);
    this.#value(value);
    this.#context.out.memory(STATE_STORE[scalar.type], scalar.offset);
  }

  /**
   * The page's table entry in a local, where a slow access leaves the region: a branch for each condition costs the host
   * less than their union. Undefined where it does not leave. `checked`: the address is aligned, and has no high word.
   */
  #entry(address: AddressLocals, size: number, table: number, checked = false): number | undefined {
    const { out, bank, hot } = this.#context;
    if (!hot || hot.inline || bank) return undefined;
    const { low, long } = address;
    if (!checked && (long !== undefined || size > 1)) {
      if (long === undefined)
        out
          .get(low)
          .i32(size - 1)
          .op(OP.i32_and);
      else if (size === 1) this.#highWord(long);
      else {
        out.get(long);
        this.#isOutside(2 ** 32, Math.log2(size), true);
      }
      this.#missIf();
    }
    const entry = this.#context.temporary('i32');
    this.#page(low);
    out.memory(OP.i32_load, table).tee(entry).op(OP.i32_eqz);
    this.#missIf();
    return entry;
  }
  /** Leaves for the access where what is on the stack is not 0. */
  #missIf(): void {
    const { out, hot } = this.#context;
    out.op(OP.if, EMPTY_BLOCK);
    hot!.miss(this.#depth + 1);
    out.op(OP.end);
  }
  /** Puts where a page's entries stand in their tables on the stack. */
  #page(low: number): void {
    const { out } = this.#context;
    out
      .get(low)
      .i32(PAGE_SHIFT - 2)
      .op(OP.i32_shr_u)
      .i32(0x3f_fffc)
      .op(OP.i32_and);
  }

  /** Leaves the page's table entry in a local and the "slow path" condition on the stack. */
  #lookUp({ low, long }: AddressLocals, size: number, table: number): number {
    const { out, bank } = this.#context;
    const entry = this.#context.temporary('i32');
    this.#page(low);
    if (bank) {
      bank();
      out.op(OP.i32_add);
    }
    if (long === undefined) out.memory(OP.i32_load, table).tee(entry).op(OP.i32_eqz);
    else {
      const page = bank ? this.#context.temporary('i32') : entry;
      if (bank) out.tee(page);
      out.memory(OP.i32_load, table).tee(entry).op(OP.i32_eqz);
      this.#highWord(long);
      // physical memory has no high word
      if (bank) out.get(page).memory(OP.i32_load, HIGH_TABLE).op(OP.i32_xor);
      out.op(OP.i32_or);
    }
    if (size > 1)
      out
        .get(low)
        .i32(size - 1)
        .op(OP.i32_and, OP.i32_or);
    return entry;
  }
  #highWord(long: number): void {
    this.#context.out.get(long).i64(32n).op(OP.i64_shr_u, OP.i32_wrap_i64);
  }

  /** Puts an address into locals. */
  #address(id: number): AddressLocals {
    const { out } = this.#context;
    const low = this.#context.temporary('i32');
    this.#value(id);
    if (this.#program[id]!.type !== 'i64') {
      out.set(low);
      return { low };
    }
    const long = this.#context.temporary('i64');
    out.tee(long).op(OP.i32_wrap_i64).set(low);
    return { low, long };
  }

  /** The tables say what the core may do with its present privilege: an access with less of it takes the slow path. */
  #refuse(): void {
    this.#context.out.i32(1).op(OP.i32_or);
  }
  /** Waits for the line that is read, where the address lies in a slow memory. */
  #waitForData(address: number): void {
    const { out, waitForData, hot } = this.#context;
    if (waitForData === undefined || (hot?.window && !isSlow(hot.window.base))) return;
    out.get(address).i32(SLOW_MEMORY.bits).op(OP.i32_shr_u);
    out.i32(SLOW_MEMORY.base >>> SLOW_MEMORY.bits).op(OP.i32_eq, OP.if, EMPTY_BLOCK);
    waitForData({ local: address });
    out.op(OP.end);
  }
  #waitForConstant(node: Extract<Node, { op: 'load' }>): void {
    const { waitForData } = this.#context;
    const address = this.#program[node.args[0]]!;
    if (waitForData === undefined || address.op !== 'const' || !isSlow(Number(address.value) >>> 0)) return;
    waitForData({ at: Number(address.value) >>> 0, depth: this.#depth });
  }
  #load(id: number, node: Extract<Node, { op: 'load' }>): void {
    const { out } = this.#context;
    const constant = this.#constantWord(node);
    if (constant !== undefined) {
      this.#waitForConstant(node);
      out.i32(constant).set(this.#local(id));
      return;
    }
    const shared = this.#context.hot?.grouped(id);
    if (shared) {
      const host = this.#sharedCheck(shared);
      out
        .get(shared.place)
        .memory(LOADS[loadName(node)]!, host + shared.offset)
        .set(this.#local(id));
      return;
    }
    const address = this.#address(node.args[0]);
    this.#waitForData(address.low);
    const window = this.#context.hot?.window;
    if (window && !node.access.unprivileged) {
      this.#loadFrom(window, id, node, address);
      return;
    }
    const { hot } = this.#context;
    const quick = node.access.unprivileged
      ? undefined
      : this.#entry(address, node.size, READ_TABLE, hot?.checkedBefore(id));
    if (quick !== undefined) {
      out.get(quick).get(address.low).op(OP.i32_add).memory(LOADS[loadName(node)]!, 0).set(this.#local(id));
      return;
    }
    const entry = this.#lookUp(address, node.size, READ_TABLE);
    if (node.access.unprivileged) this.#refuse();
    out.op(OP.if, VALUE_TYPE[node.type]);
    this.#slowArm(() => this.#slowLoad(node, address));
    out.op(OP.else).get(entry).get(address.low).op(OP.i32_add);
    out.memory(LOADS[loadName(node)]!, 0);
    out.op(OP.end).set(this.#local(id));
  }

  /** A literal of the code, where that cannot be stored to. */
  #constantWord({ args, size, type }: Extract<Node, { op: 'load' }>): number | undefined {
    const address = this.#program[args[0]]!;
    if (size !== 4 || type !== 'i32' || address.op !== 'const' || address.type !== 'i32') return undefined;
    return this.#context.hot?.constantWord(Number(address.value) >>> 0);
  }

  /** One comparison says whether the address is aligned and lies in the window: misaligned ones rotate to the top. */
  #loadFrom(
    { base, size, host }: MemoryWindow,
    id: number,
    node: Extract<Node, { op: 'load' }>,
    { low, long }: AddressLocals,
  ): void {
    const { out } = this.#context;
    if (long === undefined) out.get(low).i32(base).op(OP.i32_sub).tee(low);
    else out.get(long).i64(-BigInt(base)).op(OP.i64_add).tee(long); // most hosts add a negative number of 32 bits at once
    this.#isOutside(size, Math.log2(node.size), long !== undefined);
    this.#missIf();
    if (long === undefined) out.get(low);
    else out.get(long).op(OP.i32_wrap_i64);
    out.memory(LOADS[loadName(node)]!, host).set(this.#local(id));
  }

  /** Whether a distance on the stack is misaligned, or not below `size` bytes, which are a multiple of the alignment. */
  #isOutside(size: number, shift: number, long: boolean): void {
    const { out } = this.#context;
    if (shift > 0 && Number.isInteger(Math.log2(size)) && size < 2 ** 32) {
      // the host tests bits without another register, but takes a sum apart where all bits below are free
      const bits = -size | ((1 << shift) - 1);
      if (long) out.i64(BigInt(bits)).op(OP.i64_and).i64(0n).op(OP.i64_ne);
      else out.i32(bits).op(OP.i32_and);
    } else if (long) {
      if (shift > 0) out.i64(BigInt(shift)).op(OP.i64_rotr);
      out.i64((BigInt(size) >> BigInt(shift)) - 1n).op(OP.i64_gt_u);
    } else {
      if (shift > 0) out.i32(shift).op(OP.i32_rotr);
      out.i32(size >>> shift).op(OP.i32_ge_u);
    }
  }

  /** Checks all accesses of a group at the first one; gives where the place counts from in the Wasm memory. */
  #sharedCheck({ kind, base, from, span, shift, window, place, checked }: SharedCheck): number {
    const { out } = this.#context;
    if (checked) return window?.host ?? 0;
    const distance = from - (window?.base ?? 0);
    const long = this.#context.state.registerSize === 8 ? this.#context.temporary('i64') : undefined;
    out.get(base);
    if (long === undefined) out.i32(distance).op(OP.i32_add).set(place);
    else out.i64(BigInt(distance)).op(OP.i64_add).tee(long).op(OP.i32_wrap_i64).set(place);
    if (window) {
      out.get(long ?? place);
      this.#isOutside((((window.size - span) >>> shift) + 1) * 2 ** shift, shift, long !== undefined);
      this.#missIf();
    } else {
      const table = kind === 'load' ? READ_TABLE : WRITE_TABLE;
      const quick = this.#entry({ low: place, long }, 1 << shift, table);
      const entry = quick ?? this.#lookUp({ low: place, long }, 1 << shift, table);
      out
        .get(place)
        .i32(PAGE_SIZE - 1)
        .op(OP.i32_and);
      out.i32(PAGE_SIZE - span).op(OP.i32_gt_s);
      if (quick === undefined) out.op(OP.i32_or);
      this.#missIf();
      out.get(place).get(entry).op(OP.i32_add).set(place);
    }
    return window?.host ?? 0;
  }

  #slowArm(call: () => void): void {
    const { hot } = this.#context;
    if (hot && !hot.inline) hot.miss(this.#depth + 1);
    else call();
  }

  #slowLoad(node: Extract<Node, { op: 'load' }>, { low, long }: AddressLocals): void {
    const { out } = this.#context;
    this.#synchronise();
    out.get(low).i32(accessFlags(node.access));
    if (long !== undefined) this.#highWord(long);
    out.call(this.#context.slow('load', node.size));
    this.#widen(node);
    this.#reload();
  }

  /** The slow path gives zero-extended i32 (i64 for 8 bytes): bring it to the load's type and sign. */
  #widen(node: Extract<Node, { op: 'load' }>): void {
    const { out } = this.#context;
    if (node.access.signed && node.size < 4) out.op(node.size === 1 ? 0xc0 : 0xc1);
    if (node.type === 'i64' && node.size < 8) {
      out.op((node.access.signed ? PURE_OPCODE.extendS!.i32 : PURE_OPCODE.extendU!.i32) as number);
    }
  }

  #store(id: number, node: Extract<Node, { op: 'store' }>): void {
    const { out } = this.#context;
    const type = this.#program[node.args[1]]!.type as 'i32' | 'i64';
    const shared = this.#context.hot?.grouped(id);
    if (shared) {
      this.#sharedCheck(shared);
      out.get(shared.place);
      this.#value(node.args[1]);
      out.memory(STORES[`${type} ${node.size}`]!, shared.offset);
      return;
    }
    const address = this.#address(node.args[0]);
    const value = this.#context.temporary(type);
    this.#value(node.args[1]);
    out.set(value);
    const { hot } = this.#context;
    const quick = node.access.unprivileged
      ? undefined
      : this.#entry(address, node.size, WRITE_TABLE, hot?.checkedBefore(id));
    if (quick !== undefined) {
      out.get(quick).get(address.low).op(OP.i32_add).get(value).memory(STORES[`${type} ${node.size}`]!, 0);
      return;
    }
    const entry = this.#lookUp(address, node.size, WRITE_TABLE);
    if (node.access.unprivileged) this.#refuse();
    out.op(OP.if, EMPTY_BLOCK);
    this.#slowArm(() => this.#slowStore(node, address, value));
    out.op(OP.else).get(entry).get(address.low).op(OP.i32_add).get(value);
    out.memory(STORES[`${type} ${node.size}`]!, 0).op(OP.end);
  }

  #slowStore(node: Extract<Node, { op: 'store' }>, { low, long }: AddressLocals, value: number): void {
    const { out } = this.#context;
    this.#synchronise();
    out.get(low).get(value);
    if (this.#program[node.args[1]]!.type === 'i64' && node.size < 8) out.op(PURE_OPCODE.wrap!.i64 as number);
    out.i32(accessFlags(node.access));
    if (long !== undefined) this.#highWord(long);
    out.call(this.#context.slow('store', node.size));
    this.#reload();
  }

  /** Makes pc and the cycles left visible to the machine, before a call into it. */
  #synchronise(): void {
    const { out, pc, budget, hot } = this.#context;
    if (hot) {
      hot.before();
      return;
    }
    out.i32(0).get(pc).memory(OP.i32_store, ENGINE.pc);
    out.i32(0).get(budget).memory(OP.i32_store, ENGINE.budget);
  }

  #reload(helper = false): void {
    const { hot } = this.#context;
    if (hot) {
      hot.after(helper);
      return;
    }
    this.#context.out.i32(0).memory(OP.i32_load, ENGINE.budget).set(this.#context.budget);
  }

  #trap(node: Extract<Node, { op: 'trap' }>): void {
    const { out, pc, length } = this.#context;
    out.i32(0).i32(this.#context.trapNumber(node.kind)).memory(OP.i32_store, ENGINE.exit);
    out.i32(0);
    this.#value(node.args[0]);
    out.memory(OP.i32_store, ENGINE.exitArgument);
    if (node.resume === 'next' && !this.#context.hot) out.get(pc).i32(length).op(OP.i32_add).set(pc);
    this.#context.leave(this.#depth, node.resume);
    this.#left = true;
  }

  #helper(id: number, node: Extract<Node, { op: 'helper' }>): void {
    const { out } = this.#context;
    this.#synchronise();
    for (const arg of node.args) this.#value(arg);
    out.call(this.#context.helper(node.name));
    if (node.type !== 'void') out.set(this.#local(id));
    this.#reload(true);
  }

  #guard({ name, kind }: Extract<Node, { op: 'guard' }>): void {
    const { out, hot, state } = this.#context;
    if (hot?.guarded(name, this.#depth)) return;
    if (hot) out.get(hot.scalar(name));
    else out.i32(0).memory(OP.i32_load, state.scalars[name]!.offset);
    out.op(OP.i32_eqz, OP.if, EMPTY_BLOCK);
    if (hot) hot.refuse(this.#depth + 1, false);
    else {
      out.i32(0).i32(this.#context.trapNumber(kind)).memory(OP.i32_store, ENGINE.exit);
      out.i32(0).i32(0).memory(OP.i32_store, ENGINE.exitArgument);
      this.#context.leave(this.#depth + 1, 'this');
    }
    out.op(OP.end);
  }

  #rarely({ name, args }: Extract<Node, { op: 'rarely' }>): void {
    const { out, hot } = this.#context;
    this.#value(args[0]);
    out.op(OP.if, EMPTY_BLOCK);
    if (hot) hot.refuse(this.#depth + 1, true);
    else {
      this.#synchronise();
      this.#value(args[1]);
      out.call(this.#context.helper(name));
      this.#reload(true);
    }
    out.op(OP.end);
  }

  #charge(id: number, cycles: number): void {
    const { out, budget, hot } = this.#context;
    const node = this.#program[cycles]!;
    if (hot && node.op === 'const') {
      let next = id + 1;
      while (this.#program[next]?.op === 'const') next++;
      hot.charge(Number(node.value), this.#depth, this.#program[next]?.op === 'branch');
      return;
    }
    out.get(budget);
    this.#value(cycles);
    out.op(OP.i32_sub).set(budget);
  }

  /** Opens `block { loop {` over the set bits of a word. */
  #openBits(id: number, list: number): void {
    const { out } = this.#context;
    const word = this.#context.temporary('i32');
    this.#value(list);
    out.set(word).op(OP.block, EMPTY_BLOCK, OP.loop, EMPTY_BLOCK);
    out.get(word).op(OP.i32_eqz).br(1, OP.br_if);
    out
      .get(word)
      .op(PURE_OPCODE.ctz!.i32 as number)
      .set(this.#local(id));
    out.get(word).get(word).i32(1).op(OP.i32_sub, OP.i32_and).set(word);
    this.#depth += 2;
  }

  #closeBits(): void {
    this.#context.out.br(0).op(OP.end, OP.end);
    this.#depth -= 2;
  }
}

const loadName = ({ type, size, access }: Extract<Node, { op: 'load' }>) =>
  `${type} ${size} ${access.signed ? 's' : 'u'}`;
