import type { Row } from '../../src/emu/isa/instruction.js';
import { encode } from '../differential/riscv-encode.js';
import { memory, plain } from './riscv-items.js';
import { branchLater, emitBranch, type Fixup, fieldsFor, freeRegister, type Task } from './riscv-task.js';

/** Random control flow: what skips, calls, loops and leads through tables and registers. */

const direct = ({ out }: Task) => out.ground.rows.filter((row) => /\{(B|J|CB|CJ)\}/.test(row.text));
export const branches = ({ out }: Task): readonly Row[] => out.ground.rows.filter((one) => /\{B\}/.test(one.text));

/** Over some instructions: a direct branch or jump of any kind, or one through a register. */
export function skip(task: Task, body: () => void): void {
  const arrive = task.random.chance(0.65) ? directSkip(task) : registerSkip(task);
  body();
  arrive(task.out.address);
}

function directSkip(task: Task): Fixup {
  const rows = direct(task);
  for (;;) {
    const one = task.random.pick(rows);
    // the link register of a jump is any, but none that counts
    const fields = fieldsFor(task, one);
    if (fields) return branchLater(task, one, fields);
  }
}

function registerSkip(task: Task): Fixup {
  const { random, out } = task;
  const s = freeRegister(task);
  const setting = out.address;
  out.address += out.setBytes;
  const { asm } = out.ground;
  const offset = random.below(64) - 32;
  const way = random.below(4);
  if (way === 0) out.put(encode(out.ground.row('c.jr'), { s }));
  else if (way === 1 && task.free.has(1)) out.put(encode(out.ground.row('c.jalr'), { s }));
  else out.put(asm.jalr(random.chance(0.5) ? 0 : freeRegister(task), s, offset));
  const added = way === 0 || (way === 1 && task.free.has(1)) ? 0 : offset;
  return (target) =>
    out.at(setting, () => out.set(s, target - added + (added === 0 ? 0 : random.below(2) & ~offset & 1)));
}

/** A jump through a table of addresses to one of four cases that run into each other. */
export function tableJump(task: Task, body: () => void): void {
  const { random, out } = task;
  const index = freeRegister(task);
  const base = freeRegister(task, [index]);
  const { asm, xlen } = out.ground;
  out.put(asm.andi(index, random.below(32), 3), asm.slli(index, index, 2));
  const setting = out.address;
  out.address += out.setBytes;
  const load = xlen === 64 ? asm.make('lwu', { d: base, s: base, i: 0 }) : asm.lw(base, base, 0);
  out.put(asm.add(base, base, index), load, asm.jalr(0, base, 0));
  if (out.address & 2) out.put({ word: 1, length: 2 });
  const table = out.address;
  out.address += 16;
  const cases = Array.from({ length: 4 }, () => {
    const start = out.address;
    body();
    return start;
  });
  out.at(setting, () => out.set(base, table));
  out.at(table, () => {
    for (const start of cases) out.word(start);
  });
}

export function call(task: Task): void {
  const { random, out, leaves } = task;
  const leaf = random.pick(leaves);
  const way = random.below(3);
  const { ground } = out;
  if (way === 0 && ground.has('c.jal') && emitBranch(out, ground.row('c.jal'), leaf, {})) return;
  if (way <= 1 && emitBranch(out, ground.row('jal'), leaf, { d: 1 })) return;
  const s = freeRegister(task, [1]);
  out.set(s, leaf);
  out.put(ground.asm.jalr(1, s, 0));
}

/** A short loop of its own, entered at its top or, from elsewhere, anywhere. The count is at most 15 whatever it was before. */
export function innerLoop(task: Task, body: () => void): void {
  const { out, random, counter } = task;
  const { asm } = out.ground;
  if (random.chance(0.8)) out.put(asm.addi(counter, 0, 1 + random.below(12)));
  const top = out.address;
  body();
  out.put(asm.andi(counter, counter, 15), asm.addi(counter, counter, -1));
  emitBranch(out, out.ground.row('blt'), top, { s: 0, t: counter });
}

/** A few instructions that fit between a short branch and its target. */
export function short(task: Task): void {
  if (task.random.chance(0.3)) memory(task);
  plain(task, 1 + task.random.below(3));
}
