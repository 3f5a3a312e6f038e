import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { rowOf } from './thumb-encodings.js';
import {
  BYTE_TABLE,
  CONTINUE,
  HALF_TABLE,
  POINTERS,
  POINTERS_SIZE,
  SCRATCH,
  SCRATCH_SIZE,
  STACK_TOP,
  TABLE_SIZE,
} from './thumb-map.js';
import type { ProgramWriter, Random } from './thumb-program.js';

/**
 * Random instructions, each with what it needs around it: a base register that points into the data, a place to
 * branch to. `reserved` is the register that the frame of the sequence keeps for itself.
 */

interface Context {
  readonly out: ProgramWriter;
  readonly random: Random;
  readonly reserved: number;
}

const REGISTER_LETTERS = [...'dnmatuhl'];

/** Whether a field names a register; `m` of a register list is a bit, and coprocessor rows have numbers. */
function registersOf(row: Row, fields: Fields): number[] {
  const list = 'r' in fields && !row.text.includes('{rotation}');
  const letters = REGISTER_LETTERS.filter((letter) => !(list && letter === 'm'));
  const single = letters.flatMap((letter) => (fields[letter] === undefined ? [] : [fields[letter]!]));
  if (!list) return single;
  const listed = Array.from({ length: 13 }, (_, i) => i).filter((i) => (fields['r']! >>> i) & 1);
  return [...single, ...listed];
}

/** Random operands of a row that leave the reserved register alone and that `accept` takes. */
export function randomFields(
  { random, reserved }: Context,
  row: Row,
  accept: (fields: Fields) => boolean = () => true,
  adjust: (fields: Record<string, number>) => void = () => undefined,
): Fields | undefined {
  for (let attempt = 0; attempt < 200; attempt++) {
    const fields: Record<string, number> = {};
    for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
    adjust(fields);
    if (registersOf(row, fields).includes(reserved) || !accept(fields)) continue;
    if (rowOf(row.pattern.length, encode(row, fields)!) === row) return fields;
  }
  return undefined;
}

const emit = ({ out }: Context, row: Row, fields: Fields): void => out.emit(row, encode(row, fields)!);

/** A register other than the reserved one and those given. */
function freeRegister({ random, reserved }: Context, ...taken: readonly number[]): number {
  for (;;) {
    const register = random.below(13);
    if (register !== reserved && !taken.includes(register)) return register;
  }
}

/** Puts a word into a register, SP by way of another one. */
function setRegister(context: Context, register: number, value: number, ...taken: readonly number[]): void {
  if (register !== 13) {
    context.out.setWord(register, value);
    return;
  }
  const by = freeRegister(context, ...taken);
  context.out.setWord(by, value);
  context.out.put('mov sp, {m}', { m: by });
}

/** Rows that need nothing around them. */
const PLAIN = new Set(['alu', 'mul', 'nop', 'preload', 'barrier', 'clearExclusive']);
const FILLERS = armv7em.rows.filter(
  (row) => row.pattern.length === 16 && row.timing === 'alu' && !/sp|pc/.test(row.text),
);

/** `count` random 16-bit ALU instructions. */
function filler(context: Context, count: number): void {
  for (let i = 0; i < count; i++) {
    const row = context.random.pick(FILLERS);
    emit(context, row, randomFields(context, row)!);
  }
}

/** Loads and stores: the base points into the scratch data. Gives what emits the instruction behind the preparation. */
function memory(context: Context, row: Row): (() => void) | undefined {
  const aligned = /Dual|Multiple|exclusive/.test(row.timing);
  const list = row.pattern.fields.some(({ letter }) => letter === 'r');
  const indexed = !list && row.pattern.fields.some(({ letter }) => letter === 'm');
  // Where the base is stored and written back but not as the lowest of the list, its value is UNKNOWN (A7.7.159).
  const unknown = (f: Fields) =>
    list && row.text.startsWith('stm') && row.text.includes('!') && (f['r']! >>> f['n']!) & 1;
  const fields = randomFields(
    context,
    row,
    (f) => !(indexed && f['n'] === f['m']) && !unknown(f),
    (f) => {
      if (f['P'] !== undefined) f['P'] = 0;
    },
  );
  if (!fields) return undefined;
  const { random } = context;
  const base = fields['n'] ?? (row.text.includes('[pc') ? undefined : 13);
  if (base !== undefined) {
    const address = SCRATCH + 0x2000 + random.below(SCRATCH_SIZE - 0x4000);
    setRegister(context, base, aligned || random.chance(0.5) ? address & ~3 : address, fields['m']!);
  }
  if (indexed) setRegister(context, fields['m']!, random.below(512) - 100, base!);
  return () => emit(context, row, fields);
}

