import type { CpuHart } from '../../cpu.js';
import type { Member } from './member.js';

type As = <T>(fn: () => T) => T;

/** A core of several as others see it, or its harts, if it has some. `as` lets it have the engine's words for a while. */
export function memberHarts(member: Member, as: As): readonly CpuHart[] {
  const { cpu, name } = member;
  const bits = cpu.isa.state.registers.type === 'i64' ? 64 : 32;
  const harts = cpu.harts ?? [];
  if (harts.length < 2) return [new MemberHart(name, bits, { ...{ hartId: member.index }, of: harts[0] ?? cpu }, as)];
  return harts.map((hart) => new MemberHart(`${name}.hart${hart.hartId}`, bits, { hartId: hart.hartId, of: hart }, as));
}

type Core = Omit<CpuHart, 'hartId' | 'name' | 'bits'>;

class MemberHart implements CpuHart {
  readonly name: string;
  readonly bits: 32 | 64;
  readonly hartId: number;
  readonly #core: Core;
  readonly #as: As;
  readonly register64: ((name: string) => bigint) | undefined;

  constructor(name: string, bits: 32 | 64, { hartId, of }: { readonly hartId: number; readonly of: Core }, as: As) {
    this.name = name;
    this.bits = bits;
    this.hartId = hartId;
    this.#core = of;
    this.#as = as;
    this.register64 = of.register64 && ((register) => of.register64!(register));
  }
  get pc(): number {
    return this.#core.pc;
  }
  set pc(address: number) {
    this.#as(() => {
      this.#core.pc = address;
    });
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
  setRegister(name: string, value: number | bigint): void {
    this.#as(() => this.#core.setRegister(name, value));
  }
  describe(): string {
    return this.#core.describe();
  }
}
