/** A core, or one of its harts: registers in their full width, and where its program is. */

import type { Cpu, CpuHart } from '../emu/cpu.js';
import type { Machine } from '../emu/machine.js';
import { unknown } from '../emu/options.js';

export class CoreAccess {
  /** `cpu`, or `hart1` of several harts, or the name of one of several processors: `cpu1`, `cpu1.hart0`. */
  readonly name: string;
  /** Of a register: 32 or 64. */
  readonly bits: 32 | 64;
  readonly #core: Cpu | CpuHart;

  constructor(name: string, core: Cpu | CpuHart, bits: 32 | 64) {
    this.name = name;
    this.bits = bits;
    this.#core = core;
  }
  /** Unsigned. */
  get pc(): bigint {
    return BigInt.asUintN(this.bits, BigInt(this.#core.pc));
  }
  get mode(): string {
    return this.#core.describe();
  }
  get sleeping(): boolean {
    return this.#core.sleeping;
  }
  get locked(): boolean {
    return this.#core.locked;
  }
  get registerNames(): readonly string[] {
    return this.#core.registerNames;
  }

  /** @throws UsageError when it has no such register */
  register(name: string): bigint {
    const own = this.#nameOf(name);
    if (own === 'pc') return this.pc;
    return BigInt.asUintN(64, this.#core.register64?.(own) ?? BigInt(this.#core.register(own) >>> 0));
  }
  /** @throws UsageError when it has no such register, or that cannot be set */
  setRegister(name: string, value: bigint): void {
    const own = this.#nameOf(name);
    const core = this.#core;
    if (core.register64) (core as CpuHart).setRegister(own, value);
    else if (own === 'pc') core.pc = Number(value);
    else core.setRegister(own, Number(BigInt.asUintN(32, value)) | 0);
  }

  /** In the list, in whatever case, or known to the core besides: a register's number, a CSR. */
  #nameOf(name: string): string {
    const names = this.registerNames;
    const listed = names.find((one) => one === name) ?? names.find((one) => one === name.toLowerCase());
    if (listed !== undefined) return listed;
    if (!this.#knows(name)) throw unknown(this.name, 'register', name, names);
    return name;
  }
  #knows(name: string): boolean {
    try {
      const value: unknown = this.#core.register64?.(name) ?? this.#core.register(name);
      return typeof value === 'number' || typeof value === 'bigint';
    } catch {
      return false;
    }
  }
}

/** The cores of a machine: its harts, or the one that it is. */
export function coresOf({ cpu }: Machine): CoreAccess[] {
  const bits = cpu.isa.state.registers.type === 'i64' ? 64 : 32;
  if (!cpu.harts) return [new CoreAccess('cpu', cpu, bits)];
  return cpu.harts.map((hart) => new CoreAccess(nameOf(hart), hart, hart.bits ?? bits));
}

/** The one of a name; the one that executes where none is given. @throws UsageError when there is none of that name */
export function coreNamed(machine: Machine, name?: string): CoreAccess {
  const cores = coresOf(machine);
  const wanted = name ?? presentName(machine);
  const found = cores.find((core) => core.name === wanted);
  if (found) return found;
  throw unknown(
    `board '${machine.name}'`,
    'core',
    String(name),
    cores.map((core) => core.name),
  ); // prettier-ignore
}

function presentName({ cpu }: Machine): string {
  return cpu.harts ? nameOf(cpu.executing ?? cpu.harts[0]!) : 'cpu';
}

const nameOf = (hart: CpuHart): string => hart.name ?? `hart${hart.hartId}`;
