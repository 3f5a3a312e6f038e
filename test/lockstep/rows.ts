import { Decoder } from '../../src/emu/isa/decoder.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Fields, Isa, Row } from '../../src/emu/isa/instruction.js';
import type { Machine, MachineOptions } from '../../src/emu/machine.js';
import type { Snapshot } from '../../src/emu/snapshot.js';
import type { Random } from '../differential/thumb-program.js';
import { differenceOf } from './pair.js';

/** A core on which single instructions are executed. */
export interface Bench {
  readonly isa: Isa;
  readonly create: (options: MachineOptions) => Machine;
  /** RAM that holds the instruction, with room around it to branch to. */
  readonly code: number;
  /** A word in every page that it may access. */
  readonly data: readonly number[];
  /** Names of the registers by their number. */
  readonly registers: readonly string[];
  /** A halfword that does nothing. */
  readonly nop: number;
  /** Where exceptions lead. */
  readonly handler: number;
  /** Puts addresses of code into the data, makes nothing wait. */
  readonly prepare: (machine: Machine) => void;
}

/** An instruction with the registers that it finds, addresses among them where the row needs some. */
export interface Sample {
  readonly row: Row;
  readonly fields: Fields;
  readonly registers: readonly (readonly [number: number, value: number])[];
  readonly flags?: number;
  readonly fpscr?: number;
  /** The condition of an IT block around it. */
  readonly condition?: number;
}

/** What became of an instruction on both engines. */
export interface Result {
  /** In what the engines differ, undefined if in nothing. */
  readonly difference: string | undefined;
  /** Instructions that were not executed by a region. */
  readonly cold: number;
}

/** Instructions, taking of exceptions included. */
const STEPS = 7;
/** Bytes around the instruction that are NOPs. */
const AROUND = 0x800;

/**
 * Executes an instruction, one NOP before it and what follows (more of them, or an exception) on the cold engine in single
 * steps, and in one run on regions.
 */
export class RowBench {
  readonly #bench: Bench;
  readonly #machines: readonly { readonly machine: Machine; readonly start: Snapshot }[];
  readonly #decoder: Decoder;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#decoder = new Decoder(bench.isa);
    this.#machines = (['cold', 'hot'] as const).map((engine) => this.#rig(engine));
  }

  /** Random operands of a row that `accept` takes. */
  fields(row: Row, random: Random, accept: (fields: Fields) => boolean = () => true): Fields {
    for (let attempt = 0; attempt < 10_000; attempt++) {
      const fields: Record<string, number> = {};
      for (const { letter, width } of row.pattern.fields) fields[letter] = random.below(2 ** width);
      const [first, second] = this.#halfwords(row, encode(row, fields)!);
      if (this.#decoder.decode(first, second)?.row === row && accept(fields)) return fields;
    }
    throw new Error(`no operands for '${row.text}'`);
  }

  run(sample: Sample): Result {
    for (const rig of this.#machines) this.#place(rig, sample);
    const [cold, hot] = this.#machines.map(({ machine }) => machine) as [Machine, Machine];
    // an exception takes some steps more until its handler is reached
    const visited = new Set<number>();
    for (let steps = 0; steps < STEPS && cold.cpu.pc !== this.#bench.handler; steps++) {
      visited.add(cold.cpu.pc);
      cold.step();
    }
    // a loop: there is no breakpoint at which the other could be stopped at the same time
    if (visited.has(cold.cpu.pc)) return { difference: undefined, cold: Number.POSITIVE_INFINITY };
    const before = hot.statistics!;
    // where it leads is where the regions must end
    hot.cpu.breakpoints.add(cold.cpu.pc);
    hot.runCycles(5000);
    hot.cpu.breakpoints.delete(cold.cpu.pc);
    const after = hot.statistics!;
    const executed = after.instructions - before.instructions;
    const difference = differenceOf(hot, cold, false);
    return { difference, cold: executed - (after.hotInstructions - before.hotInstructions) };
  }

  #rig(engine: EngineMode) {
    const { create, prepare, code, nop } = this.#bench;
    const machine = create({ engine, statistics: { clock: () => 0 } });
    prepare(machine);
    machine.bus.fill(code - AROUND, new Uint8Array(Uint16Array.from({ length: AROUND }, () => nop).buffer));
    return { machine, start: machine.snapshot() };
  }

  #place({ machine, start }: { machine: Machine; start: Snapshot }, sample: Sample): void {
    const { row, fields, registers, flags, fpscr, condition } = sample;
    const { code, nop, data, registers: names } = this.#bench;
    machine.restore(start);
    const halves = [nop];
    // IT with one condition: the mask is 1000
    if (condition !== undefined) halves.push(0xbf08 | (condition << 4));
    halves.push(...this.#halfwords(row, encode(row, fields)!).slice(0, row.pattern.length / 16));
    machine.bus.fill(code, new Uint8Array(Uint16Array.from(halves).buffer));
    if (flags !== undefined) machine.cpu.setRegister('xpsr', (flags << 27) | 0x100_0000);
    if (fpscr !== undefined) machine.cpu.setRegister('fpscr', fpscr);
    for (const [number, value] of registers) machine.cpu.setRegister(names[number]!, value);
    // written since the snapshot, so that stores need no help
    for (const address of data) machine.bus.poke(address, 4, machine.bus.peek(address, 4)!);
    machine.cpu.input('event')?.set(1);
    machine.cpu.input('event')?.set(0);
    machine.cpu.pc = code;
  }

  /** In the order of addresses. */
  #halfwords(row: Row, word: number): [number, number] {
    if (row.pattern.length === 16) return [word, 0];
    const high = this.#bench.isa.join(1, 0) === 0x1_0000;
    return high ? [word >>> 16, word & 0xffff] : [word & 0xffff, word >>> 16];
  }
}
