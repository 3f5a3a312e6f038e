/** `board.cpu`, and each of `board.cpus`: registers and where the program is. */

import type { Cpu } from '../emu/cpu.js';
import type { SourceLine } from '../emu/debug/dwarf-line.js';
import { type CoreAccess, coresOf } from './core-access.js';
import type { MachineBench } from './machine-bench.js';

export class CpuAccess {
  readonly #bench: MachineBench;
  readonly #cpu: Cpu;

  /** `core`: the one of several processors; the first unless given. */
  constructor(bench: MachineBench, core = 0) {
    this.#bench = bench;
    const { cpu } = bench.machine;
    this.#cpu = cpu.cores?.[core]?.cpu ?? cpu;
  }
  get name(): string {
    return this.#cpu.name;
  }
  /** Address of the next instruction. */
  get pc(): number {
    return this.#cpu.pc >>> 0;
  }
  set pc(address: number) {
    this.#cpu.pc = address;
  }
  /** The function at pc, as far as the image says. */
  get symbol(): string | undefined {
    return this.#bench.locator.locate(this.pc).symbol;
  }
  /** The line at pc, as far as the image says. */
  get line(): SourceLine | undefined {
    return this.#bench.locator.locate(this.pc).line;
  }
  /** `thread mode, privileged`: mode and privilege in the manual's words. */
  get mode(): string {
    return this.#cpu.describe();
  }
  /** Waits for an interrupt or event (WFI, WFE). */
  get sleeping(): boolean {
    return this.#cpu.sleeping;
  }
  /** In lockup: only a reset helps. */
  get locked(): boolean {
    return this.#cpu.locked;
  }
  /** All registers, unsigned, by the manual's names. @throws UsageError where one has 64 bits that no number holds exactly */
  get registers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#cpu.registerNames.map((name) => [name, this.register(name)]));
  }
  /** One register, unsigned: `'r0'`, `'sp'`, `'a0'`. @throws UsageError where it has 64 bits that no number holds exactly */
  register(name: string): number {
    const value = this.#cpu.register(name);
    return this.#cpu.isa.state.registers.type === 'i32' ? value >>> 0 : value;
  }
  setRegister(name: string, value: number): void {
    this.#cpu.setRegister(name, value);
  }
  /** The harts of a core that has several, each with registers in their full width, as bigints; of any other core itself. */
  get harts(): readonly CoreAccess[] {
    return coresOf(this.#bench.machine);
  }
}
