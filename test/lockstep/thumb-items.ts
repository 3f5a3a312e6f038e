import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import * as MAP from './thumb-map.js';
import { emitRow, fieldsFor, freeRegister, type Task } from './thumb-task.js';

/** Random instructions that go on behind themselves, with what they need before them. */

const PLAIN_TIMING = new Set([
  'alu',
  'mul',
  'nop',
  'preload',
  'barrier',
  'clearExclusive',
  'divideSigned',
  'divideUnsigned',
  'floatAlu',
  'floatMove2',
  'floatStatus',
  'floatMultiplyAccumulate',
  'floatDivide',
  'floatSqrt',
]);
const byTiming = (...timings: readonly string[]) => armv7em.rows.filter((row) => timings.includes(row.timing));

const PLAIN = armv7em.rows.filter((row) => PLAIN_TIMING.has(row.timing) || row.text.startsWith('mrs'));
const FLAG_SETTERS = armv7em.rows.filter((row) => /^(cmp|cmn|tst|teq)/.test(row.text) && !/pc|sp/.test(row.text));
const MEMORY = byTiming(
  'load',
  'loadLiteral',
  'store',
  'storeImmediate',
  'loadDual',
  'storeDual',
  'loadMultiple',
  'storeMultiple',
  'floatLoad',
  'floatStore',
  'floatLoadDouble',
  'floatStoreDouble',
  'floatLoadMultiple',
  'floatStoreMultiple',
).filter((row) => !/^v(push|pop)/.test(row.text));
const WORD_ACCESS = MEMORY.filter((row) => /^(ldr|str)(\.w)? \{t\}, \[\{n\}, \{imm(\*4)?\}\]$/.test(row.text));
const EXCLUSIVE_LOADS = byTiming('exclusive').filter((row) => row.text.startsWith('ldr'));
const EXCLUSIVE_STORES = byTiming('exclusive').filter((row) => row.text.startsWith('str'));
const TRAPS = byTiming('supervisorCall', 'breakpoint', 'undefined', 'coprocessor');

/** Registers that can be read and written at random: what a store may hit without ending the experiment. */
const DEVICES = [
  MAP.GPIOD + 0x14,
  MAP.GPIOD + 0x10,
  MAP.CALCULATOR,
  MAP.CALCULATOR + 8,
  MAP.NVIC_ISPR,
  MAP.SYSTICK + 8,
  MAP.SCB.CCR,
];
const READABLE = [...DEVICES, MAP.DWT, MAP.SYSTICK, MAP.USART2, MAP.SCB.CFSR, 0x4002_3800, 0x4001_3800];

/** A body for handlers too: instructions that need nothing. */
export function plain(task: Task, count = 1): void {
  for (let left = count; left > 0; ) {
    const row = task.random.pick(PLAIN);
    const fields = fieldsFor(task, row);
    if (!fields) continue;
    emitRow(task, row, fields);
    left--;
  }
}

export function flagSetter(task: Task): void {
  const row = task.random.pick(FLAG_SETTERS);
  emitRow(task, row, fieldsFor(task, row)!);
}

/** A load or store: what sets its base is emitted at once, the access itself by what this gives. */
export function memory(task: Task): () => void {
  return task.random.chance(0.2) ? deviceAccess(task) : memoryAccess(task);
}

function memoryAccess(task: Task): () => void {
  const { random, out } = task;
  for (;;) {
    const row = random.pick(MEMORY);
    const literal = row.text.includes('[pc');
    const list = row.pattern.fields.some(({ letter }) => letter === 'r');
    const indexed = !list && row.pattern.fields.some(({ letter }) => letter === 'm');
    const settable = (register: number | undefined) => register === undefined || task.free.has(register);
    const fields = fieldsFor(
      task,
      row,
      (f) => settable(f['n']) && (!indexed || (settable(f['m']) && f['m'] !== f['n'])),
      (f) => {
        if (f['P'] !== undefined) f['P'] = 0;
        if (/\{[sd]list\}/.test(row.text)) f['i'] = 1 + random.below(12);
      },
    );
    if (!fields) continue;
    if (!literal && fields['n'] !== undefined)
      out.setWord(fields['n'], address(task, list || /Dual|float/.test(row.timing)));
    if (indexed) out.setWord(fields['m']!, random.chance(0.5) ? 4 * random.below(64) : random.below(512) - 128);
    return () => emitRow(task, row, fields);
  }
}

function address({ random }: Task, strict: boolean): number {
  const kind = random.below(100);
  const page = MAP.SCRATCH + 0x1000;
  if (kind < 55) return (MAP.SCRATCH + 0x400 + random.below(0x1800)) & (strict || random.chance(0.6) ? ~3 : ~0);
  if (kind < 75) return page + (strict ? 4 * random.below(8) - 16 : random.below(12) - 8);
  if (kind < 80) return MAP.CCM + random.below(0x1000);
  if (kind < 85) return MAP.FLASH + 4 * random.below(0x200);
  if (kind < 88) return MAP.BIT_BAND + 32 * (MAP.SCRATCH - MAP.SRAM) + 4 * random.below(0x1000);
  if (kind < 92) return (random.chance(0.5) ? MAP.SRAM_CODE : MAP.FLASH_CODE) + 0x7800 + 4 * random.below(0x80);
  if (kind < 95) return 0x2001_fff8 + random.below(16);
  return random.pick([0x3000_0000, 0x6001_0000, 0xffff_fffc, 0, 0xa000_0000]) + random.below(4);
}

