import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { type Context, emit, filler, freeRegister, PLAIN, randomFields } from './thumb-context.js';
import { branch, branchRegister, tableBranch, trap } from './thumb-random-branch.js';
import { exclusive, loadPc, MEMORY, memory } from './thumb-random-memory.js';

/** Random instructions, each with what it needs around it: a base that points into the data, a place to branch to. */

/** Divisions, by 0 every fourth time. */
function divide(context: Context, row: Row): boolean {
  return trap(context, row, (f) => {
    if (context.random.chance(0.25)) context.out.setWord(f['m']!, 0);
    // QEMU 7.2 stacks registers as they were before the block it is translating: ISB ends that block.
    context.out.put('isb {option}', { o: 15 });
  });
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
  const first = random.chance(0.3) ? memory(context, random.pick(IN_IT_MEMORY), false) : undefined;
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
    const ready = memory(context, row, true);
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
