import { riscvVirt, riscvVirt64, stm32f4Discovery } from '../../src/boards/index.js';
import { readElf } from '../../src/emu/debug/elf.js';
import type { Machine, MachineOptions } from '../../src/emu/machine.js';
import type { Snapshot } from '../../src/emu/snapshot.js';
import { median } from './arithmetic.js';
import { addressOf, firmwarePath, type Target } from './firmware-image.js';

/** The boards that programs are made for. */
export const BOARDS = { m4: stm32f4Discovery, rv32: riscvVirt, rv64: riscvVirt64 } as const;

/** CPU seconds of this process, user and system. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A benchmark program on our own board. */
export interface Guest {
  readonly machine: Machine;
  /** Steps done. */
  done(): number;
  checksum(): number;
}

export function boot(program: string, target: Target, options: MachineOptions): Guest {
  const image = readElf(firmwarePath(program, target));
  const machine = BOARDS[target].createMachine({ ...options, image: image.segments });
  /** Looked up at the first use: not every program has every symbol. */
  const word = (symbol: string) => {
    let address: number | undefined;
    return () => {
      address ??= addressOf(image, symbol);
      return machine.bus.peek(address, 4)! >>> 0;
    };
  };
  return { machine, done: word('bench_done'), checksum: word('bench_checksum') };
}

/** Cycles between two looks at the step counter. */
const LOOK = 10_000;

/** Runs until so many steps are done, then single steps to the instruction after the next step's end. */
export function runToStep(guest: Guest, steps: number): void {
  const { machine } = guest;
  while (guest.done() < steps) machine.runCycles(LOOK);
  const before = guest.done();
  while (guest.done() === before) machine.step();
}

/** A stretch of whole steps in steady state, with every instruction in it counted. */
export interface Stretch {
  readonly from: Snapshot;
  readonly cycles: number;
  readonly steps: number;
  readonly instructions: number;
}

/** Single steps from here over at least so many instructions, to the end of a step of the program. */
export function countStretch(guest: Guest, atLeast: number): Stretch {
  const { machine } = guest;
  const from = machine.snapshot();
  const [cycles, done] = [machine.cycles, guest.done()];
  let instructions = 0;
  for (; instructions < atLeast; instructions++) machine.step();
  for (const last = guest.done(); guest.done() === last; instructions++) machine.step();
  const stretch = { from, cycles: machine.cycles - cycles, steps: guest.done() - done, instructions };
  requireSameRun(guest, stretch);
  return stretch;
}

/** The engine's run over the stretch must end where single steps did, or the count would be of another run. */
function requireSameRun({ machine }: Guest, { from, cycles }: Stretch): void {
  const counted = machine.hash();
  machine.restore(from);
  machine.runCycles(cycles);
  if (machine.hash() !== counted)
    throw new Error('single steps and a run over the same cycles end in different states');
}

/** CPU seconds that one pass over a stretch takes: many passes a sample, median of the samples. */
export function secondsPerPass(
  { machine }: Guest,
  { from, cycles }: Stretch,
  samples: number,
  seconds: number,
): number {
  const pass = () => {
    machine.restore(from);
    machine.runCycles(cycles);
  };
  let passes = 0;
  for (const start = cpuSeconds(); cpuSeconds() - start < seconds; passes++) pass(); // warms up and calibrates
  const sample = () => {
    const start = cpuSeconds();
    for (let i = 0; i < passes; i++) pass();
    return (cpuSeconds() - start) / passes;
  };
  return median(Array.from({ length: samples }, sample));
}
