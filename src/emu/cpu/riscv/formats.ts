import { bits, hex } from '../../bits.js';
import type { AssemblyContext, Fields, OperandFormat } from '../../isa/instruction.js';
import { CSR_NAMES } from './csr-numbers.js';
import { fieldsOf, IMMEDIATE, type Immediate, immediateOf } from './immediates.js';
import { X_NAMES } from './x-registers.js';

/**
 * Operands in the GNU assembler's syntax with ABI register names. Every row has its own mnemonic (`c.addi`, no pseudo
 * instructions), so that text and encoding determine each other: what `objdump -d -M no-aliases` prints.
 */
export const FORMATS: Readonly<Record<string, OperandFormat>> = {
  d: register('d'),
  s: register('s'),
  t: register('t'),
  I: decimal(IMMEDIATE.I),
  CI: decimal(IMMEDIATE.CI),
  C16SP: decimal(IMMEDIATE.C16SP),
  C4SPN: decimal(IMMEDIATE.C4SPN),
  CL: decimal(IMMEDIATE.CL),
  CLSP: decimal(IMMEDIATE.CLSP),
  CLD: decimal(IMMEDIATE.CLD),
  CLDSP: decimal(IMMEDIATE.CLDSP),
  CSDSP: decimal(IMMEDIATE.CSDSP),
  CSSP: decimal(IMMEDIATE.CSSP),
  shamt: hexadecimal(IMMEDIATE.shamt),
  U: upper(IMMEDIATE.U),
  CLUI: upper(IMMEDIATE.CLUI),
  B: target(IMMEDIATE.B),
  J: target(IMMEDIATE.J),
  CB: target(IMMEDIATE.CB),
  CJ: target(IMMEDIATE.CJ),
  zimm: { print: (f) => String(f.s), parse: (text) => single('s', number(text), 5) },
  csr: {
    print: (f) => CSR_NAMES.get(f.c!) ?? `0x${f.c!.toString(16)}`,
    parse: (text) => single('c', csrNumber(text), 12),
  },
  pred: accessSet('p'),
  succ: accessSet('q'),
  order: memoryOrder(),
};

/** A register; a field of three bits names x8–x15. */
function register(letter: string): OperandFormat {
  const first = (context: AssemblyContext) => (widthsOf(context)[letter] === 3 ? 8 : 0);
  return {
    print: (fields, _, context) => X_NAMES[fields[letter]! + first(context)]!,
    parse: (text, _, context) => {
      const name = text === 'fp' ? 's0' : text;
      const index = X_NAMES.indexOf(name);
      return index < 0 ? undefined : single(letter, index - first(context), widthsOf(context)[letter]!);
    },
  };
}

function decimal(layout: Immediate): OperandFormat {
  return {
    print: (fields) => String(immediateOf(layout, fields)),
    parse: (text, _, context) => parsed(layout, number(text), context),
  };
}

function hexadecimal(layout: Immediate): OperandFormat {
  return { ...decimal(layout), print: (fields) => `0x${immediateOf(layout, fields).toString(16)}` };
}

/** LUI's and AUIPC's operand: bits 31:12 of the value, unsigned. */
function upper(layout: Immediate): OperandFormat {
  return {
    print: (fields) => `0x${bits(immediateOf(layout, fields), 12, 20).toString(16)}`,
    parse: (text, _, context) => {
      const value = number(text);
      return value === undefined || value >>> 20 !== 0 ? undefined : parsed(layout, value << 12, context);
    },
  };
}

/** The address that a branch goes to. */
function target(layout: Immediate): OperandFormat {
  return {
    print: (fields, _, context) => hex(context.pc + immediateOf(layout, fields)),
    parse: (text, _, context) => {
      const value = number(text);
      return value === undefined ? undefined : parsed(layout, (value - context.pc) | 0, context);
    },
  };
}

/** FENCE's sets of accesses: `i o r w`, bit 3 to bit 0 (Unpriv 2.7); the empty set is `0`. */
function accessSet(letter: string): OperandFormat {
  const kinds = 'iorw';
  const print = (set: number) => [...kinds].filter((_, i) => (set >>> (3 - i)) & 1).join('') || '0';
  const all = new Map(Array.from({ length: 16 }, (_, set) => [print(set), set]));
  return { print: (fields) => print(fields[letter]!), parse: (text) => single(letter, all.get(text), 4) };
}

/** The aq and rl bits of an atomic instruction, part of its mnemonic. */
function memoryOrder(): OperandFormat {
  const suffixes = ['', '.rl', '.aq', '.aqrl'];
  return {
    print: (fields) => suffixes[(fields.q! << 1) | fields.r!]!,
    parse: (text) => {
      const index = suffixes.indexOf(text);
      return index < 0 ? undefined : { q: index >>> 1, r: index & 1 };
    },
  };
}

function widthsOf(context: AssemblyContext): Readonly<Record<string, number>> {
  return Object.fromEntries(context.row.pattern.fields.map(({ letter, width }) => [letter, width]));
}

function parsed(layout: Immediate, value: number | undefined, context: AssemblyContext): Fields | undefined {
  return value === undefined ? undefined : fieldsOf(layout, value, widthsOf(context));
}

function single(letter: string, value: number | undefined, width: number): Fields | undefined {
  return value === undefined || value < 0 || value >>> width !== 0 ? undefined : { [letter]: value };
}

function number(text: string): number | undefined {
  return /^-?(0x[\da-f]+|\d+)$/i.test(text)
    ? text.startsWith('-')
      ? -Number(text.slice(1))
      : Number(text)
    : undefined;
}

const CSR_NUMBERS: ReadonlyMap<string, number> = new Map([...CSR_NAMES].map(([value, name]) => [name, value]));
function csrNumber(text: string): number | undefined {
  return CSR_NUMBERS.get(text) ?? number(text);
}
