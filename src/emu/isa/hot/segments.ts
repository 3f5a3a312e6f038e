import type { Node, Program } from '../ir.js';
import { constantOf, type Part, type Step } from './flow.js';

/** Accesses at fixed distances from one value of a base register: one check serves them all. */
export interface AccessGroup {
  readonly kind: 'load' | 'store';
  /** Number of the base register. */
  readonly base: number;
  /** Distance of the first byte from the base, and bytes from there to the end of the last access. */
  readonly from: number;
  readonly span: number;
  /** log2 of the widest access: the first byte has to be aligned to it. */
  readonly shift: number;
}

/** An access as part of a group: its distance from the group's first byte. */
export interface GroupedAccess {
  readonly group: AccessGroup;
  readonly offset: number;
}

/**
 * A stretch of a block that is executed whole or not at all: where an access has to leave the region, it leaves as if
 * nothing of the stretch had been executed, and the cold engine starts over there. That is the same as going on in the
 * middle, since all before the access are computations and loads from plain memory, which can be repeated.
 */
export interface Segment {
  readonly steps: readonly Step[];
  /** Registers change when it is over; otherwise it is one instruction, which changes them as it goes. */
  readonly atOnce: boolean;
  /** Grouped accesses by instruction and position in its program. */
  readonly accesses: ReadonlyMap<Part, ReadonlyMap<number, GroupedAccess>>;
}

/** Most instructions of a segment: the more, the longer what it replaces is needed. */
const LONGEST = 24;
const FLOW = new Set<Node['op']>(['bits', 'branch', 'trap', 'helper']);
/** What leaves a trace and stands in no arm of an `if` then. */
const EFFECTS = new Set<Node['op']>(['setReg', 'set', 'load', 'store', 'charge']);

export interface SegmentOptions {
  /** Where accesses of an instruction are expected: only those in one place are grouped, and none where it is undefined. */
  readonly placeOf: (part: Part, kind: 'load' | 'store') => number | undefined;
  /** Whether accesses of an instruction are made by the machine from inside the region. */
  readonly callsMachine: (part: Part) => boolean;
  /** Whether an instruction may wait for a line of data, which cannot be repeated. */
  readonly mayWait: (part: Part) => boolean;
  /** Whether an instruction may wait for its line of code, behind another one. */
  readonly entersLine: (step: Step, before: Step) => boolean;
}

/** Divides a block. */
export function segmentsOf(steps: readonly Step[], options: SegmentOptions): Segment[] {
  const runs: { steps: Step[]; atOnce: boolean }[] = [];
  let open: Step[] | undefined;
  for (const step of steps) {
    const stores = isRepeatable(step, options) ? storesOf(step) : Number.POSITIVE_INFINITY;
    if (stores > 1) {
      runs.push({ steps: [step], atOnce: false });
      open = undefined;
      continue;
    }
    if (!open || open.length >= LONGEST || options.entersLine(step, open.at(-1)!)) {
      open = [];
      runs.push({ steps: open, atOnce: true });
    }
    open.push(step);
    if (stores === 1) open = undefined;
  }
  return runs.map((run) => {
    // of the instructions of an IT block none knows which others were executed
    const { parts } = run.steps[0]!;
    const together = parts.length > 1 ? parts.map((part) => [part]) : [run.steps.flatMap((step) => step.parts)];
    return { ...run, accesses: new Map(together.flatMap((one) => [...groupsOf(one, options)])) };
  });
}

/** Whether an instruction only computes, loads and stores, on one path and at a fixed cost. */
function isRepeatable(step: Step, { callsMachine, mayWait }: SegmentOptions): boolean {
  const part = step.parts[0]!;
  if (step.parts.length > 1 || callsMachine(part) || mayWait(part)) return false;
  return (
    choosesValues(part.program) &&
    part.program.every(
      (node) => !FLOW.has(node.op) && (node.op !== 'charge' || constantOf(part.program, node.args[0]) !== undefined),
    )
  );
}

/** Conditional arms only work out values: whatever the instruction changes, it changes on every path. */
function choosesValues(program: Program): boolean {
  let depth = 0;
  for (const { op } of program) {
    if (op === 'if') depth++;
    else if (op === 'end') depth--;
    else if (depth > 0 && EFFECTS.has(op)) return false;
  }
  return true;
}

