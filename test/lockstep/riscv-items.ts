import { CSR, type CsrName } from '../../src/emu/cpu/riscv/csr-numbers.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { encode } from '../differential/riscv-encode.js';
import * as MAP from './riscv-map.js';
import { fieldsFor, freeRegister, type Task } from './riscv-task.js';

/** Random instructions that go on behind themselves, with what they need before them. */

const CSRS: readonly CsrName[] = [
  ...([
    'mcycle',
    'minstret',
    'mcycleh',
    'cycle',
    'instret',
    'time',
    'timeh',
    'mcause',
    'mtval',
    'mip',
    'misa',
  ] as const),
  ...(['mhartid', 'mcountinhibit', 'mepc'] as const),
];
const TRAPS = ['ecall', 'ebreak', 'c.ebreak'];
const DEVICES = [MAP.CALCULATOR, MAP.CALCULATOR + 8, MAP.CALCULATOR + 12, MAP.MSIP, MAP.UART + 4];
const READABLE = [...DEVICES, MAP.MTIME, MAP.MTIMECMP, MAP.BANANA, MAP.CALCULATOR + 16];

export function plain(task: Task, count = 1): void {
  const rows = task.out.ground.withTiming('alu', 'mul', 'div', 'div64');
  for (let left = count; left > 0; ) {
    const row = task.random.pick(rows);
    const fields = fieldsFor(task, row);
    if (!fields) continue;
    task.out.put(encode(row, fields));
    left--;
  }
}

/** A load, store or atomic operation with its base. */
export function memory(task: Task): void {
  const { random, out, free } = task;
  if (random.chance(0.2)) {
    device(task);
    return;
  }
  const rows = out.ground.withTiming('load', 'store', 'amo');
  for (;;) {
    const row = random.pick(rows);
    const narrow = row.pattern.fields.some(({ letter, width }) => letter === 's' && width === 3);
    const baseOf = (s: number | undefined) => (s === undefined ? 2 : s + (narrow ? 8 : 0));
    const fields = fieldsFor(task, row, (f) => baseOf(f['s']) === 2 || free.has(baseOf(f['s'])));
    if (!fields) continue;
    if (baseOf(fields['s']) !== 2) out.set(baseOf(fields['s']), address(task, row));
    out.put(encode(row, fields));
    return;
  }
}

function address({ random }: Task, row: Row): number {
  const kind = random.below(100);
  const aligned = row.timing === 'amo' || /^(lr|sc)/.test(row.text) ? ~3 : ~0;
  if (kind < 50) return (MAP.SCRATCH + 0x800 + random.below(0x1000)) & (random.chance(0.6) ? ~3 : ~0);
  if (kind < 72) return (MAP.SCRATCH + 0x1000 + random.below(12) - 8) & aligned;
  if (kind < 80) return MAP.CODE + 0x7800 + 4 * random.below(0x80);
  if (kind < 85) return MAP.RAM + random.below(0x400);
  if (kind < 90) return 0x87ff_fff8 + random.below(16);
  if (kind < 95) return MAP.SCRATCH + 0x800 + random.below(8);
  return random.pick([0x1800_0000, 0, 0xffff_fffe, 0x3000_0000]) + random.below(4);
}

/** A register of a device, polled or written; mtime among them shows when the access was made. */
function device(task: Task): void {
  const { random, out } = task;
  const row = out.ground.row(random.pick(['lw', 'sw']));
  const load = row.text.startsWith('lw');
  const fields = fieldsFor(
    task,
    row,
    (f) => task.free.has(f['s']!),
    (f) => {
      f['i'] = 0;
    },
  );
  if (!fields) return;
  out.set(fields['s']!, random.pick(load ? READABLE : DEVICES));
  out.put(encode(row, fields));
}

