import type { Decoded } from '../decoder.js';
import { Emitter } from '../emitter.js';
import type { Isa, Linkage } from '../instruction.js';
import { argsOf, type Node, type Program } from '../ir.js';
import { LINE_SHIFT, MOST_LINE_CYCLES } from '../layout.js';
import { emit, staticsOf } from '../variant.js';

/** The operations of one instruction with literal operands. */
export interface Part {
  readonly pc: number;
  readonly length: 2 | 4;
  readonly program: Program;
  /** Addresses and lengths of other code that its cost depends on, in turn. */
  readonly beside: readonly number[];
  /** In an IT block: the state before this instruction and after it, and the test of its condition. */
  readonly predicate?: {
    readonly before: number;
    readonly after: number;
    readonly test: Program;
    readonly result: number;
  };
}

/** One step of a region: an instruction, or an IT block as a whole, and where it can go on. */
export interface Step {
  readonly pc: number;
  /** Bytes. */
  readonly length: number;
  readonly parts: readonly Part[];
  /** Known addresses that it branches to. */
  readonly targets: readonly number[];
  readonly fallsThrough: boolean;
  /** It calls a subroutine: a register gets the address behind it. */
  readonly calls: boolean;
  /** It branches to a computed address: a return goes back to a caller, a jump anywhere. */
  readonly computed: 'return' | 'jump' | undefined;
  /** Most cycles it can take. */
  readonly cycles: number;
}

/** A cost that depends on operands' values is at most this (the longest division). */
const DYNAMIC_CYCLES = 40;

export type Fetch = (pc: number) => Decoded | undefined;

/** Reads one step at an address; undefined where nothing can be decoded. */
export function stepAt(isa: Isa, pc: number, fetch: Fetch, slowCode = false, pcHigh = 0n): Step | undefined {
  const decoded = fetch(pc);
  if (!decoded) return undefined;
  const part = partOf(isa, decoded, pc, false, pcHigh);
  const itstate = itstateOf(isa, part.program);
  const step = itstate === undefined ? stepOf(isa, [part]) : itBlockAt(isa, part, itstate, fetch);
  return step && slowCode ? { ...step, cycles: step.cycles + waitsOf(step) } : step;
}

/** Most cycles that a step waits for lines of code and data. */
function waitsOf({ parts }: Step): number {
  let lines = 0;
  for (const { pc, program } of parts) {
    // a wide instruction may end in the line: then the one behind it is the first there
    if ((pc & ((1 << LINE_SHIFT) - 1)) <= 2) lines++;
    lines += program.filter(({ op }) => op === 'load').length;
  }
  return lines * MOST_LINE_CYCLES;
}

function partOf(
  isa: Isa,
  { row, fields, length, beside = [] }: Decoded,
  pc: number,
  inItBlock: boolean,
  pcHigh = 0n,
): Part {
  const program = emit(isa, { row, statics: staticsOf(row, fields), inItBlock }, { fields, pc, pcHigh });
  return { pc, length, program, beside };
}

/** The state that an IT instruction sets, undefined for any other. */
function itstateOf(isa: Isa, program: Program): number | undefined {
  if (!isa.predication) return undefined;
  const { state } = isa.predication;
  const set = program.find((node) => isSetOf(node, state));
  return set?.op === 'set' ? constantOf(program, set.args[0]) : undefined;
}

/** ITAdvance() (ARMv7-M A7.3.2). */
const advance = (itstate: number) => ((itstate & 7) === 0 ? 0 : (itstate & 0xe0) | ((itstate << 1) & 0x1f));

