import type { Cpu, CpuStop, CpuSystem, CpuType } from './cpu.js';
import { InternalError } from './errors.js';
import type { Isa } from './isa/instruction.js';
import { Signal } from './signal.js';

/**
 * For tests of the machine: a core without instructions. Each "instruction" calls a function that may use the bus and
 * says how many ticks it took; its state is 16 words and a pc.
 */
export interface FakeCore {
  readonly words: Int32Array;
  readonly system: CpuSystem;
  sleep(): void;
}

/** `body` is one instruction; it returns its ticks. An interrupt line that rises wakes the core. */
export function fakeCpu(body: (core: FakeCore) => number): CpuType {
  return { name: 'fake', hertz: 16_000_000, create: (system) => new FakeCpu(system, body) };
}

const SLEEPING = 17;
const PC = 16;

class FakeCpu implements Cpu, FakeCore {
  readonly slice = Number.POSITIVE_INFINITY;
  readonly name = 'fake';
  readonly isa = {} as Isa;
  readonly system: CpuSystem;
  readonly words: Int32Array;
  readonly devices = {};
  readonly registerNames = ['pc'];
  readonly breakpoints = new Set<number>();
  readonly invalidated: string[] = [];
  readonly #body: (core: FakeCore) => number;
  readonly #lines = new Map<number, Signal>();

  constructor(system: CpuSystem, body: (core: FakeCore) => number) {
    this.system = system;
    this.#body = body;
    this.words = system.arena.i32('cpu.words', 18);
  }
  get pc(): number {
    return this.words[PC]!;
  }
  set pc(pc: number) {
    this.words[PC] = pc;
  }
  get sleeping(): boolean {
    return this.words[SLEEPING] !== 0;
  }
  get locked(): boolean {
    return false;
  }
  sleep(): void {
    this.words[SLEEPING] = 1;
  }
  run(): CpuStop {
    const { timebase } = this.system;
    while (timebase.tick < timebase.sliceEnd) {
      if (this.sleeping) return 'sleeping';
      if (this.breakpoints.has(this.pc)) return 'breakpoint';
      this.#one();
    }
    return 'slice';
  }
  step(): void {
    this.#one();
  }
  reset(): void {
    this.words.fill(0);
  }
  register(): number {
    return this.pc;
  }
  setRegister(_name: string, value: number): void {
    this.pc = value;
  }
  describe(): string {
    return 'fake';
  }
  interrupt(line: number): Signal {
    const known = this.#lines.get(line);
    if (known !== undefined) return known;
    if (line > 31) throw new InternalError({ what: `no line ${line}` });
    const signal = new Signal(`irq ${line}`, this.system.arena);
    signal.listen((level) => {
      if (level !== 0) this.words[SLEEPING] = 0;
    });
    this.#lines.set(line, signal);
    return signal;
  }
  input(): Signal | undefined {
    return undefined;
  }
  invalidate(address: number, length: number): void {
    this.invalidated.push(`${address.toString(16)}+${length}`);
  }
  remapped(): void {}
  restored(): void {}

  #one(): void {
    this.words[PC] = this.words[PC]! + 2;
    const ticks = this.#body(this);
    const { budgetCell } = this.system.timebase;
    budgetCell[0] = budgetCell[0]! - ticks;
  }
}
