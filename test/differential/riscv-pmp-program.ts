import { csrNumber } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { MSTATUS } from '../../src/emu/cpu/riscv/status.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { ASM, type Assembler, type Encoded, encode, mnemonicOf, randomFields } from './riscv-encode.js';
import { place } from './riscv-frame.js';
import { PmpEntries, RIGHT, type Right } from './riscv-pmp-entries.js';
import { Random } from './riscv-random.js';

/**
 * Where things are. `stubs` are pages of instructions that return, `data` pages of words, `tables` one page table; all three are
 * what random regions lie in. User mode sees everything again at `alias`.
 */
export const PMP_MAP = {
  ram: 0x8000_0000,
  handler: 0x8000_0c00,
  driver: 0x8000_1000,
  driverEnd: 0x8020_0000,
  stubs: 0x8040_0000,
  data: 0x8040_2000,
  tables: 0x8040_4000,
  protectedEnd: 0x8040_5000,
  alias: 0x4000_0000,
  log: 0x8080_0000,
} as const;
/** Entry 0: 2 MiB from the start of RAM may be read and executed. */
const FRAME = { config: 0x1d, address: PMP_MAP.ram + (1 << 20) - 4 } as const;
/** First word of a step's part of the log, with its number. */
export const STEP = 0x57e9_0000;

export interface PmpProgram {
  readonly xlen: Xlen;
  readonly image: Uint8Array;
  /** Accesses that are tried. */
  readonly accesses: number;
  /** Of these, how many the manual's rules refuse. */
  readonly refused: number;
  /** What each step tries, and what decides about it. */
  readonly notes: readonly string[];
}

const PAGE = 4096;
const [RA, LOG, VALUE, BASE, RESUME] = [1, 3, 10, 8, 31];
const [T0, T1] = [5, 6];
const FINISHER = 0x10_0000;
const PASS = 0x5555;
const MPP = { u: 0, s: 0x800, m: 0x1800 } as const;
const RETURN = 0x0000_8067;
/** V, A and D (Priv 4.3.1), set already. */
const LEAF = 0xcf;
const USER = 0x10;

type Mode = keyof typeof MPP;

export function pmpProgram(xlen: Xlen, seed: number, steps: number): PmpProgram {
  return new PmpMaker(xlen, new Random(seed)).make(steps);
}

class PmpMaker {
  readonly #xlen: Xlen;
  readonly #asm: Assembler;
  readonly #random: Random;
  readonly #entries: PmpEntries;
  readonly #memory: readonly Row[];
  readonly #fence: Encoded;
  #isPaging = false;
  #accesses = 0;
  readonly #notes: string[] = [];
  #refused = 0;

