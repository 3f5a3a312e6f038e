import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';
import { Random } from '../differential/thumb-program.js';
import { branches, call, innerLoop, short, skip, tableJump } from './riscv-control.js';
import { writeFrame } from './riscv-frame.js';
import { csr, memory, plain, reservation, selfModify, system, trap, wait } from './riscv-items.js';
import * as MAP from './riscv-map.js';
import {
  branchLater,
  emitBranch,
  type Fixup,
  fieldsFor,
  freeRegister,
  Ground,
  RiscvWriter,
  type Task,
} from './riscv-task.js';
import type { Plan } from './thumb-tasks.js';

/** Registers that subroutines write: t0-t2, a0-a3. */
const CALLER_SAVED = [5, 6, 7, 10, 11, 12, 13];
const SP = 2;

/** A random program that never ends, in the manner of the Thumb one: see there. */
export function riscvProgram(xlen: Xlen, { seed, tasks }: Plan): LoadSegment[] {
  const random = new Random(seed);
  const ground = new Ground(xlen);
  const out = new RiscvWriter(ground, MAP.CODE, MAP.CODE_SIZE, MAP.CODE + 0x1c00);
  const leaves = writeLeaves(out, random);
  const written = tasks.map((taskSeed) => writeTask(out, new Random(taskSeed), leaves));
  for (const [i, { goOn }] of written.entries()) goOn(written[(i + 1) % written.length]!.start);
  const frame = new RiscvWriter(ground, MAP.RAM, 0x1000, MAP.RAM);
  writeFrame(frame, random, written[0]!.start);
  const data = new RiscvWriter(ground, MAP.AREA, MAP.SCRATCH + MAP.SCRATCH_SIZE - MAP.AREA, MAP.SCRATCH);
  while (data.address < MAP.SCRATCH + MAP.SCRATCH_SIZE)
    data.word(random.chance(0.5) ? random.word() : random.below(64) - 32);
  return [
    { physicalAddress: MAP.RAM, data: frame.bytes },
    { physicalAddress: MAP.CODE, data: out.bytes },
    { physicalAddress: MAP.AREA, data: data.bytes },
  ];
}

function taskOf(out: RiscvWriter, random: Random, leaves: readonly number[], free?: ReadonlySet<number>): Task {
  const counting = [8, 9, 14, 15, ...Array.from({ length: 16 }, (_, i) => 16 + i)];
  const fuel = random.pick(counting);
  const counter = random.pick(counting.filter((register) => register !== fuel));
  const all = Array.from({ length: 31 }, (_, i) => i + 1).filter((i) => i !== fuel && i !== counter && i !== SP);
  return { out, random, fuel, counter, free: free ?? new Set(all), leaves, toBlocks: [], toEnd: [], slots: [] };
}

/** Subroutines: some instructions, perhaps a call further down with the return address on the stack meanwhile. */
function writeLeaves(out: RiscvWriter, random: Random): number[] {
  const leaves: number[] = [];
  const { asm } = out.ground;
  const leaf = taskOf(out, random, leaves, new Set(CALLER_SAVED));
  for (let i = 0; i < 5; i++) {
    const start = out.address;
    const calls = i >= 2;
    if (calls) out.put(asm.addi(SP, SP, -16), asm.store(1, SP, 8));
    plain(leaf, 1 + random.below(4));
    if (calls && random.chance(0.7)) call(leaf);
    if (calls) out.put(asm.load(1, SP, 8), asm.addi(SP, SP, 16));
    out.put(random.chance(0.5) ? asm.jalr(0, 1, 0) : { word: 0x8082, length: 2 });
    leaves.push(start);
  }
  return leaves;
}

function writeTask(out: RiscvWriter, random: Random, leaves: readonly number[]): { start: number; goOn: Fixup } {
  // every now and then at the start of a page, or right before it
  const place = random.below(10);
  if (place < 3) out.address = (out.address + 0xfff) & ~0xfff;
  else if (place < 6) out.address = ((out.address + 0xfff) & ~0xfff) - 2 * random.below(8);
  out.address >>>= 0;
  const task = taskOf(out, random, leaves);
  const { asm } = out.ground;
  const start = out.address;
  const recover = writeBeginning(task);
  const starts: number[] = [];
  for (let blocks = 3 + random.below(7); blocks > 0; blocks--) {
    starts.push(out.address);
    writeBlock(task, starts);
  }
  const end = out.address;
  recover(end);
  for (const fix of task.toEnd) fix(end);
  for (const fix of task.toBlocks) fix(random.pick([...starts.slice(1), end]));
  if (random.chance(0.5)) out.put(asm.ecall());
  const at = out.address;
  out.address += out.setBytes + 4;
  return {
    start,
    goOn: (target) =>
      out.at(at, () => {
        if (random.chance(0.5)) out.put(asm.jal(0, target - at));
        else {
          out.set(5, target);
          out.put(asm.jalr(0, 5, 0));
        }
      }),
  };
}

/** A stack, interrupts on, where to recover, and random registers. */
function writeBeginning(task: Task): Fixup {
  const { random, out, fuel, counter } = task;
  const { asm } = out.ground;
  out.set(SP, MAP.STACK_TOP);
  out.put(asm.addi(5, 0, 8), asm.csrs('mstatus', 5), asm.addi(5, 0, 0x88), asm.csrw('mie', 5));
  out.set(6, MAP.AREA);
  out.put(asm.sw(0, 6, MAP.OFFSET.taskTicks));
  const at = out.address;
  out.address += out.setBytes;
  out.put(asm.store(5, 6, MAP.OFFSET.recover));
  for (let i = 0; i < 10; i++) out.set(freeRegister(task), random.chance(0.5) ? random.word() : random.below(64));
  out.set(counter, random.below(8));
  out.set(fuel, 5 + random.below(60));
  return (end) => out.at(at, () => out.set(5, end));
}

const ITEMS: readonly (readonly [weight: number, write: (task: Task) => void])[] = [
  [34, (task) => plain(task, 1 + task.random.below(5))],
  [18, memory],
  [12, (task) => skip(task, () => short(task))],
  [4, (task) => tableJump(task, () => plain(task, 1 + task.random.below(2)))],
  [6, call],
  [7, (task) => innerLoop(task, () => short(task))],
  [3, reservation],
  [4, csr],
  [2, system],
  [1.5, trap],
  [1, wait],
  [3, selfModify],
];

function item(task: Task): void {
  task.random.weighted(ITEMS)(task);
}

function writeBlock(task: Task, starts: readonly number[]): void {
  const { random, out, fuel } = task;
  const { asm } = out.ground;
  const rows = branches(task);
  for (let items = 1 + random.below(5); items > 0; items--) item(task);
  const burn = (): void => out.put(asm.addi(fuel, fuel, -1));
  const conditional = () => {
    const row = random.pick(rows);
    return { row, fields: fieldsFor(task, row)! };
  };
  const way = random.below(6);
  const positive = out.ground.row('blt');
  if (way < 2) {
    burn();
    emitBranch(out, positive, random.pick(starts), { s: 0, t: fuel });
  } else if (way === 2) {
    burn();
    task.toEnd.push(branchLater(task, out.ground.row('bge'), { s: 0, t: fuel }));
    const { row, fields } = conditional();
    emitBranch(out, row, random.pick(starts), fields);
  } else if (way === 3) {
    const { row, fields } = conditional();
    task.toBlocks.push(branchLater(task, row, fields));
  }
}