/** Puts the place where a landing stub or an exception handler goes on into memory; the caller fills in the word. */
function prepareContinuation(context: Context): (target: number) => void {
  const value = freeRegister(context);
  const pointer = freeRegister(context, value);
  const { out } = context;
  const at = out.address;
  out.setWord(value, 0);
  out.setWord(pointer, CONTINUE);
  out.put('str.w {t}, [{n}, {imm}]', { t: value, n: pointer, i: 0 });
  return (target) => out.at(at, () => out.setWord(value, target | 1));
}

/** Loads of PC: from a word that points to a landing stub. */
function loadPc(context: Context, row: Row): boolean {
  if (row.text.includes('[pc')) return loadPcLiteral(context, row);
  const list = row.pattern.fields.some(({ letter }) => letter === 'r');
  const scaled = row.pattern.fields.some(({ letter, width }) => letter === 'i' && width >= 8);
  const fields = randomFields(
    context,
    row,
    (f) => list || f['n'] === undefined || f['n'] !== f['m'],
    (f) => {
      if (scaled) f['i'] = f['i']! & ~3;
      if (f['P'] !== undefined) f['P'] = 1;
    },
  );
  if (!fields) return false;
  const { out, random } = context;
  const patch = prepareContinuation(context);
  const base = fields['n'] ?? 13;
  // A 12-bit offset reaches 4 KiB up, the others less than 2 KiB either way.
  const start = row.text.includes('{imm}') ? 0 : POINTERS_SIZE / 2;
  setRegister(context, base, POINTERS + start + 4 * random.below(0x100), fields['m'] ?? 16);
  if (!list && fields['m'] !== undefined) setRegister(context, fields['m'], 4 * random.below(64), base);
  emit(context, row, fields);
  filler(context, random.below(3));
  patch(out.address);
  return true;
}

function loadPcLiteral(context: Context, row: Row): boolean {
  const { out, random } = context;
  const up = random.chance(0.5);
  if (out.address & 2) filler(context, 1);
  // Down: a branch over the literal; up: the literal behind the instruction.
  let literal = out.address + 4;
  if (up) {
    emit(context, row, { u: 1, i: 0 });
    out.word(0);
  } else {
    out.put('b {target11}', { i: 2 });
    filler(context, 1);
    out.word(0);
    literal = out.address - 4;
    const distance = ((out.address + 4) & ~3) - literal;
    emit(context, row, { u: 0, i: distance });
  }
  filler(context, random.below(3));
  const target = out.address;
  out.at(literal, () => out.word(target | 1));
  return true;
}

/** Direct branches: forwards over some instructions, or backwards to some that go on behind the branch. */
function branch(context: Context, row: Row): boolean {
  const fields = randomFields(context, row);
  if (!fields) return false;
  const { out, random } = context;
  const [, token] = /\{(target\d+|forward)\}/.exec(row.text) ?? [];
  const aim = (at: number, target: number): void => {
    const parsed = armv7em.formats[token!]!.parse(`0x${target.toString(16)}`, token!, {
      pc: at,
      inItBlock: false,
      row,
    });
    if (!parsed) throw new Error(`${row.text} cannot reach ${target - at}`);
    out.at(at, () => emit(context, row, { ...fields, ...parsed }));
  };
  if (token === 'forward' || random.chance(0.6)) {
    const at = out.address;
    out.address += row.pattern.length / 8;
    filler(context, random.below(4) + (token === 'forward' ? 1 : 0));
    aim(at, out.address);
    return true;
  }
  const over = out.address;
  out.address += 2;
  const back = out.address;
  filler(context, 1 + random.below(3));
  const toEnd = out.address;
  out.address += 2;
  const at = out.address;
  out.at(over, () => out.put('b {target11}', { i: ((at - over - 4) >> 1) & 0x7ff }));
  out.address += row.pattern.length / 8;
  filler(context, random.below(3));
  aim(at, back);
  out.at(toEnd, () => out.put('b {target11}', { i: ((at + row.pattern.length / 8 - toEnd - 4) >> 1) & 0x7ff }));
  return true;
}

