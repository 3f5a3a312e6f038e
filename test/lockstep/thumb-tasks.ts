import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';
import { ProgramWriter, Random } from '../differential/thumb-program.js';
import { call, innerLoop, itBlock, skip, tableBranch } from './thumb-control.js';
import { writeFrame } from './thumb-frame.js';
import { exclusive, flagSetter, hint, memory, plain, selfModify, stack, system, trap } from './thumb-items.js';
import * as MAP from './thumb-map.js';
import { branchLater, emitBranch, type Fixup, freeRegister, type Task } from './thumb-task.js';

/** A random program as the seeds of its tasks, so that a smaller one can be made of some of them. */
export interface Plan {
  readonly seed: number;
  readonly tasks: readonly number[];
}

/** Where code goes on in one area. */
interface Area {
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly out: ProgramWriter;
  readonly leaves: number[];
}

/**
 * A program that never ends: tasks run one after the other, over and over. A task is a graph of blocks with branches forwards
 * to any of them and backwards while its fuel lasts, so that loops are nested, overlap and are entered in the middle.
 */
export function thumbProgram({ seed, tasks }: Plan): LoadSegment[] {
  const random = new Random(seed);
  const areas = [MAP.FLASH_CODE, MAP.SRAM_CODE].map(area) as [Area, Area];
  for (const one of areas) writeLeaves(one, random);
  const written = tasks.map((taskSeed) => {
    const own = new Random(taskSeed);
    return writeTask(areas[own.below(2)]!, own);
  });
  for (const [i, { goOn }] of written.entries()) goOn(written[(i + 1) % written.length]!.start);
  const bytes = new Uint8Array(0x2000);
  const out = new ProgramWriter(bytes, MAP.FLASH, MAP.FLASH);
  const handlerTask = taskOf({ ...areas[0], out }, random, { free: new Set([0, 1, 2, 3, 12]) });
  writeFrame(out, random, written[0]!.start, (count) => plain(handlerTask, count));
  return [
    ...areas.map((one) => ({ physicalAddress: one.base, data: one.bytes })),
    { physicalAddress: MAP.FLASH, data: bytes },
    data(random),
  ];
}

/** Code begins before the border of 64 KiB, so that the first tasks reach over it. */
function area(base: number): Area {
  const bytes = new Uint8Array(MAP.CODE_SIZE);
  return { base, bytes, out: new ProgramWriter(bytes, base, base + 0x1c00), leaves: [] };
}

/** What is shared by all tasks in RAM: the stub, the pointers to it, words to load. */
function data(random: Random): LoadSegment {
  const bytes = new Uint8Array(MAP.POINTERS + MAP.POINTERS_SIZE - MAP.WORDS);
  const out = new ProgramWriter(bytes, MAP.WORDS, MAP.STUB);
  out.put('ldr.w pc, [pc, {signed}]', { u: 1, i: 0 });
  out.word(0);
  out.address = MAP.SCRATCH;
  while (out.address < MAP.SCRATCH + MAP.SCRATCH_SIZE)
    out.word(random.chance(0.5) ? random.word() : random.below(64) - 32);
  out.address = MAP.POINTERS;
  while (out.address < MAP.POINTERS + MAP.POINTERS_SIZE) out.word(MAP.STUB | 1);
  return { physicalAddress: MAP.WORDS, data: bytes };
}

function taskOf(one: Area, random: Random, options: { free?: ReadonlySet<number> } = {}): Task {
  // subroutines leave r4-r11 alone
  const fuel = 4 + random.below(8);
  const counter = 4 + ((fuel - 3 + random.below(7)) % 8);
  const others = new Set(
    Array.from({ length: 15 }, (_, i) => i).filter((i) => i !== fuel && i !== counter && i !== 13),
  );
  const { out, leaves, base } = one;
  const writable = base === MAP.SRAM_CODE;
  return {
    out,
    random,
    fuel,
    counter,
    free: options.free ?? others,
    writable,
    leaves,
    toBlocks: [],
    toEnd: [],
    slots: [],
  };
}

/** Subroutines: some instructions, perhaps a call further down, and each way to return. */
function writeLeaves(one: Area, random: Random): void {
  const { out, leaves } = one;
  const free = new Set([0, 1, 2, 3, 12]);
  const leaf = taskOf(one, random, { free });
  const ways: readonly [before: () => void, after: () => void][] = [
    [() => undefined, () => out.line('bx lr')],
    [() => undefined, () => out.line('mov pc, lr')],
    [() => out.line('push {r4, lr}'), () => out.line('pop {r4, pc}')],
    [() => out.put('push.w {single}', { t: 14 }), () => out.put('pop.w {onlypc}')],
    [() => out.put('push.w {list}', { m: 1, r: 0x1004 }), () => out.put('pop.w {list}', { P: 1, m: 0, r: 0x1004 })],
  ];
  for (const [index, [before, after]] of ways.entries()) {
    const start = out.address;
    before();
    plain(leaf, 1 + random.below(4));
    // the first two keep their return address in LR
    if (index >= 2 && random.chance(0.7)) call(leaf);
    after();
    leaves.push(start);
  }
}

