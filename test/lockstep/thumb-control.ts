import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { flagSetter, itFields, memory, plain, trap } from './thumb-items.js';
import * as MAP from './thumb-map.js';
import { branchLater, emitBranch, emitRow, type Fixup, fieldsFor, freeRegister, type Task } from './thumb-task.js';

/** Random control flow: what skips, calls, loops and leads through tables and registers. */

const SHORT_BRANCHES = armv7em.rows.filter(
  (row) => /\{(target8|target11|target20|target24|forward)\}/.test(row.text) && row.timing !== 'branchLink',
);
const LOADS_OF_PC = armv7em.rows.filter((row) => /Pc$/.test(row.timing) && !row.text.includes('[pc'));

/** Over some instructions: a direct branch of any kind, or one through a register or the stack. */
export function skip(task: Task, body: () => void): void {
  const ways = [
    () => directSkip(task),
    () => directSkip(task),
    () => registerSkip(task),
    () => stackSkip(task),
    () => stubSkip(task),
  ];
  const arrive = task.random.pick(ways)();
  body();
  arrive(task.out.address);
}

function directSkip(task: Task): Fixup {
  const row = task.random.pick(SHORT_BRANCHES);
  const { out } = task;
  const fields = fieldsFor(task, row)!;
  const at = out.address;
  out.address += row.pattern.length / 8;
  return (target) =>
    out.at(at, () => {
      // too far, or nothing between for CBZ
      if (!emitBranch(task, row, target, fields)) for (let i = row.pattern.length; i > 0; i -= 16) out.put('nop');
    });
}

/** BX, MOV PC or ADD PC; now and then to an even address, which is a fault there. */
function registerSkip(task: Task): Fixup {
  const { random, out } = task;
  const m = freeRegister(task);
  const setting = out.address;
  out.address += 8;
  const text = random.pick(['bx {m}', 'mov pc, {m}', 'add pc, {m}', 'blx {m}']);
  const at = out.address;
  out.put(text, { m });
  const low = random.chance(0.95) ? 1 : 0;
  return (target) => out.at(setting, () => out.setWord(m, (text.startsWith('add') ? target - (at + 4) : target) | low));
}

/** The address on the stack, and from there into PC. */
function stackSkip(task: Task): Fixup {
  const { random, out } = task;
  const m = freeRegister(task);
  const setting = out.address;
  out.address += 8;
  out.put('push.w {single}', { t: m });
  if (random.chance(0.5)) out.put('pop {list,pc}', { r: 0 });
  else out.put('pop.w {onlypc}');
  return (target) => out.at(setting, () => out.setWord(m, target | 1));
}

/** Any instruction that loads PC: from a word that points to the stub, which loads PC in turn. */
function stubSkip(task: Task): Fixup {
  const { random, out } = task;
  const value = freeRegister(task);
  const by = freeRegister(task, [value]);
  for (;;) {
    const row = random.pick(LOADS_OF_PC);
    const list = row.pattern.fields.some(({ letter }) => letter === 'r');
    const scaled = row.pattern.fields.some(({ letter, width }) => letter === 'i' && width >= 8);
    const ok = (register: number | undefined) => register === undefined || task.free.has(register);
    const fields = fieldsFor(
      task,
      row,
      (f) => ok(f['n']) && (list || (ok(f['m']) && f['n'] !== f['m'])),
      (f) => {
        if (scaled) f['i'] = f['i']! & ~3;
        if (f['P'] !== undefined) f['P'] = 1;
      },
    );
    // a list through SP would leave the stack where it is not balanced any more
    if (!fields || fields['n'] === undefined) continue;
    const at = out.address;
    out.address += 8;
    out.setWord(by, MAP.STUB_TARGET);
    out.put('str.w {t}, [{n}, {imm}]', { t: value, n: by, i: 0 });
    out.setWord(fields['n'], MAP.POINTERS + MAP.POINTERS_SIZE / 2);
    if (!list && fields['m'] !== undefined) out.setWord(fields['m'], 4 * random.below(64));
    emitRow(task, row, fields);
    return (target) => out.at(at, () => out.setWord(value, target | 1));
  }
}

