import { ram } from '../../src/boards/rows.js';
import { cortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { Machine } from '../../src/emu/machine.js';
import { ProgramWriter } from '../differential/thumb-program.js';
import type { Operands } from './operands.js';

/** Executes an instruction on many operands in one run of a machine: a loop over an array in its RAM. */

const RAM = 0x2000_0000;
const RAM_SIZE = 0x40_0000;
const CODE = RAM + 0x100;
const INPUT = RAM + 0x1000;
const OUTPUT = RAM + 0x20_0000;
/** Operand sets that fit. */
export const BATCH = 50_000;
const STEP = 60;

/** S0 and FPSCR after the instruction. */
export type Results = readonly (readonly [s0: number, fpscr: number])[];

export class Bulk {
  readonly #machine: Machine;
  #end = 0;

  constructor(line: string) {
    this.#machine = new Machine({
      name: 'bare Cortex-M4F',
      cpu: cortexM4({ irqs: 32, priorityBits: 4 }),
      hertz: 16_000_000,
      memories: { boot: ram(0, 0x1000), ram: ram(RAM, RAM_SIZE) },
      devices: {},
    });
    this.#machine.bus.fill(CODE, this.#program(line));
  }

  #program(line: string): Uint8Array {
    const bytes = new Uint8Array(0x100);
    const out = new ProgramWriter(bytes, CODE, CODE);
    const loop = out.address;
    for (const text of ['vldmia r0!, {s0-s2}', 'ldr r3, [r0], #4', 'vmsr fpscr, r3', line, 'vmrs r3, fpscr'])
      out.line(text);
    for (const text of ['vstmia r1!, {s0}', 'str r3, [r1], #4', 'subs r2, #1']) out.line(text);
    out.line(`bne 0x${loop.toString(16)}`);
    this.#end = out.address;
    out.line(`b 0x${this.#end.toString(16)}`);
    return bytes;
  }

  run(operands: readonly Operands[]): Results {
    const { cpu, bus } = this.#machine;
    bus.fill(INPUT, new Uint8Array(Uint32Array.from(operands.flat()).buffer));
    bus.write(0xe000_ed88, 4, 0xf << 20);
    for (const [name, value] of [
      ['r0', INPUT],
      ['r1', OUTPUT],
      ['r2', operands.length],
    ] as const)
      cpu.setRegister(name, value);
    cpu.setRegister('xpsr', 1 << 24);
    cpu.pc = CODE;
    this.#machine.runCycles(STEP * operands.length + 1000);
    if (cpu.pc !== this.#end) throw new Error(`stopped at 0x${cpu.pc.toString(16)}`);
    const words = new Uint32Array(bus.bytes(OUTPUT, 8 * operands.length).slice().buffer);
    return operands.map((_, i) => [words[2 * i]!, words[2 * i + 1]!] as const);
  }
}
