import { clintRow } from '../../src/emu/cpu/riscv/clint.js';
import { MTIME_CLOCK, riscv } from '../../src/emu/cpu/riscv/core.js';
import { readElf } from '../../src/emu/debug/elf.js';
import type { ElfImage } from '../../src/emu/debug/elf-image.js';
import { SymbolTable } from '../../src/emu/debug/symbols.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Machine } from '../../src/emu/machine.js';
import type { MachineDescription } from '../../src/emu/machine-description.js';
import { type IsaProgram, readSignature } from './programs.js';

export interface IsaOptions {
  readonly engine: EngineMode;
  /** Cycles after which a program has failed. */
  readonly limit: number;
  /** Whether misaligned accesses are done, or raise their exception. */
  readonly misaligned: 'do' | 'trap';
}

export interface IsaResult {
  readonly name: string;
  readonly passed: boolean;
  /** What was wrong. */
  readonly why?: string;
  readonly cycles: number;
}

const RAM = 0x8000_0000;
const RAM_SIZE = 64 << 20;
const ISA = 'imafdc_zba_zbb_zbc_zbs_sstc';

/** A hart with everything the project has, memory where the suites are linked to, and the CLINT their timers are in. */
function isaBoard(xlen: 32 | 64, entry: number, misaligned: 'do' | 'trap'): MachineDescription {
  const cpu = riscv({
    name: `rv${xlen}gc`,
    xlen,
    isa: ISA,
    modes: 'msu',
    pmpEntries: 16,
    mmu: xlen === 32 ? ['sv32'] : ['sv39'],
    misaligned,
    harts: [{ hartId: 0, resetVector: entry }],
    timebase: 10_000_000,
    beside: ({ mtime, harts }) => ({
      clint: clintRow(0x200_0000, mtime, harts, MTIME_CLOCK),
    }),
  });
  const memories = { ram: { kind: 'ram', address: RAM, size: RAM_SIZE } } as const;
  return { name: `rv${xlen} for tests`, cpu, hertz: 100_000_000, memories, devices: {} };
}

/** Runs one program up to its word in `tohost` and compares what it says, and its signature where there is a reference. */
export function runProgram(program: IsaProgram, options: IsaOptions): IsaResult {
  const image = readElf(program.path);
  const symbols = new SymbolTable(image);
  const address = (name: string) => symbols.find(name)?.address;
  const { name } = program;
  const tohost = address('tohost');
  if (tohost === undefined) return { name, passed: false, why: "it has no symbol 'tohost'", cycles: 0 };
  const machine = new Machine(isaBoard(image.class, image.entry, options.misaligned), {
    engine: options.engine,
    image: image.segments,
  });
  const host = new Host(machine, tohost);
  const end = host.run(options.limit);
  const why = end ?? (program.reference && differences(machine, program.reference, image, address));
  return { name, passed: why === undefined, ...(why === undefined ? {} : { why }), cycles: machine.cycles };
}

/** The host's side of `tohost`: an odd word ends the program, device 1 is a console whose text is dropped. */
class Host {
  readonly #machine: Machine;
  readonly #tohost: number;

  constructor(machine: Machine, tohost: number) {
    this.#machine = machine;
    this.#tohost = tohost;
    machine.bus.watch(tohost, 8, 'write', () => machine.stop());
  }

  /** What was wrong, undefined if the program says it passed. */
  run(limit: number): string | undefined {
    const machine = this.#machine;
    for (;;) {
      const end = machine.run({ cycles: limit });
      const [low, high] = [this.#word(0), this.#word(4)];
      if (end === 'limit') return `it did not end within ${limit} cycles: pc ${machine.cpu.pc.toString(16)}`;
      if (end === 'dead') return `it stands still: ${machine.cpu.describe()} at ${machine.cpu.pc.toString(16)}`;
      if (low === 0 && high === 0) continue;
      if ((low & 1) !== 0 && high >>> 16 === 0) return low === 1 ? undefined : `test ${low >>> 1} failed`;
      machine.bus.fill(this.#tohost, new Uint8Array(8));
    }
  }

  #word(offset: number): number {
    return this.#machine.bus.peek(this.#tohost + offset, 4)!;
  }
}

function differences(
  machine: Machine,
  reference: string,
  image: ElfImage,
  address: (name: string) => number | undefined,
): string | undefined {
  const [begin, end] = [address('begin_signature'), address('end_signature')];
  if (begin === undefined || end === undefined) return `${image.path} has no symbols of a signature`;
  const expected = readSignature(reference);
  const words = Math.ceil((end - begin) / 4);
  if (expected.length < words) return `the reference has ${expected.length} words, the signature ${words}`;
  for (let i = 0; i < words; i++) {
    const word = machine.bus
      .peek(begin + 4 * i, 4)!
      .toString(16)
      .padStart(8, '0');
    if (word !== expected[i]) return `word ${i} of the signature is ${word}, expected ${expected[i]}`;
  }
  return undefined;
}
