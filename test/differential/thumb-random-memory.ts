import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import {
  type Context,
  emit,
  filler,
  prepareContinuation,
  prepareTrap,
  randomFields,
  setRegister,
} from './thumb-context.js';
import { POINTERS, POINTERS_SIZE, SCRATCH, SCRATCH_SIZE } from './thumb-map.js';

/** Random loads and stores, loads of PC, exclusives. */

export const MEMORY = /^(load|loadLiteral|store|storeImmediate|loadDual|storeDual|loadMultiple|storeMultiple)$/;

/**
 * Loads and stores: the base points into the scratch data. Gives what emits the instruction behind the preparation.
 * With `mayFault` some are misaligned where that is a fault, and are prepared for it.
 */
export function memory(context: Context, row: Row, mayFault: boolean): (() => void) | undefined {
  const strict = /Dual|Multiple/.test(row.timing) || context.unalignedTraps;
  const list = row.pattern.fields.some(({ letter }) => letter === 'r');
  const indexed = !list && row.pattern.fields.some(({ letter }) => letter === 'm');
  // Where the base is stored and written back but not as the lowest of the list, its value is UNKNOWN (A7.7.159).
  const unknown = (f: Fields) =>
    list && row.text.startsWith('stm') && row.text.includes('!') && (f['r']! >>> f['n']!) & 1;
  const literal = row.text.includes('[pc');
  const baseOf = (f: Fields) => f['n'] ?? (literal ? undefined : 13);
  const unprepared = (f: Fields) => context.unalignedTraps && (!mayFault || baseOf(f) === 13);
  const fields = randomFields(
    context,
    row,
    (f) => !(indexed && f['n'] === f['m']) && !unknown(f) && !(unprepared(f) && (f['i']! & 3) !== 0),
    (f) => {
      if (f['P'] !== undefined) f['P'] = 0;
    },
  );
  if (!fields) return undefined;
  const { out, random } = context;
  const base = baseOf(fields);
  const faults = strict && mayFault && base !== 13 && (context.unalignedTraps || random.chance(0.15));
  const patch = faults ? prepareTrap(context) : undefined;
  if (base !== undefined) {
    const address = SCRATCH + 0x2000 + random.below(SCRATCH_SIZE - 0x4000);
    const aligned = faults ? random.chance(0.3) : strict || random.chance(0.5);
    setRegister(context, base, aligned ? address & ~3 : address, fields['m']!);
  }
  if (indexed) {
    const index = random.below(512) - 100;
    setRegister(context, fields['m']!, strict && !faults ? index & ~3 : index, base!);
  }
  return () => {
    emit(context, row, fields);
    if (!patch) return;
    filler(context, random.below(3));
    patch(out.address);
  };
}

/** Loads of PC: from a word that points to a landing stub. */
export function loadPc(context: Context, row: Row): boolean {
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

/**
 * Exclusives. QEMU's monitor holds an address and a value, the Cortex-M4's only a mark: pairs on one address, and
 * stores after a CLREX, are where the two must agree.
 */
export function exclusive(context: Context, row: Row): boolean {
  const { out, random } = context;
  const load = row.text.startsWith('ldrex');
  const text = row.text.replace(/^(ldr|str)/, load ? 'str' : 'ldr');
  const partner = armv7em.rows.find((other) => other.text.startsWith(text.slice(0, text.indexOf(' ') + 1)))!;
  const fields = randomFields(context, row, (f) => f['n'] !== f['t'] && f['n'] !== 13);
  if (!fields) return false;
  // QEMU looks at its monitor before the alignment of a store, the manual's ExclusiveMonitorsPass() the other way round.
  if (load && !row.text.startsWith('ldrexb') && random.chance(0.1)) return misaligned(context, row, fields);
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

/** An exclusive access at an address it must not have. */
function misaligned(context: Context, row: Row, fields: Fields): boolean {
  const { out, random } = context;
  const patch = prepareTrap(context);
  out.setWord(fields['n']!, ((SCRATCH + 0x2000 + random.below(0x1000)) & ~3) | 1);
  emit(context, row, fields);
  filler(context, random.below(3));
  patch(out.address);
  return true;
}
