/** `board.cpu`: registers and where the program is. */

import type { SourceLine } from '../emu/debug/dwarf-line.js';
import { type CoreAccess, coreNamed, coresOf } from './core-access.js';
import type { MachineBench } from './machine-bench.js';

export class CpuAccess {
  readonly #bench: MachineBench;

  constructor(bench: MachineBench) {
    this.#bench = bench;
  }
  get name(): string {
    return this.#bench.machine.cpu.name;
  }
  /** Address of the next instruction. */
  get pc(): number {
    return this.#bench.machine.cpu.pc >>> 0;
  }
  set pc(address: number) {
    this.#bench.machine.cpu.pc = address;
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
    return this.#bench.machine.cpu.describe();
  }
  /** Waits for an interrupt or event (WFI, WFE). */
  get sleeping(): boolean {
    return this.#bench.machine.cpu.sleeping;
  }
  /** In lockup: only a reset helps. */
  get locked(): boolean {
    return this.#bench.machine.cpu.locked;
  }
  /** All registers, unsigned, by the manual's names. @throws UsageError where one has 64 bits that no number holds exactly */
  get registers(): Readonly<Record<string, number>> {
    const { cpu } = this.#bench.machine;
    return Object.fromEntries(cpu.registerNames.map((name) => [name, this.register(name)]));
  }
  /** One register, unsigned: `'r0'`, `'sp'`, `'a0'`. @throws UsageError where it has 64 bits that no number holds exactly */
  register(name: string): number {
    const value = this.#bench.machine.cpu.register(name);
    return coreNamed(this.#bench.machine).bits === 32 ? value >>> 0 : value;
  }
  setRegister(name: string, value: number): void {
    this.#bench.machine.cpu.setRegister(name, value);
  }
  /** The harts of a core that has several, each with registers in their full width, as bigints; of any other core itself. */
  get harts(): readonly CoreAccess[] {
    return coresOf(this.#bench.machine);
  }
}
