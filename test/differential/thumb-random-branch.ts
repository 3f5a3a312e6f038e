import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { type Context, emit, filler, prepareTrap, randomFields, setRegister } from './thumb-context.js';
import { BYTE_TABLE, HALF_TABLE, TABLE_SIZE } from './thumb-map.js';

/** Random branches, with somewhere to go, and instructions that raise exceptions. */

/** Direct branches: forwards over some instructions, or backwards to some that go on behind the branch. */
export function branch(context: Context, row: Row): boolean {
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
export function branchRegister(context: Context, row: Row): boolean {
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

export function tableBranch(context: Context, row: Row): boolean {
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

export function trap(context: Context, row: Row, setUp: (fields: Fields) => void = () => undefined): boolean {
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