/** Branches to a register: BX, BLX, MOV PC, ADD PC. Some BX go to ARM state, which faults. */
function branchRegister(context: Context, row: Row): boolean {
  const { out, random } = context;
  if (row.text === 'mov pc, pc') {
    emit(context, row, {});
    filler(context, 1);
    return true;
  }
  if (row.text === 'bx pc') {
    return trap(context, row, () => {
      if (out.address & 2) filler(context, 1);
    });
  }
  const fields = randomFields(context, row, (f) => f['m'] !== 13);
  if (!fields) return false;
  const interworking = row.timing === 'branchRegister';
  const faults = interworking && random.chance(0.1);
  const patch = faults ? prepareTrap(context) : undefined;
  const setting = out.address;
  out.address += 8;
  const at = out.address;
  emit(context, row, fields);
  filler(context, random.below(4));
  // QEMU takes an alignment fault at an ARM state address of 2 mod 4, before the invalid state.
  if (faults && out.address & 2) filler(context, 1);
  const target = row.text.startsWith('add') ? out.address - (at + 4) : out.address;
  const lowBit = interworking ? Number(!faults) : random.below(2);
  out.at(setting, () => out.setWord(fields['m']!, (target & ~1) | lowBit));
  patch?.(out.address);
  return true;
}

function tableBranch(context: Context, row: Row): boolean {
  const { out, random } = context;
  const bytes = row.text.startsWith('tbb');
  const fields = randomFields(context, row, (f) => f['n'] !== f['m']);
  if (!fields) return false;
  if (row.text.includes('[pc')) {
    out.setWord(fields['m']!, random.below(4));
    emit(context, row, fields);
    const entries = Array.from({ length: 4 }, () => random.below(4) + (bytes ? 2 : 4));
    out.bytes(...entries.flatMap((entry) => (bytes ? [entry] : [entry, 0])));
  } else {
    const table = bytes ? BYTE_TABLE : HALF_TABLE;
    setRegister(context, fields['n']!, table + 2 * random.below(TABLE_SIZE / 4), fields['m']!);
    setRegister(context, fields['m']!, random.below(TABLE_SIZE / 8));
    emit(context, row, fields);
  }
  filler(context, 3);
  return true;
}

/** What comes before an instruction that raises an exception: its stack, and where the handler goes on. */
function prepareTrap(context: Context): (target: number) => void {
  const patch = prepareContinuation(context);
  setRegister(context, 13, STACK_TOP);
  return patch;
}
function trap(context: Context, row: Row, setUp: (fields: Fields) => void = () => undefined): boolean {
  // BKPT 0xAB is semihosting.
  const fields = randomFields(context, row, (f) => !(row.timing === 'breakpoint' && f['i'] === 0xab));
  if (!fields) return false;
  const patch = prepareTrap(context);
  setUp(fields);
  emit(context, row, fields);
  filler(context, context.random.below(3));
  patch(context.out.address);
  return true;
}

/** Divisions, by 0 every fourth time. */
function divide(context: Context, row: Row): boolean {
  return trap(context, row, (f) => {
    if (context.random.chance(0.25)) context.out.setWord(f['m']!, 0);
    // QEMU 7.2 stacks registers as they were before the block it is translating: ISB ends that block.
    context.out.put('isb {option}', { o: 15 });
  });
}

/**
 * Exclusives. QEMU's monitor holds an address and a value, the Cortex-M4's only a mark: pairs on one address, and
 * stores after a CLREX, are where the two must agree.
 */
function exclusive(context: Context, row: Row): boolean {
  const { out, random } = context;
  const load = row.text.startsWith('ldrex');
  const text = row.text.replace(/^(ldr|str)/, load ? 'str' : 'ldr');
  const partner = armv7em.rows.find((other) => other.text.startsWith(text.slice(0, text.indexOf(' ') + 1)))!;
  const fields = randomFields(context, row, (f) => f['n'] !== f['t'] && f['n'] !== 13);
  if (!fields) return false;
  const shared = { n: fields['n']!, ...(fields['i'] !== undefined && { i: fields['i'] }) };
  const other = randomFields(
    context,
    partner,
    (f) => f['t'] !== shared.n && f['d'] !== shared.n,
    (f) => Object.assign(f, shared),
  );
  if (!other) return false;
  out.setWord(shared.n, (SCRATCH + 0x2000 + random.below(SCRATCH_SIZE - 0x4000)) & ~3);
  const [first, second] = load ? [fields, other] : [other, fields];
  const [loading, storing] = load ? [row, partner] : [partner, row];
  if (random.chance(0.75)) emit(context, loading, first);
  if (random.chance(0.25)) out.put('clrex');
  emit(context, storing, second);
  // A second store fails.
  if (random.chance(0.25)) emit(context, storing, second);
  out.put('clrex');
  return true;
}