/** Control flow inside a program: what a register holds there is not known. */
export const isStraight = (program: Program) =>
  !program.some(({ op }) => op === 'if' || op === 'bits' || op === 'helper');

const storesOf = (step: Step) => step.parts[0]!.program.filter(({ op }) => op === 'store').length;

interface Found {
  readonly part: Part;
  readonly id: number;
  readonly offset: number;
  readonly size: number;
}

function groupsOf(
  parts: readonly Part[],
  options: SegmentOptions,
): ReadonlyMap<Part, ReadonlyMap<number, GroupedAccess>> {
  /** Accesses by kind, base register, and how often that had been written. */
  const found = new Map<string, Found[]>();
  const written = new Map<number, number>();
  for (const part of parts) {
    const { program } = part;
    if (!isStraight(program)) {
      for (const node of program) if (node.op === 'setReg') count(written, constantOf(program, node.args[0])!);
      continue;
    }
    const addresses = new Addresses(program, written);
    for (const [id, node] of program.entries()) {
      addresses.next(id);
      if ((node.op !== 'load' && node.op !== 'store') || node.access.unprivileged) continue;
      const address = addresses.at(node.args[0]);
      const place = options.placeOf(part, node.op);
      if (!address || place === undefined) continue;
      const key = `${node.op} ${address.base} ${address.version} ${place}`;
      const group = found.get(key) ?? [];
      found.set(key, group);
      group.push({ part, id, offset: address.offset, size: node.size });
    }
  }
  const accesses = new Map<Part, Map<number, GroupedAccess>>();
  for (const [key, group] of found) {
    if (group.length < 2) continue;
    const [kind, base] = key.split(' ') as ['load' | 'store', string];
    const from = Math.min(...group.map(({ offset }) => offset));
    const span = Math.max(...group.map(({ offset, size }) => offset + size)) - from;
    const shift = Math.log2(Math.max(...group.map(({ size }) => size)));
    if (span > 1024 || group.some(({ offset, size }) => (offset - from) % size !== 0)) continue;
    const common = { kind, base: Number(base), from, span, shift };
    for (const { part, id, offset } of group) {
      const own = accesses.get(part) ?? new Map<number, GroupedAccess>();
      accesses.set(part, own);
      own.set(id, { group: common, offset: offset - from });
    }
  }
  return accesses;
}

export function count(written: Map<number, number>, register: number): void {
  written.set(register, (written.get(register) ?? 0) + 1);
}

/** An address as a register, how often that had been written when it was read, and a distance. */
interface Address {
  readonly base: number;
  readonly version: number;
  readonly offset: number;
}

/** What values of a straight program are such addresses; it is given its nodes in order. */
export class Addresses {
  readonly #program: Program;
  readonly #written: Map<number, number>;
  readonly #values: (Address | undefined)[] = [];
  readonly #variables = new Map<number, Address | undefined>();

  /** `written`: how often each register has been written so far; it is kept up to date. */
  constructor(program: Program, written: Map<number, number>) {
    this.#program = program;
    this.#written = written;
  }

  /** The base as it still is, undefined if the value is no such address or its base has changed since. */
  at(id: number): Address | undefined {
    const value = this.#values[id];
    return value && this.#version(value.base) === value.version ? value : undefined;
  }

  next(id: number): void {
    const node = this.#program[id]!;
    if (node.op === 'setReg') {
      const register = constantOf(this.#program, node.args[0])!;
      this.#written.set(register, this.#version(register) + 1);
    } else if (node.op === 'writeVar') this.#variables.set(node.variable, this.#values[node.args[0]]);
    else this.#values[id] = this.#value(node, id);
  }

  #value(node: Node, id: number): Address | undefined {
    if (node.op === 'reg') {
      const base = constantOf(this.#program, node.args[0])!;
      return { base, version: this.#version(base), offset: 0 };
    }
    if (node.op === 'var') {
      this.#variables.set(id, this.#values[node.args[0]]);
      return undefined;
    }
    if (node.op === 'readVar') return this.#variables.get(node.variable);
    if (node.op !== 'add' && node.op !== 'sub') return undefined;
    const base = this.#values[node.args[0]!];
    const distance = this.#program[node.args[1]!]!;
    if (!base || distance.op !== 'const') return undefined;
    return { ...base, offset: base.offset + Number(distance.value) * (node.op === 'add' ? 1 : -1) };
  }

  #version(register: number): number {
    return this.#written.get(register) ?? 0;
  }
}
