/**
 * Why a wait was in vain. The machine is deterministic and snapshots are cheap, so the questions are put to the machine
 * itself: which loop is it in, since when, which register does it read there, and which bit of it would end the loop.
 */

import type { Locator } from '../emu/debug/locator.js';
import type { Machine } from '../emu/machine.js';
import type { RegisterCell } from '../emu/register-file.js';
import type { Snapshot } from '../emu/snapshot.js';
import { grouped } from '../matchers/message.js';
import type { Diagnosis, FaultRecord } from '../matchers/subject.js';
import type { Mark } from './machine-bench.js';

/** Instructions that are looked at to find a loop. */
const TRACE = 3000;
/** Parts the wait is divided into, twice, to find when the loop began. */
const PARTS = 64;
/** Instructions in which a changed bit must have led out of the loop. */
const EXPERIMENT = 400;

/** `pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode` */
export function cpuText(machine: Machine, locator: Locator): string {
  const { cpu } = machine;
  const mode = cpu.describe();
  const state = cpu.locked ? 'locked up' : cpu.sleeping ? 'asleep' : '';
  const told = mode.includes(state) ? mode : `${mode}, ${state}`;
  return `pc ${locator.describe(cpu.pc >>> 0)}, ${told}`;
}

interface Poll {
  readonly device: string;
  readonly register: RegisterCell;
}

interface Loop {
  readonly pcs: ReadonlySet<number>;
  /** Registers of devices read in it, the most read one first. */
  readonly polls: readonly Poll[];
}

function registersOf(machine: Machine): Poll[] {
  return [...machine.assembly.devices].flatMap(([device, { registers }]) =>
    registers.map((register) => ({ device, register })),
  );
}

/** The loop the CPU is in: the last third of some thousand instructions is nowhere new. */
function findLoop(machine: Machine): Loop | undefined {
  const all = registersOf(machine);
  const before = all.map(({ register }) => register.reads);
  const pcs = new Set<number>();
  for (let i = 0; i < TRACE; i++) {
    if (machine.cpu.sleeping || machine.cpu.locked) return undefined;
    const pc = machine.cpu.pc >>> 0;
    if (i > (TRACE * 2) / 3 && !pcs.has(pc)) return undefined;
    pcs.add(pc);
    machine.step();
  }
  const reads = all
    .map((poll, i) => ({ ...poll, count: poll.register.reads - before[i]! }))
    .filter((one) => one.count > 1);
  return { pcs, polls: reads.sort((a, b) => b.count - a.count) };
}

/** The last of `PARTS` instants between two at which the CPU was outside the loop, if it ever was. */
function lastOutside(machine: Machine, from: Snapshot, cycles: number, pcs: ReadonlySet<number>): Snapshot | undefined {
  machine.restore(from);
  let outside = pcs.has(machine.cpu.pc >>> 0) ? undefined : from;
  for (let i = 0; i < PARTS; i++) {
    machine.runCycles(Math.max(1, Math.floor(cycles / PARTS)));
    if (!pcs.has(machine.cpu.pc >>> 0)) outside = machine.snapshot();
  }
  return outside;
}

/** `0.79 M cycles in this loop`, as near as two divisions of the wait tell. */
function loopText(machine: Machine, start: Mark, end: number, pcs: ReadonlySet<number>): string {
  const cycles = end - start.cycles;
  const coarse = lastOutside(machine, start.snapshot, cycles, pcs);
  if (coarse === undefined) return 'in this loop since before the wait began';
  const fine = lastOutside(machine, coarse, cycles / PARTS, pcs) ?? coarse;
  machine.restore(fine);
  const inside = end - machine.cycles;
  const text = inside >= 1e5 ? `${(inside / 1e6).toPrecision(2)} M` : grouped(Number(inside.toPrecision(2)));
  return `${text} cycles in this loop`;
}

/** The field whose bit, if it were the other way, would lead out of the loop. */
function awaitedField(
  machine: Machine,
  end: Snapshot,
  { register }: Poll,
  pcs: ReadonlySet<number>,
): string | undefined {
  for (const [name, field] of Object.entries(register.spec.fields)) {
    machine.restore(end);
    register.value = (register.value ^ (1 << field.low)) >>> 0;
    for (let i = 0; i < EXPERIMENT; i++) {
      machine.step();
      if (!pcs.has(machine.cpu.pc >>> 0)) return name;
    }
  }
  return undefined;
}

/** ST's naming: `PLLON` asks for what `PLLRDY` announces. */
function enabler(register: RegisterCell, field: string): string | undefined {
  const name = field.replace(/RDY$/, 'ON');
  const spec = name === field ? undefined : register.spec.fields[name];
  return spec && ((register.value >>> spec.low) & 1) === 0 ? name : undefined;
}

function pollHint(machine: Machine, start: Mark, end: Snapshot, loop: Loop): string | undefined {
  const poll = loop.polls[0];
  if (poll === undefined) return undefined;
  const name = `${poll.device.toUpperCase()}.${poll.register.name}`;
  const field = awaitedField(machine, end, poll, loop.pcs);
  machine.restore(start.snapshot);
  const before = poll.register.reads;
  machine.restore(end);
  const read = `${name} was read ${grouped(Number((poll.register.reads - before).toPrecision(3)))} times`;
  if (field === undefined) return `${read} in this loop`;
  const value = (poll.register.value >>> poll.register.spec.fields[field]!.low) & 1;
  const asked = enabler(poll.register, field);
  return `${read} and ${field} stays ${value}${asked === undefined ? '' : `: ${name}.${asked} is not set`}`;
}

/** Its first fault, and what became of it. */
export function faultedText({ cpu }: Machine, faults: readonly FaultRecord[]): string {
  return [faults[0]?.text, cpu.stuck].filter((one) => one !== undefined).join('; ');
}

function hint(
  machine: Machine,
  faults: readonly FaultRecord[],
  start: Mark,
  end: Snapshot,
  loop?: Loop,
): string | undefined {
  if (faults.length > 0) return `the firmware faulted: ${faultedText(machine, faults)}`;
  const [report] = machine.guestErrors;
  if (report) return [report.what, report.where && `at ${report.where}`, report.remedy].filter(Boolean).join(' — ');
  return loop && pollHint(machine, start, end, loop);
}

/** Where the CPU is and, for a wait that began at `start`, why nothing came of it. Leaves the machine as it was. */
export function diagnose(machine: Machine, locator: Locator, faults: readonly FaultRecord[], start?: Mark): Diagnosis {
  const cpu = cpuText(machine, locator);
  if (start === undefined) return { cpu };
  const end = machine.snapshot();
  const { cycles } = machine;
  try {
    const loop = findLoop(machine);
    machine.restore(end);
    const reason = hint(machine, faults, start, end, loop);
    if (!loop || cycles <= start.cycles) return { cpu, hint: reason };
    return { cpu: `${cpu}, ${loopText(machine, start, cycles, loop.pcs)}`, hint: reason };
  } finally {
    machine.restore(end);
  }
}