/** CPS, MSR and MRS; the masks and CONTROL are put back to 0 afterwards, and CONTROL never loses privilege. */
function system(context: Context, row: Row): boolean {
  const { out } = context;
  const fields = randomFields(context, row, (f) => f['n'] !== 13);
  if (!fields) return false;
  if (fields['y'] === 20 && fields['n'] !== undefined) out.setWord(fields['n'], context.random.below(2) * 2);
  emit(context, row, fields);
  if (row.text.startsWith('mrs')) return true;
  const zero = freeRegister(context);
  const seen = freeRegister(context, zero);
  // Masks are read back before they are cleared.
  const sysm = row.text.startsWith('cps') ? (fields['i'] ? 16 : 19) : fields['y']!;
  if (sysm > 3) out.put('mrs {d}, {special}', { d: seen, y: sysm === 18 ? 17 : sysm });
  out.put('movw {d}, {imm16}', { d: zero, j: 0, i: 0 });
  for (const y of [16, 17, 19, 20]) out.put('msr {special}, {n}', { n: zero, k: 2, y });
  return true;
}

const ICSR = 0xe000_ed04;
const PENDSVSET = 1 << 28;
const PENDSVCLR = 1 << 27;

/** SEV, WFE and WFI, the latter two with something that ends them: an event, a masked pending exception. */
function hint(context: Context, row: Row): boolean {
  const { out } = context;
  const address = freeRegister(context);
  const value = freeRegister(context, address);
  const sleeps = row.text.startsWith('wfi');
  const pend = (bits: number): void => {
    out.setWord(address, ICSR);
    out.setWord(value, bits);
    out.put('str.w {t}, [{n}, {imm}]', { t: value, n: address, i: 0 });
  };
  if (row.text.startsWith('wfe')) out.put('sev');
  if (sleeps) {
    out.put('cps{effect} {masks}', { m: 1, i: 1, f: 0 });
    pend(PENDSVSET);
  }
  emit(context, row, {});
  if (sleeps) {
    pend(PENDSVCLR);
    out.put('cps{effect} {masks}', { m: 0, i: 1, f: 0 });
  }
  return true;
}

/** Random rows inside an IT block: memory first, since its base must still be set, and a branch last. */
function itBlock(context: Context, row: Row): boolean {
  const { out, random } = context;
  const fields = randomFields(context, row)!;
  const count = 4 - (31 - Math.clz32(fields['m']! & -fields['m']!));
  const first = random.chance(0.3) ? memory(context, random.pick(IN_IT_MEMORY)) : undefined;
  emit(context, row, fields);
  for (let i = 0; i < count; i++) {
    if (i === 0 && first) first();
    else if (i === count - 1 && random.chance(0.2)) {
      out.put('b {target11}', { i: 1 });
      filler(context, 2);
    } else {
      const inside = random.pick(IN_IT);
      emit(context, inside, randomFields(context, inside)!);
    }
  }
  return true;
}
const MEMORY = /^(load|loadLiteral|store|storeImmediate|loadDual|storeDual|loadMultiple|storeMultiple)$/;
const IN_IT = armv7em.rows.filter((row) => PLAIN.has(row.timing) && !/^movs \{d\}, \{m\}$/.test(row.text));
const IN_IT_MEMORY = armv7em.rows.filter((row) => MEMORY.test(row.timing) && !row.text.includes('[pc'));

/** Emits one random instruction of a row, with what it needs; false where no operands were found. */
export function randomInstruction(context: Context, row: Row): boolean {
  const { timing } = row;
  if (timing === 'hint') return hint(context, row);
  if (PLAIN.has(timing)) {
    const fields = randomFields(context, row);
    if (fields) emit(context, row, fields);
    return fields !== undefined;
  }
  const loadsPc = timing === 'loadPc' || timing === 'loadMultiplePc';
  if (loadsPc || (row.pattern.fields.some(({ letter }) => letter === 'P') && context.random.chance(0.4)))
    return loadPc(context, row);
  if (MEMORY.test(timing)) {
    const ready = memory(context, row);
    ready?.();
    return ready !== undefined;
  }
  switch (timing) {
    case 'branch':
      return /\{target/.test(row.text) ? branch(context, row) : branchRegister(context, row);
    case 'branchLink':
    case 'compareBranch':
      return branch(context, row);
    case 'branchRegister':
      return branchRegister(context, row);
    case 'tableBranch':
      return tableBranch(context, row);
    case 'divideSigned':
    case 'divideUnsigned':
      return divide(context, row);
    case 'exclusive':
      return exclusive(context, row);
    case 'system':
      return system(context, row);
    case 'it':
      return itBlock(context, row);
    default:
      return trap(context, row);
  }
}
