import { InternalError } from '../errors.js';
import type { Fields } from './instruction.js';
import { argsOf, isPure, type Node, type Program, type PureOp } from './ir.js';
import { RECORD_SIZE } from './layout.js';
import { fold } from './semantics.js';

/**
 * How an instruction's operands are laid out in its 16-byte record: whatever depends on operands and pc alone is
 * computed once, when the instruction is decoded, and stored there.
 *
 * Record: u16 handler outside IT blocks, u16 handler inside them (with flags, see handlers.ts), 12 bytes of slots.
 * Both handlers of an instruction read the same slots.
 */
export interface Slot {
  /** The value of node `node` of program `program`, times `scale`. */
  readonly program: number;
  readonly node: number;
  readonly scale: number;
  readonly bytes: 1 | 2 | 4;
  readonly offset: number;
}

/** What one of the programs sees of the record. */
export interface RecordView {
  /** Nodes known at decode time that are not constants. */
  readonly decoded: ReadonlySet<number>;
  slot(node: number, scale: number): Slot;
}

export interface RecordLayout {
  readonly slots: readonly Slot[];
  readonly views: readonly RecordView[];
}

const SLOTS_AT = 4;

/** Nodes whose value follows from operands and pc: found in one pass, arguments come first. */
function decodedNodes(program: Program): Set<number> {
  const decoded = new Set<number>();
  const settled = (id: number) => decoded.has(id) || program[id]!.op === 'const';
  for (const [id, node] of program.entries()) {
    if (node.op === 'operand' || node.op === 'pc') decoded.add(id);
    else if (isPure(node.op) && node.type === 'i32') {
      const args = argsOf(node);
      if (args.every((arg) => settled(arg) && program[arg]!.type === 'i32')) decoded.add(id);
    }
  }
  return decoded;
}

const ALL = 0xffff_ffff;

/** The largest value, unsigned, that a decoded node can have. */
function largest(program: Program, id: number): number {
  const node = program[id]!;
  const arg = (index: number) => largest(program, argsOf(node)[index]!);
  switch (node.op) {
    case 'const':
      return Number(node.value) >>> 0;
    case 'operand':
      return 2 ** node.width - 1;
    case 'and':
      return Math.min(arg(0), arg(1));
    case 'or':
    case 'xor':
      return Math.min(ALL, 2 ** (32 - Math.clz32(arg(0) | arg(1))) - 1);
    case 'add':
      return Math.min(ALL, arg(0) + arg(1));
    case 'shl': {
      const amount = program[node.args[1]!]!;
      return amount.op === 'const' ? Math.min(ALL, arg(0) * 2 ** (Number(amount.value) & 31)) : ALL;
    }
    case 'shrU': {
      const amount = program[node.args[1]!]!;
      return amount.op === 'const' ? arg(0) >>> (Number(amount.value) & 31) : arg(0);
    }
    case 'select':
      return Math.max(arg(1), arg(2));
    case 'popcnt':
    case 'clz':
    case 'ctz':
      return 32;
    case 'eq':
    case 'ne':
    case 'ltS':
    case 'ltU':
    case 'leS':
    case 'leU':
      return 1;
    default:
      return ALL;
  }
}

const isIndex = (node: Node, position: number) => (node.op === 'reg' || node.op === 'setReg') && position === 0;

/** A register's number as one from the record and a constant, so that numbers that differ by a constant share a slot. */
export function registerNumber(program: Program, id: number): { readonly from: number; readonly plus: number } {
  const node = program[id]!;
  const plus = node.op === 'add' ? program[node.args[1]!]! : undefined;
  return node.op === 'add' && plus?.op === 'const' && Number(plus.value) >= 0
    ? { from: node.args[0]!, plus: Number(plus.value) }
    : { from: id, plus: 0 };
}

/** A node as text, the same for equal expressions in different programs. */
function expression(program: Program, id: number): string {
  const node = program[id]!;
  if (node.op === 'const') return `${node.value}`;
  if (node.op === 'operand') return node.letter;
  return `${node.op}(${argsOf(node).map((arg) => expression(program, arg))})`;
}

type Wanted = Omit<Slot, 'offset'>;

/** The slots that a program needs, by expression and scale. */
function wantedSlots(programs: readonly Program[], program: number, decoded: Set<number>, registerSize: number) {
  const wanted = new Map<string, Wanted>();
  const nodes = programs[program]!;
  for (const [id, node] of nodes.entries()) {
    if (decoded.has(id)) continue;
    for (const [position, arg] of argsOf(node).entries()) {
      if (!decoded.has(arg)) continue;
      const index = isIndex(node, position);
      const scale = index ? registerSize : 1;
      const from = index ? registerNumber(nodes, arg).from : arg;
      const top = largest(nodes, from) * scale;
      const bytes = top < 0x100 ? 1 : top < 0x1_0000 ? 2 : 4;
      wanted.set(`${expression(nodes, from)}*${scale}`, { program, node: from, scale, bytes });
    }
  }
  return wanted;
}

/**
 * Lays out the record that the programs of one instruction share; `registerSize` is the bytes of a register (an index
 * is stored as an offset).
 */
export function layoutRecord(programs: readonly Program[], registerSize: number, name: string): RecordLayout {
  const decoded = programs.map(decodedNodes);
  const all = new Map(programs.flatMap((_, index) => [...wantedSlots(programs, index, decoded[index]!, registerSize)]));
  const slots = new Map<string, Slot>();
  let offset = SLOTS_AT;
  for (const [key, slot] of [...all].sort(([, a], [, b]) => b.bytes - a.bytes)) {
    slots.set(key, { ...slot, offset });
    offset += slot.bytes;
  }
  if (offset > RECORD_SIZE) {
    throw new InternalError({ what: `the operands of '${name}' need ${offset} bytes of a ${RECORD_SIZE}-byte record` });
  }
  const views = programs.map((program, index) => ({
    decoded: decoded[index]!,
    slot: (node: number, scale: number) => slots.get(`${expression(program, node)}*${scale}`)!,
  }));
  return { slots: [...slots.values()], views };
}

/** A slot's value for one encoding at one address. */
export function slotValue(programs: readonly Program[], slot: Slot, fields: Fields, pc: number): number {
  return Math.imul(decodedValue(programs[slot.program]!, slot.node, fields, pc), slot.scale);
}

/** The value of a node that follows from operands and pc, for one encoding at one address. */
export function decodedValue(program: Program, node: number, fields: Fields, pc: number): number {
  const only = program[node]!;
  // most are the number of a register
  if (only.op === 'operand') return fields[only.letter]! | 0;
  const value = (id: number): number => compute(program[id]!, value, fields, pc) | 0;
  return value(node);
}

function compute(node: Node, value: (id: number) => number, fields: Fields, pc: number): number {
  if (node.op === 'const') return Number(node.value);
  if (node.op === 'operand') return fields[node.letter]!;
  if (node.op === 'pc') return pc;
  return fold(node.op as PureOp, 'i32', argsOf(node).map(value)) as number;
}
