import { InternalError } from '../errors.js';
import { withLazy } from '../lazy.js';
import type { Emitter, Int } from './emitter.js';
import type { PureFunction, Type } from './ir.js';
import { type OperandLetters, type Pattern, parsePattern, type StaticLetters } from './pattern.js';
import type { Pipeline } from './pipeline.js';

/** Operands as a body sees them: symbolic for lower-case letters, plain numbers for upper-case ones. */
export type Operands<P extends string> = { readonly [K in OperandLetters<P>]: Int } & {
  readonly [K in StaticLetters<P>]: number;
};
/** Operands as the decoder and the disassembler see them: all plain numbers. */
export type Fields = Readonly<Record<string, number>>;

export interface RowOptions<P extends string> {
  /** The encoding belongs to this row only where this holds (the manual's "if n == '1111' then SEE …"). */
  readonly when?: (fields: { readonly [K in OperandLetters<P> | StaticLetters<P>]: number }) => boolean;
  /** This row wins over the more general rows it overlaps; without it an overlap is an error. */
  readonly over?: boolean;
  /** Executed inside an IT block even where the condition fails (BKPT). */
  readonly unconditional?: boolean;
  /** What has to be so before it is executed at all: see `Guard`. */
  readonly guard?: Guard;
  /** Executed often enough to be inlined in the cold engine's dispatch function (chosen by measurement). */
  readonly common?: boolean;
}

/** An instruction is executed only while a scalar is not 0; otherwise a trap lets the CPU act. */
export interface Guard {
  readonly scalar: string;
  readonly trap: string;
}

/** One encoding of one instruction: everything the project knows of it. */
export interface Row {
  readonly pattern: Pattern;
  /** Assembly text; `{x}` stands for an operand, printed by the ISA's format of that name. */
  readonly text: string;
  /** Timing class, turned into cycles by the ISA's timing. */
  readonly timing: string;
  /** Section of the manual, `'A7.7.4 T1'`. */
  readonly section: string;
  readonly body: (o: Emitter, f: Readonly<Record<string, Int & number>>) => void;
  readonly when?: (fields: Fields) => boolean;
  readonly guard?: Guard | undefined;
  readonly over: boolean;
  readonly unconditional: boolean;
  readonly common: boolean;
}

/**
 * Declares an instruction. The body reads like the manual's pseudocode and is run against an emitter; it must raise
 * faults (loads, stores, traps) before it changes a register that a restart would need.
 */
export function insn<const P extends string>(
  pattern: P,
  text: string,
  timing: string,
  section: string,
  body: (o: Emitter, f: Operands<P>) => void,
  options: RowOptions<P> = {},
): Row {
  return new Instruction(pattern, text, timing, section, body as Row['body'], options as RowOptions<string>);
}

/** Its pattern is read when somebody asks: a program uses one of many instruction sets. */
class Instruction implements Row {
  readonly text: string;
  readonly timing: string;
  readonly section: string;
  readonly body: Row['body'];
  readonly when: Row['when'];
  readonly guard: Guard | undefined;
  readonly over: boolean;
  readonly unconditional: boolean;
  readonly common: boolean;
  private readonly bits: string;
  private parsed: Pattern | undefined;

  constructor(
    bits: string,
    text: string,
    timing: string,
    section: string,
    body: Row['body'],
    options: RowOptions<string>,
  ) {
    this.bits = bits;
    this.text = text;
    this.timing = timing;
    this.section = section;
    this.body = body;
    this.when = options.when as Row['when'];
    this.guard = options.guard;
    this.over = options.over ?? false;
    this.unconditional = options.unconditional ?? false;
    this.common = options.common ?? false;
    this.parsed = undefined;
  }
  get pattern(): Pattern {
    this.parsed ??= parsePattern(this.bits);
    return this.parsed;
  }
}

