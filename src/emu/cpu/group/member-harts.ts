import type { CpuHart } from '../../cpu.js';
import type { Member } from './member.js';

/** A core of several as others see it, or its harts, if it has some. */
export function memberHarts({ cpu, name, index }: Member): readonly CpuHart[] {
  const bits = cpu.isa.state.registers.type === 'i64' ? 64 : 32;
  const harts = cpu.harts ?? [];
  if (harts.length < 2) return [new MemberHart(name, bits, index, harts[0] ?? cpu)];
  return harts.map((hart) => new MemberHart(`${name}.hart${hart.hartId}`, bits, hart.hartId, hart));
}

type Core = Omit<CpuHart, 'hartId' | 'name' | 'bits'>;

class MemberHart implements CpuHart {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly hartId: number;
  readonly #core: Core;

  constructor(name: string, bits: 32 | 64, hartId: number, core: Core) {
    this.name = name;
    this.bits = bits;
    this.hartId = hartId;
    this.#core = core;
  }
  get pc(): number {
    return this.#core.pc;
  }
  set pc(address: number) {
    this.#core.pc = address;
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
  register(name: string): number {
    return this.#core.register(name);
  }
  get register64(): ((name: string) => bigint) | undefined {
    const core = this.#core;
    return core.register64 && ((name) => core.register64!(name));
  }
  setRegister(name: string, value: number | bigint): void {
    this.#core.setRegister(name, value);
  }
  describe(): string {
    return this.#core.describe();
  }
}