/** TBB or TBH over four short cases that run into each other. */
export function tableBranch(task: Task, body: () => void): void {
  const { random, out } = task;
  const n = freeRegister(task);
  const index = freeRegister(task, [n]);
  const bytes = random.chance(0.5);
  const relative = random.chance(0.5);
  const source = random.below(13);
  if (!relative) out.address += 8;
  const after = out.address;
  out.put('and{S}.w {d}, {n}, {const}', { S: 0, d: index, n: source, i: 3 });
  out.put(`${bytes ? 'tbb' : 'tbh'} [${relative ? 'pc' : '{n}'}, {m}${bytes ? '' : ', lsl #1'}]`, { n, m: index });
  const table = out.address;
  if (!relative) out.at(after - 8, () => out.setWord(n, table));
  out.address += bytes ? 4 : 8;
  const entries = Array.from({ length: 4 }, () => {
    const offset = (out.address - table) / 2;
    body();
    return offset;
  });
  if (bytes && entries.some((entry) => entry > 255)) throw new Error('the cases of TBB are too long');
  out.at(table, () => out.bytes(...entries.flatMap((entry) => (bytes ? [entry] : [entry & 255, entry >>> 8]))));
}

export function call(task: Task): void {
  const { random, out, leaves } = task;
  const leaf = random.pick(leaves);
  const row = armv7em.rows.find(({ text }) => text === 'bl {target24}')!;
  if (random.chance(0.6) && emitBranch(task, row, leaf, {})) return;
  const m = freeRegister(task);
  out.setWord(m, leaf | 1);
  out.put('blx {m}', { m });
}

/** A short loop of its own, entered at its top or, from elsewhere, anywhere. The count is at most 15 whatever it was before. */
export function innerLoop(task: Task, body: () => void): void {
  const { out, random, counter } = task;
  if (random.chance(0.8)) out.put('mov{S}.w {d}, {const}', { S: 0, d: counter, i: 1 + random.below(12) });
  const top = out.address;
  body();
  out.put('and{S}.w {d}, {n}, {const}', { S: 0, d: counter, n: counter, i: 15 });
  out.put('sub{S}.w {d}, {n}, {const}', { S: 1, d: counter, n: counter, i: 1 });
  emitBranch(task, armv7em.rows.find(({ text }) => text === 'b{cond}.w {target20}')!, top, { C: 12 });
}

/** IT with anything that may stand in its block: loads that fault, traps, and last a branch, call or load of PC. */
export function itBlock(task: Task): void {
  const { random, out } = task;
  const { fields, count } = itFields(task);
  const access = random.chance(0.5) ? memory(task) : undefined;
  if (random.chance(0.6)) flagSetter(task);
  out.put('it{it}', fields);
  for (let i = 0; i < count; i++) {
    const kind = random.below(100);
    if (i === 0 && access) access();
    else if (i === count - 1 && kind < 45) {
      lastInBlock(task);
      return;
    } else if (kind < 8) trap(task);
    else if (kind < 20) flagSetter(task);
    else plain(task);
  }
}

function lastInBlock(task: Task): void {
  const { random, out } = task;
  const kind = random.below(5);
  if (kind === 0) {
    const fix = branchLater(task, 'b {target11}');
    plain(task, 1 + random.below(2));
    fix(out.address);
  } else if (kind === 1) task.toEnd.push(branchLater(task, 'b.w {target24}'));
  else if (kind === 2) task.toBlocks.push(branchLater(task, 'b.w {target24}'));
  else if (kind === 3) emitRow(task, armv7em.rows.find(({ text }) => text === 'bl {target24}')!, callFields(task));
  else trap(task);
}

/** BL to a subroutine, as fields. */
function callFields({ out, random, leaves }: Task) {
  const row = armv7em.rows.find(({ text }) => text === 'bl {target24}')!;
  const context = { pc: out.address, inItBlock: false, row };
  const parsed = armv7em.formats['target24']!.parse(`0x${random.pick(leaves).toString(16)}`, 'target24', context);
  if (!parsed) throw new Error('a subroutine is out of reach');
  return parsed;
}
