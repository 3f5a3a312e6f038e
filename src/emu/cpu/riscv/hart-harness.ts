import { Bus } from '../../bus.js';
import type { DeviceProblem, EventDetail } from '../../device.js';
import { ENGINE, PAGING_ROOM } from '../../isa/layout.js';
import { MemoryPool } from '../../memory.js';
import { Scheduler } from '../../scheduler.js';
import { Signals } from '../../signal.js';
import { Arena } from '../../state.js';
import { Timebase } from '../../time.js';
import { RiscvCluster } from './core.js';
import { CSR_NAMES } from './csr-numbers.js';
import type { Hart } from './hart.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import type { RiscvOptions } from './riscv-options.js';
import { bigOf, wordsOf } from './wide.js';
import { CSR_OPERATION } from './zicsr.js';

export const RAM = 0x8000_0000;
const RAM_SIZE = 1 << 20;
const HERTZ = 100_000_000;
const NUMBERS = new Map([...CSR_NAMES].map(([number, name]) => [name, number]));

/** What a CSR instruction ended with when the hart may not execute it. */
export const ILLEGAL = 'illegal instruction';

/** A cluster of harts with 1 MiB of RAM and nothing else, for tests. */
export class HartHarness {
  readonly cluster: RiscvCluster;
  readonly bus: Bus;
  readonly signals: Signals;
  readonly timebase: Timebase;
  readonly scheduler: Scheduler;
  readonly problems: DeviceProblem[] = [];
  readonly events: [string, EventDetail][] = [];

  constructor(options: Partial<RiscvOptions> = {}) {
    const pool = new MemoryPool([{ name: 'ram', size: RAM_SIZE, kind: 'ram' }], PAGING_ROOM);
    const arena = new Arena();
    const budget = new Int32Array(pool.memory.buffer, ENGINE.budget, 1);
    this.timebase = new Timebase(arena, HERTZ, budget, options.harts?.length ?? 1);
    this.scheduler = new Scheduler(arena, this.timebase);
    this.signals = new Signals(arena);
    this.bus = new Bus(pool);
    this.bus.mapMemory(pool.blocks[0]!, RAM);
    const xlen = options.xlen ?? 32;
    this.cluster = new RiscvCluster(
      {
        ...{ arena, memory: pool.memory, engine: { mode: 'cold', room: pool.room }, bus: this.bus },
        ...{ timebase: this.timebase, scheduler: this.scheduler, signals: this.signals },
        report: (problem) => this.problems.push(problem),
        emit: (event, detail) => this.events.push([event, detail]),
        hears: () => true,
        onWithdrawn: (listener) => pool.onWithdrawn(listener),
        requestReset: () => {},
      },
      {
        ...{ name: 'harness', xlen, isa: 'imafdc_zba_zbb_zbc_zbs_sstc', modes: 'msu', pmpEntries: 16 },
        ...{ mmu: [xlen === 32 ? 'sv32' : 'sv39'], misaligned: 'do', timebase: HERTZ / 10 },
        harts: [{ hartId: 0, resetVector: RAM }],
        ...options,
      },
    );
    pool.onCodeChanged((address, length) => this.cluster.invalidate(address, length));
    arena.freeze();
    this.cluster.reset('power-on');
  }

  get hart(): Hart {
    return this.cluster.harts[0]!;
  }
  get privilege(): Privilege {
    return this.hart.words.privilege;
  }
  set privilege(privilege: Privilege) {
    this.hart.words.privilege = privilege;
  }

  /** CSRRS with x0, as an instruction of the present privilege: the value, or ILLEGAL. */
  read(csr: string | number): bigint | typeof ILLEGAL {
    return this.#access(csr, CSR_OPERATION.set, 0n, false);
  }
  /** CSRRW: the old value, or ILLEGAL. */
  write(csr: string | number, value: bigint | number): bigint | typeof ILLEGAL {
    return this.#access(csr, CSR_OPERATION.write, value, true);
  }
  set(csr: string | number, value: bigint | number): bigint | typeof ILLEGAL {
    return this.#access(csr, CSR_OPERATION.set, value, true);
  }
  clear(csr: string | number, value: bigint | number): bigint | typeof ILLEGAL {
    return this.#access(csr, CSR_OPERATION.clear, value, true);
  }
  /** What a register keeps of a value: machine mode writes it, and reads it back. */
  kept(csr: string, value: bigint | number): bigint | typeof ILLEGAL {
    this.privilege = PRIVILEGE.machine;
    this.write(csr, value);
    return this.read(csr);
  }

  /** Instructions at the start of RAM, and pc there. */
  load(...words: number[]): this {
    for (const [i, word] of words.entries()) this.bus.poke(RAM + 4 * i, 4, word);
    this.hart.setRegister('pc', RAM);
    return this;
  }
  /** Executes instructions (or traps) one by one. */
  step(times = 1): this {
    for (let i = 0; i < times; i++) {
      this.timebase.beginSlice(this.timebase.tick + 1);
      this.cluster.step();
      this.timebase.settle();
      this.scheduler.fireDue();
    }
    return this;
  }
  /** Lets time pass while nothing is executed. */
  pass(cycles: number): this {
    this.timebase.advanceTo(this.timebase.tick + cycles);
    this.scheduler.fireDue();
    return this;
  }
  register(name: string): bigint {
    return this.hart.register64(name);
  }

  #access(csr: string | number, operation: number, value: bigint | number, writes: boolean) {
    const number = typeof csr === 'number' ? csr : NUMBERS.get(csr)!;
    const { csrs } = this.hart;
    const [low, high] = wordsOf(value);
    try {
      const old = csrs.access(number, operation, low, this.hart.model.xlen === 64 ? high : 0, writes);
      return bigOf(old, csrs.high);
    } catch {
      return ILLEGAL;
    }
  }
}