/** LR, sometimes something between, SC to the same place. */
export function reservation(task: Task): void {
  const { random, out } = task;
  const s = freeRegister(task);
  out.set(s, MAP.SCRATCH + 0x800 + (random.chance(0.95) ? 4 : 2) * random.below(16));
  const use = (name: string): void => {
    const row = out.ground.row(name);
    const fields = fieldsFor(
      task,
      row,
      (f) => f['d'] !== s,
      (f) => {
        f['s'] = s;
      },
    );
    if (fields) out.put(encode(row, fields));
  };
  const width = out.ground.xlen === 64 && random.chance(0.5) ? 'd' : 'w';
  if (random.chance(0.85)) use(`lr.${width}`);
  if (random.chance(0.3)) use(random.pick(['lr.w', 'sc.w', 'amoadd.w']));
  use(`sc.${width}`);
}

/** A CSR read or written: counters, which show the time; read-only ones, which trap when written. */
export function csr(task: Task): void {
  const row = task.random.pick(task.out.ground.withTiming('csr'));
  const fields = fieldsFor(task, row);
  if (fields) task.out.put(encode(row, { ...fields, c: CSR[task.random.pick(CSRS)] }));
}

/** Interrupts off for a while, or MRET to the instruction behind it. */
export function system(task: Task): void {
  const { random, out } = task;
  const n = freeRegister(task);
  const { asm } = out.ground;
  if (random.chance(0.5)) {
    out.put(asm.addi(n, 0, 8), asm.csrc('mstatus', n));
    plain(task, 1 + random.below(3));
    if (random.chance(0.5)) memory(task);
    out.put(asm.addi(n, 0, 8), asm.csrs('mstatus', n));
    return;
  }
  // MPIE set, so that MRET leaves interrupts on
  out.put(
    ...asm.li(n, 0x1880),
    asm.csrs('mstatus', n),
    asm.auipc(n),
    asm.addi(n, n, 16),
    asm.csrw('mepc', n),
    asm.mret(),
  );
}

/** Environment calls, breakpoints, words that are no instructions. */
export function trap(task: Task): void {
  const { random, out } = task;
  if (random.chance(0.6)) {
    out.put(encode(out.ground.row(random.pick(TRAPS)), {}));
  } else out.put(random.pick([{ word: 0, length: 2 } as const, { word: 0xffff_ffff, length: 4 } as const]));
}

/** WFI: the timer ends it. */
export function wait({ out }: Task): void {
  out.put(encode(out.ground.row('wfi'), {}));
}

/**
 * Rewrites a halfword of this task with one of two compressed instructions, in turn: `c.li` to a free register, or a jump over
 * the halfword behind the slot; with or without FENCE.I.
 */
export function selfModify(task: Task): void {
  const { random, out, fuel, slots } = task;
  const rd = freeRegister(task);
  const a = freeRegister(task);
  const value = freeRegister(task, [a]);
  const { ground } = out;
  const { asm } = ground;
  const [load, over] = [ground.row('c.li'), ground.row('c.j')];
  const word = () =>
    random.chance(0.25)
      ? encode(over, { i: 0, j: 0, k: 0, l: 0, m: 0, n: 0, o: 2, p: 0 }).word
      : encode(load, { d: rd, i: random.below(64) }).word;
  const known = slots.length > 0 && random.chance(0.6) ? random.pick(slots) : undefined;
  const [first, second] = [word(), word()];
  // value = fuel odd ? second : first
  out.put(asm.andi(value, fuel, 1));
  out.set(a, second - first);
  out.put(asm.make('mul', { d: value, s: value, t: a }));
  out.set(a, first);
  out.put(asm.add(value, value, a));
  const at = out.address;
  out.address += out.setBytes;
  out.put(encode(ground.row('sh'), { t: value, s: a, i: 0 }));
  if (random.chance(0.5)) out.put(encode(ground.row('fence.i'), {}));
  plain(task, random.below(2));
  const slot = known ?? out.address;
  out.at(at, () => out.set(a, slot));
  if (known === undefined) {
    slots.push(slot);
    out.put(encode(load, { d: rd, i: 1 }), { word: 1, length: 2 });
  }
}