function writeTask(one: Area, random: Random): { start: number; goOn: Fixup } {
  const { out } = one;
  // every now and then at the start of a page, or right before it
  const place = random.below(10);
  if (place < 3) out.address = (out.address + 0xfff) & ~0xfff;
  else if (place < 6) out.address = ((out.address + 0xfff) & ~0xfff) - 2 * random.below(8);
  const task = taskOf(one, random);
  const start = out.address;
  const recover = writeBeginning(task);
  const blocks = Array.from({ length: 3 + random.below(7) }, () => () => writeBlock(task, starts));
  const starts: number[] = [];
  for (const block of blocks) {
    starts.push(out.address);
    block();
  }
  const end = out.address;
  recover(end);
  for (const fix of task.toEnd) fix(end);
  for (const fix of task.toBlocks) fix(random.pick([...starts.slice(1), end]));
  out.put('svc {imm}', { i: random.below(256) });
  const at = out.address;
  out.address += 10;
  return {
    start,
    goOn: (target) =>
      out.at(at, () => {
        out.setWord(12, target | 1);
        out.put('bx {m}', { m: 12 });
      }),
  };
}

/** A stack, masks open, where to recover, and random registers. */
function writeBeginning(task: Task): Fixup {
  const { random, out, fuel, counter } = task;
  out.setWord(0, 2 * random.below(2) + Number(random.chance(0.07)));
  out.put('msr {special}, {n}', { n: 0, k: 2, y: 20 });
  out.put('isb {option}', { o: 15 });
  out.setWord(0, MAP.STACK_TOP);
  out.put('mov sp, {m}', { m: 0 });
  out.setWord(1, MAP.TASK_TICKS);
  out.setWord(0, 0);
  out.put('str.w {t}, [{n}, {imm}]', { t: 0, n: 1, i: 0 });
  out.setWord(1, MAP.RECOVER);
  const at = out.address;
  out.address += 8;
  out.put('str.w {t}, [{n}, {imm}]', { t: 0, n: 1, i: 0 });
  for (let i = 0; i < 6; i++) out.setWord(freeRegister(task), random.chance(0.5) ? random.word() : random.below(64));
  out.setWord(counter, random.below(8));
  out.setWord(fuel, 5 + random.below(60));
  return (end) => out.at(at, () => out.setWord(0, end));
}

const ITEMS: readonly (readonly [weight: number, write: (task: Task) => void])[] = [
  [30, (task) => plain(task, 1 + task.random.below(4))],
  [16, (task) => memory(task)()],
  [14, itBlock],
  [8, (task) => skip(task, () => short(task))],
  [4, (task) => tableBranch(task, () => plain(task, 1 + task.random.below(2)))],
  [5, call],
  [6, (task) => innerLoop(task, () => short(task))],
  [4, stack],
  [3, exclusive],
  [2, system],
  [1.5, trap],
  [1, hint],
  [3, (task) => (task.writable ? selfModify(task) : plain(task))],
];

function item(task: Task): void {
  task.random.weighted(ITEMS)(task);
}

/** A few instructions that fit between a short branch and its target. */
function short(task: Task): void {
  const { random } = task;
  if (random.chance(0.3)) memory(task)();
  if (random.chance(0.2)) itBlock(task);
  plain(task, 1 + random.below(3));
}

function writeBlock(task: Task, starts: readonly number[]): void {
  const { random, out, fuel } = task;
  for (let items = 1 + random.below(5); items > 0; items--) item(task);
  const conditional = armv7em.rows.find(({ text }) => text === 'b{cond}.w {target20}')!;
  const burn = (): void => out.put('sub{S}.w {d}, {n}, {const}', { S: 1, d: fuel, n: fuel, i: 1 });
  const way = random.below(6);
  if (way < 2) {
    burn();
    emitBranch(task, conditional, random.pick(starts), { C: random.pick([12, 10, 5]) });
  } else if (way === 2) {
    burn();
    task.toEnd.push(branchLater(task, 'b{cond}.w {target20}', { C: 13 }));
    flagSetter(task);
    emitBranch(task, conditional, random.pick(starts), { C: random.below(14) });
  } else if (way === 3) {
    flagSetter(task);
    task.toBlocks.push(branchLater(task, 'b{cond}.w {target20}', { C: random.below(14) }));
  }
}