/** A register of a device, polled or written; the cycle counter among them shows when the access was made. */
function deviceAccess(task: Task): () => void {
  const { random, out } = task;
  for (;;) {
    const row = random.pick(WORD_ACCESS);
    const fields = fieldsFor(
      task,
      row,
      (f) => task.free.has(f['n']!),
      (f) => {
        f['i'] = (f['i']! & 7) << (row.text.includes('*4') ? 0 : 2);
      },
    );
    if (!fields) continue;
    out.setWord(fields['n']!, random.pick(row.text.startsWith('ldr') ? READABLE : DEVICES));
    return () => emitRow(task, row, fields);
  }
}

/** LDREX, sometimes something between, STREX to the same base. */
export function exclusive(task: Task): void {
  const { random, out } = task;
  const n = freeRegister(task);
  const use = (rows: readonly Row[]): void => {
    const row = random.pick(rows);
    const same = (f: Record<string, number>): void => {
      f['n'] = n;
      if (f['i'] !== undefined) f['i'] &= 15;
    };
    const fields = fieldsFor(task, row, (f) => f['t'] !== n && f['d'] !== n, same);
    if (fields) emitRow(task, row, fields);
  };
  out.setWord(n, MAP.SCRATCH + 0x800 + (random.chance(0.9) ? 4 : 1) * random.below(16));
  if (random.chance(0.8)) use(EXCLUSIVE_LOADS);
  if (random.chance(0.3)) use(EXCLUSIVE_LOADS.concat(EXCLUSIVE_STORES));
  use(EXCLUSIVE_STORES);
}

/** Instructions that always raise an exception. */
export function trap(task: Task): void {
  const row = task.random.pick(TRAPS);
  // BKPT 0xAB is semihosting
  const fields = fieldsFor(task, row, (f) => !(row.timing === 'breakpoint' && f['i'] === 0xab));
  if (fields) emitRow(task, row, fields);
}

/** Masks, flags and stack pointer selection; what masks interrupts is undone again. */
export function system(task: Task): void {
  const { random, out } = task;
  const n = freeRegister(task);
  const kind = random.below(8);
  if (kind < 2) out.put('msr {special}, {n}', { n, k: 1 + random.below(3), y: random.below(4) });
  else if (kind === 2) {
    out.setWord(n, 2 * random.below(2));
    out.put('msr {special}, {n}', { n, k: 2, y: 20 });
    out.put('isb {option}', { o: 15 });
  } else if (kind === 3) {
    const y = random.pick([16, 17, 18, 19]);
    out.setWord(n, y === 17 || y === 18 ? random.pick([0x40, 0x80, 0xc0]) : 1);
    out.put('msr {special}, {n}', { n, k: 2, y });
    plain(task, 1 + random.below(3));
    out.setWord(n, 0);
    for (const mask of [16, 17, 19]) out.put('msr {special}, {n}', { n, k: 2, y: mask });
  } else {
    out.put('cps{effect} {masks}', { m: 1, i: 1, f: 0 });
    plain(task, 1 + random.below(3));
    if (kind === 4) memory(task)();
    out.put('cps{effect} {masks}', { m: 0, i: 1, f: 0 });
  }
}

/** Stack pointer arithmetic, the old value kept meanwhile, and pushes with pops. */
export function stack(task: Task): void {
  const { random, out, free } = task;
  if (random.chance(0.5)) {
    const i = 1 + random.below(16);
    out.put('sub sp, {imm*4}', { i });
    out.put('str {t}, [sp, {imm*4}]', { t: random.below(8), i: random.below(i) });
    plain(task, random.below(3));
    out.put('add sp, {imm*4}', { i });
    return;
  }
  const list = Array.from({ length: 8 }, (_, r) => (free.has(r) && random.chance(0.5) ? 1 << r : 0)).reduce(
    (a, b) => a | b,
  );
  if (list === 0) return;
  out.put('push {list}', { m: random.below(2), r: list });
  plain(task, random.below(3));
  out.put('pop {list}', { r: list });
}

/** WFI, WFE and SEV: SysTick ends the sleep. */
export function hint(task: Task): void {
  task.out.put(task.random.pick(['wfi', 'wfe', 'sev', 'wfi.w', 'wfe.w', 'sev.w', 'yield']));
}

/**
 * Rewrites a halfword of this task with one of two instructions, in turn. Each is a MOVS to a free register, or a branch over
 * the halfword behind the slot.
 */
export function selfModify(task: Task): void {
  const { random, out, fuel, slots } = task;
  const rd = freeRegister(task, [], true);
  const a = freeRegister(task);
  const value = freeRegister(task, [a]);
  const word = () => (random.chance(0.25) ? 0xe000 : 0x2000 | (rd << 8) | random.below(256));
  const known = slots.length > 0 && random.chance(0.6) ? random.pick(slots) : undefined;
  const at = out.address;
  out.address += 8;
  for (const instruction of [`tst.w r${fuel}, #1`, 'ite eq']) out.line(instruction);
  for (const half of [word(), word()]) out.put('movw {d}, {imm16}', { d: value, j: half >>> 12, i: half & 0xfff });
  out.put('strh.w {t}, [{n}, {imm}]', { t: value, n: a, i: 0 });
  plain(task, random.below(2));
  const slot = known ?? out.address;
  out.at(at, () => out.setWord(a, slot));
  if (known === undefined) {
    slots.push(slot);
    out.put('mov{s} {d}, {imm}', { d: rd, i: 1 });
    out.put('nop');
  }
}

/** Random fields of IT, and how many instructions it covers. */
export function itFields(task: Task): { fields: Fields; count: number } {
  const row = armv7em.rows.find(({ timing }) => timing === 'it')!;
  const fields = fieldsFor(task, row)!;
  return { fields, count: 4 - (31 - Math.clz32(fields['m']! & -fields['m']!)) };
}