function itBlockAt(isa: Isa, first: Part, itstate: number, fetch: Fetch): Step | undefined {
  const withoutState = first.program.filter((node) => !isSetOf(node, isa.predication!.state));
  const parts: Part[] = [{ ...first, program: withoutState }];
  let pc = (first.pc + first.length) >>> 0;
  for (let state = itstate; (state & 15) !== 0; state = advance(state)) {
    const decoded = fetch(pc);
    // an instruction that ignores the condition (BKPT) is left to the cold engine, and with it the block
    if (!decoded || decoded.row.unconditional) return undefined;
    const part = partOf(isa, decoded, pc, true);
    // the machine could look at the state of the block, and change it; so does another IT instruction
    if (part.program.some((node) => node.op === 'helper' || isSetOf(node, isa.predication!.state))) return undefined;
    const emitter = new Emitter({ length: 2, scalars: isa.state.scalars });
    const { id } = isa.predication!.holds(emitter, state >> 4);
    const predicate = { before: state, after: advance(state), test: emitter.program, result: id };
    parts.push({ ...part, predicate });
    pc = (pc + part.length) >>> 0;
  }
  // what is left of a block goes along with a branch out of its middle
  const branchesEarly = parts.slice(0, -1).some(({ program }) => program.some(({ op }) => op === 'branch'));
  return branchesEarly ? undefined : stepOf(isa, parts);
}

const isSetOf = (node: Node, name: string) => node.op === 'set' && node.name === name;

export function constantOf(program: Program, id: number): number | undefined {
  const node = program[id]!;
  if (node.op !== 'const') return undefined;
  return typeof node.value === 'bigint' ? Number(BigInt.asUintN(32, node.value)) : node.value >>> 0;
}

function stepOf(isa: Isa, parts: readonly Part[]): Step {
  const last = parts.at(-1)!;
  const targets = new Set<number>();
  let computed: Step['computed'];
  let branches = false;
  for (const { program } of parts) {
    for (const node of program) {
      if (node.op !== 'branch') continue;
      branches = true;
      const target = constantOf(program, node.args[0]);
      if (target !== undefined) targets.add(target);
      else computed = isReturn(isa.linkage, program, node.args[0]) ? 'return' : 'jump';
    }
  }
  return {
    pc: parts[0]!.pc,
    length: parts.reduce((sum, part) => sum + part.length, 0),
    parts,
    targets: [...targets],
    fallsThrough: last.predicate !== undefined || fallsThrough(last.program),
    calls: branches && parts.some((part) => writesReturnAddress(isa.linkage, part)),
    computed,
    cycles: parts.reduce((sum, part) => sum + cyclesOf(part.program), 0),
  };
}

/** Whether a branch target comes from a link register, or from the stack. */
function isReturn(linkage: Linkage, program: Program, id: number): boolean {
  const node = program[id]!;
  if (node.op === 'reg') return linkage.links.includes(constantOf(program, node.args[0])!);
  if (node.op === 'load') return isStackAddress(linkage.stack, program, node.args[0]);
  return argsOf(node).some((arg) => isReturn(linkage, program, arg));
}

function isStackAddress(stack: number, program: Program, id: number): boolean {
  const node = program[id]!;
  if (node.op === 'reg') return constantOf(program, node.args[0]) === stack;
  return argsOf(node).some((arg) => isStackAddress(stack, program, arg));
}

function writesReturnAddress({ links }: Linkage, { pc, length, program }: Part): boolean {
  const next = (pc + length) >>> 0;
  const writes = (node: Node) =>
    node.op === 'setReg' &&
    links.includes(constantOf(program, node.args[0])!) &&
    ((constantOf(program, node.args[1]) ?? 0) & ~1) >>> 0 === next;
  return program.some(writes);
}

function cyclesOf(program: Program): number {
  let cycles = 0;
  for (const node of program) {
    if (node.op === 'charge') cycles += constantOf(program, node.args[0]) ?? DYNAMIC_CYCLES;
  }
  // what takes no cycle is executed only while there is one left
  return Math.max(1, cycles);
}

/** Whether some path reaches the end of the list. */
function fallsThrough(program: Program): boolean {
  const open: { before: boolean; first?: boolean }[] = [];
  let left = false;
  for (const node of program) {
    if (node.op === 'if' || node.op === 'bits') open.push({ before: left });
    else if (node.op === 'else') {
      open.at(-1)!.first = left;
      left = open.at(-1)!.before;
    } else if (node.op === 'end') {
      const { before, first } = open.pop()!;
      left = before || (first === true && left);
    } else if (node.op === 'branch' || node.op === 'trap') left = true;
  }
  return !left;
}