  constructor(xlen: Xlen, random: Random) {
    this.#xlen = xlen;
    this.#asm = ASM[xlen];
    this.#random = random;
    const { stubs, protectedEnd } = PMP_MAP;
    this.#entries = new PmpEntries(FRAME, random, stubs, protectedEnd - stubs);
    const { rows } = xlen === 64 ? rv64gc : rv32imac;
    this.#memory = rows.filter(
      ({ timing, guard, pattern, text }) =>
        ['load', 'store', 'amo'].includes(timing) &&
        guard === undefined &&
        pattern.length === 32 &&
        !text.startsWith('sc.'),
    );
    this.#fence = encode(rows.find(({ text }) => text.startsWith('sfence'))!, { s: 0, t: 0 });
  }

  make(steps: number): PmpProgram {
    const { ram, handler, driver, protectedEnd } = PMP_MAP;
    const bytes = new Uint8Array(protectedEnd - ram);
    const image = new DataView(bytes.buffer);
    this.#fill(image);
    place(image, 0, this.#start());
    place(image, handler - ram, this.#handler());
    let at = driver - ram;
    for (let i = 0; i < steps; i++) at = place(image, at, this.#step(i));
    const { address, li, sw } = this.#asm;
    place(image, at, [...address(T0, FINISHER), ...li(T1, PASS), sw(T1, T0, 0)]);
    return { xlen: this.#xlen, image: bytes, accesses: this.#accesses, refused: this.#refused, notes: this.#notes };
  }

  #fill(image: DataView): void {
    const { ram, stubs, data, tables, alias } = PMP_MAP;
    for (let at = stubs; at < data; at += 4) image.setUint32(at - ram, RETURN, true);
    for (let at = data; at < tables; at += 4) image.setUint32(at - ram, this.#random.word(), true);
    const [shift, bytes] = this.#xlen === 64 ? [30, 8] : [22, 4];
    for (const seen of [ram, stubs]) {
      const from = seen - (seen % 2 ** shift);
      const entry = ((from >>> 12) << 10) | LEAF;
      const slot = (virtual: number) => tables - ram + bytes * (virtual >>> shift);
      image.setUint32(slot(from), entry, true);
      image.setUint32(slot(from + alias), entry | USER, true);
    }
  }

  #start(): Encoded[] {
    const { address, csrw, jalr, addi } = this.#asm;
    return [
      ...address(T0, PMP_MAP.handler),
      csrw('mtvec', T0),
      ...address(LOG, PMP_MAP.log),
      ...this.#setCsr('pmpaddr0', FRAME.address / 4),
      ...this.#setCsr('pmpcfg0', FRAME.config),
      // QEMU takes TOR up to address 0 for all addresses
      ...Array.from({ length: 15 }, (_, i) => this.#writeAddress(1 + i)).flat(),
      addi(RA, 0, 0),
      ...address(T0, PMP_MAP.driver),
      jalr(0, T0, 0),
    ];
  }

  /** Logs cause, epc, value and status; goes on behind the instruction, after a call or a failed fetch in machine mode at x31. */
  #handler(): Encoded[] {
    const { csrr, csrw, csrs, addi, beq, jal, li, mret, store } = this.#asm;
    const size = this.#xlen / 8;
    const record = (['mcause', 'mepc', 'mtval', 'mstatus'] as const).flatMap((name, i) => [
      csrr(T0, name),
      store(T0, LOG, size * i),
    ]);
    const back = [csrw('mepc', RESUME), ...li(T0, MPP.m), csrs('mstatus', T0), mret()];
    const behind = [csrr(T0, 'mepc'), addi(T0, T0, 4), csrw('mepc', T0), mret()];
    const list: Encoded[] = [...record, addi(LOG, LOG, size * 4), csrr(T0, 'mcause')];
    const causes = [1, 8, 9];
    for (const [i, cause] of causes.entries()) {
      const [after, before] = [causes.length - 1 - i, 4 * behind.length];
      list.push(addi(T1, 0, cause), beq(T0, T1, 4 + 8 * after + before));
    }
    return [...list, ...behind, ...back, jal(0, 0)];
  }

  /** Entries change, and are read back; then one access, or the fetch of one instruction. */
  #step(number: number): Encoded[] {
    const random = this.#random;
    const { li, store, addi } = this.#asm;
    const list = [...li(T0, STEP + number), store(T0, LOG, 0), addi(LOG, LOG, this.#xlen / 8)];
    for (let i = random.below(4); i > 0; i--) list.push(...this.#write());
    if (random.chance(15)) list.push(...this.#switchPaging());
    list.push(this.#fence);
    const mode = random.pick(['m', 's', 'u', 's', 'u'] as const);
    const isFetch = random.chance(25);
    return [...list, ...(isFetch ? this.#fetch(mode) : this.#access(mode))];
  }

  #write(): Encoded[] {
    const random = this.#random;
    if (random.chance(60)) return this.#writeAddress(1 + random.below(15));
    const count = this.#xlen / 8;
    const first = count * random.below(16 / count);
    const configs = this.#entries.configs(first, count);
    this.#entries.writeConfigs(first, configs);
    const value = configs.reduce((sum, one, i) => sum | (BigInt(one) << BigInt(8 * i)), 0n);
    return this.#setCsr(`pmpcfg${first / 4}`, value);
  }
  #writeAddress(entry: number): Encoded[] {
    const next = this.#entries.all[entry + 1];
    // QEMU's TOR keeps the old lower bound until it is written itself, which it may not be
    const keeps = next !== undefined && this.#entries.isAddressLocked(entry + 1);
    const address = keeps ? this.#entries.all[entry]!.address : this.#entries.address();
    this.#entries.writeAddress(entry, address);
    const changed = this.#setCsr(`pmpaddr${entry}`, address / 4);
    return next === undefined ? changed : [...changed, ...this.#setCsr(`pmpaddr${entry + 1}`, next.address / 4)];
  }
  /** Writes a CSR, and its value as it is then into the log. */
  #setCsr(name: string, value: number | bigint): Encoded[] {
    const { make, store, addi } = this.#asm;
    const c = csrNumber(name)!;
    return [
      ...this.#value(T0, BigInt(value)),
      make('csrrw', { d: 0, c, s: T0 }),
      make('csrrs', { d: T0, c, s: 0 }),
      store(T0, LOG, 0),
      addi(LOG, LOG, this.#xlen / 8),
    ];
  }
  #value(d: number, value: bigint): Encoded[] {
    return this.#xlen === 32 ? this.#asm.li(d, Number(BigInt.asIntN(32, value))) : this.#asm.literal(d, value);
  }

  #switchPaging(): Encoded[] {
    this.#isPaging = !this.#isPaging;
    const root = BigInt(PMP_MAP.tables / PAGE);
    const mode = this.#xlen === 64 ? 8n << 60n : 1n << 31n;
    return [...this.#value(T0, this.#isPaging ? mode | root : 0n), this.#asm.csrw('satp', T0)];
  }

  /** Behind an access: its register into the log. */
  #logged(): Encoded[] {
    return [this.#asm.store(VALUE, LOG, 0), this.#asm.addi(LOG, LOG, this.#xlen / 8)];
  }
  #virtual(mode: Mode, physical: number): number {
    return mode === 'u' && this.#isPaging ? physical + PMP_MAP.alias : physical;
  }
  #count(mode: Mode, physical: number, size: number, right: Right): void {
    this.#accesses++;
    const may = this.#entries.permits(physical, size, right, mode === 'm') && this.#mayWalk(mode, physical);
    if (!may) this.#refused++;
    const what = `${mode} mode, right ${right}, ${size} at ${physical.toString(16)}${this.#isPaging ? ', paging' : ''}`;
    this.#notes.push(`${what}: ${may ? 'let through' : 'refused'} (${this.#entries.told(physical, size)})`);
  }
  /** Whether the entry of the page table can be read; roughly, for the count. */
  #mayWalk(mode: Mode, physical: number): boolean {
    if (!this.#isPaging || mode === 'm') return true;
    const [shift, bytes] = this.#xlen === 64 ? [30, 8] : [22, 4];
    const at = PMP_MAP.tables + bytes * (this.#virtual(mode, physical) >>> shift);
    return this.#entries.permits(at, bytes, RIGHT.read, false);
  }

  /** A load, store or AMO; in machine mode now and then with the rights of another one (Priv 3.1.6.3). */
  #access(mode: Mode): Encoded[] {
    const random = this.#random;
    const row = random.pick(this.#memory);
    const size = bytesOf(row);
    const isAtomic = row.timing === 'amo' || mnemonicOf(row).startsWith('lr.');
    const { stubs, data, tables } = PMP_MAP;
    const [from, to] = row.timing === 'load' ? [stubs, tables + PAGE] : [data, tables];
    let physical = from + random.below(to - from);
    if (isAtomic || random.chance(70)) physical -= physical % size;
    // QEMU makes two accesses of one that crosses pages, each of the whole size
    if ((physical % PAGE) + size > PAGE) physical -= size;
    this.#count(mode, physical, size, row.timing === 'load' ? RIGHT.read : RIGHT.write);
    const fixed: Record<string, number> = { s: BASE, i: 0 };
    if (row.pattern.fields.some(({ letter }) => letter === 'd')) fixed['d'] = VALUE;
    const access = encode(row, randomFields(row, random, fixed));
    const borrowed = mode !== 'm' && random.chance(40);
    const base = [...this.#asm.address(BASE, this.#virtual(mode, physical)), ...this.#asm.li(VALUE, random.word() | 0)];
    return [...base, ...(borrowed ? this.#borrowed(mode, access) : this.#inMode(mode, [access])), ...this.#logged()];
  }
  #borrowed(mode: Mode, access: Encoded): Encoded[] {
    const { li, csrs, csrc, csrw } = this.#asm;
    return [
      ...li(T0, MSTATUS.MPRV | MPP[mode]),
      csrw('mstatus', T0),
      access,
      ...li(T0, MSTATUS.MPRV),
      csrc('mstatus', T0),
      ...li(T0, MPP.m),
      csrs('mstatus', T0),
    ];
  }

  /** The instruction fetched returns. QEMU asks for the whole rest of a page, so that one entry has to decide about it. */
  #fetch(mode: Mode): Encoded[] {
    const random = this.#random;
    const { address, auipc, addi, jalr, li } = this.#asm;
    const candidates = Array.from({ length: 20 }, () => PMP_MAP.stubs + 4 * random.below((2 * PAGE) / 4));
    const physical = candidates.find((one) => this.#entries.isUniform(one));
    if (physical === undefined) {
      this.#notes.push('nothing to fetch');
      return [];
    }
    this.#count(mode, physical, 4, RIGHT.execute);
    const jump = [auipc(RA), addi(RA, RA, 12), jalr(0, BASE, 0)];
    return [
      ...address(BASE, this.#virtual(mode, physical)),
      ...li(VALUE, random.word() | 0),
      ...this.#inMode(mode, jump),
      ...this.#logged(),
    ];
  }

  /** Some instructions in a mode, and back to machine mode behind them. */
  #inMode(mode: Mode, body: readonly Encoded[]): Encoded[] {
    const { auipc, addi, li, csrw, make, mret, ecall, add } = this.#asm;
    if (mode === 'm') return [auipc(RESUME), addi(RESUME, RESUME, 8 + 4 * body.length), ...body];
    const alias = this.#virtual(mode, 0);
    const enter = [
      ...li(T0, MPP[mode]),
      csrw('mstatus', T0),
      auipc(T0),
      addi(T0, T0, 24),
      make('lui', { d: T1, i: alias >>> 12 }),
      add(T0, T0, T1),
      csrw('mepc', T0),
      mret(),
    ];
    const after = 8 + 4 * (enter.length + body.length + 1);
    return [auipc(RESUME), addi(RESUME, RESUME, after), ...enter, ...body, ecall()];
  }
}

/** Bytes that a load, store or AMO accesses: `lbu` 1, `sh` 2, `amoadd.w` 4, `ld` 8. */
function bytesOf(row: Row): number {
  const name = mnemonicOf(row);
  const letter = /\.([wd])/.exec(name)?.[1] ?? name[1]!;
  return { b: 1, h: 2, w: 4, d: 8 }[letter]!;
}