/** Prints and reads one kind of operand in assembly text. */
export interface OperandFormat {
  /** `letter` is the token's name in the text. */
  print(fields: Fields, letter: string, context: AssemblyContext): string;
  /** The fields that the text stands for, or undefined if it is not of this kind or does not fit the row. */
  parse(text: string, letter: string, context: AssemblyContext): Fields | undefined;
}
export interface AssemblyContext {
  readonly pc: number;
  readonly inItBlock: boolean;
  readonly row: Row;
}

/** The CPU state that bodies see: one file of integer registers and named scalars. */
export interface StateDescription {
  readonly registers: { readonly count: number; readonly type: 'i32' | 'i64' };
  readonly scalars: Readonly<Record<string, Type>>;
}

export interface HelperSignature {
  readonly params: readonly Type[];
  readonly result: Type | 'void';
}

/** Conditional execution by a state word (Thumb's IT blocks). */
export interface Predication {
  /** The scalar that holds ITSTATE; bits 3:0 are 0 outside a block. */
  readonly state: string;
  /** Emits the test of a 4-bit condition; gives i32 0 or 1. */
  readonly holds: (o: Emitter, condition: number) => Int;
}

/** Registers of the calling convention: speed alone depends on it. */
export interface Linkage {
  /** Registers that calls leave the return address in. */
  readonly links: readonly number[];
  /** The stack pointer, by which a saved return address is loaded. */
  readonly stack: number;
}

/** Cycles of a row by its timing class: emitted, so that operands may take part (`1 + popcount(list)`). */
export type Timing = (o: Emitter, row: Row, f: Readonly<Record<string, Int & number>>) => Int | number;

export interface Isa {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly state: StateDescription;
  readonly timing: Timing;
  /** Extra cycles of a taken branch. */
  readonly takenCycles: number;
  /** Where neighbours change an instruction's cost. */
  readonly pipeline?: Pipeline;
  /** Why bodies may leave the engine, in `o.trap(kind)`. */
  readonly traps: readonly string[];
  /** What bodies may call in `o.helper(name)`. */
  readonly helpers: Readonly<Record<string, HelperSignature>>;
  /** What bodies may call in `o.call(fn)`. */
  readonly functions?: readonly PureFunction[];
  readonly formats: Readonly<Record<string, OperandFormat>>;
  readonly predication?: Predication;
  /** The core may translate addresses: the page tables come in banks. */
  readonly paging?: boolean;
  readonly linkage: Linkage;
  /** Length in bytes of the instruction that starts with this halfword. */
  readonly lengthOf: (firstHalfword: number) => 2 | 4;
  /** Joins two halfwords, in address order, into the word the 32-bit patterns describe. */
  readonly join: (first: number, second: number) => number;
}

/** Whether registers, and with them addresses, have 64 bits. */
export const isLong = (isa: Isa): boolean => isa.state.registers.type === 'i64';

/** An instruction set as it is written down: rows that are many come from a function, which is called when they are needed. */
export type IsaDefinition = Omit<Isa, 'rows'> & { readonly rows: readonly Row[] | (() => readonly Row[]) };

/** Rows that overlap without saying so fail here; those of a function when their engine is generated, so at build time. */
export function defineIsa({ rows, ...isa }: IsaDefinition): Isa {
  if (typeof rows === 'function') return withLazy(isa, 'rows', rows);
  const defined = { ...isa, rows };
  checkRows(defined);
  return defined;
}

/** @throws InternalError where rows overlap without saying so */
export function checkRows(isa: Isa): void {
  for (const [i, a] of isa.rows.entries()) {
    for (const b of isa.rows.slice(i + 1)) {
      if (a.pattern.length !== b.pattern.length || a.over || b.over || a.when || b.when) continue;
      const common = a.pattern.mask & b.pattern.mask;
      if (((a.pattern.match ^ b.pattern.match) & common) === 0) {
        throw new InternalError({
          what: `'${a.text}' and '${b.text}' overlap`,
          where: `${isa.name}: ${a.pattern.text} and ${b.pattern.text}`,
          remedy: 'mark the more special one { over: true } or give it a condition',
        });
      }
    }
  }
}
