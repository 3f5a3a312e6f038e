import { CSR } from '../../src/emu/cpu/riscv/csr-numbers.js';
import type { Immediate } from '../../src/emu/cpu/riscv/immediates.js';
import { IMMEDIATE } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { Fields, Isa, Row } from '../../src/emu/isa/instruction.js';
import { FloatRandom } from '../riscv-float/random.js';
import { type Encoded, encode, immediate, mnemonicOf, randomFields } from './riscv-encode.js';
import { place } from './riscv-frame.js';

/**
 * Random programs of floating-point and bit-manipulation instructions in machine mode. After every group of them a subroutine
 * writes all registers and fcsr to a log; a trap writes mepc and mcause there, and goes on behind its instruction.
 */
export const MAP = {
  ram: 0x8000_0000,
  handler: 0x8000_0800,
  dump: 0x8000_0900,
  code: 0x8000_1000,
  /** Numbers to load, and where numbers are stored: pages around a pointer in the middle. */
  data: 0x8070_0800,
  scratch: 0x8070_1800,
  log: 0x8080_0000,
  end: 0x8200_0000,
} as const;
const FINISHER = 0x10_0000;
const PASS = 0x5555;

/** Registers that hold pointers: the compressed formats reach sp, s0 and s1 alone of them. */
const POINTER = { sp: 2, stores: 8, loads: 9, link: 27, temporary: 28, scratch: 29, data: 30, log: 31 } as const;
const POINTERS: readonly number[] = Object.values(POINTER);
const RECORD = { f: 0, x: 256, fcsr: 512, size: 520 } as const;
const TRAP_RECORD = 16;
const ITEMS_IN_GROUP = 24;

export interface FloatProgram {
  readonly image: Uint8Array;
  readonly instructions: number;
  /** Times by the row's text. */
  readonly rows: ReadonlyMap<string, number>;
  readonly groups: readonly number[];
}

export function floatProgram(xlen: Xlen, seed: number, instructions: number): FloatProgram {
  return new ProgramMaker(xlen, new FloatRandom(seed)).make(instructions);
}

class ProgramMaker {
  readonly #isa: Isa;
  readonly #xlen: Xlen;
  readonly #random: FloatRandom;
  readonly #rows: readonly Row[];
  readonly #named: ReadonlyMap<string, Row>;
  readonly #counts = new Map<string, number>();

  constructor(xlen: Xlen, random: FloatRandom) {
    this.#isa = xlen === 64 ? rv64gc : rv32gc;
    this.#xlen = xlen;
    this.#random = random;
    this.#rows = this.#isa.rows.filter(({ guard }) => guard);
    this.#named = new Map(this.#isa.rows.map((row) => [mnemonicOf(row), row]));
  }

  make(instructions: number): FloatProgram {
    const image = new Uint8Array(MAP.log - MAP.ram);
    const view = new DataView(image.buffer);
    const groups: number[] = [];
    let count = 0;
    let at = MAP.code - MAP.ram;
    while (count < instructions) {
      groups.push(MAP.ram + at);
      const items = Array.from({ length: ITEMS_IN_GROUP }, () => this.#item()).flat();
      count += items.length;
      at = place(view, at, items);
      at = place(view, at, this.#call(MAP.ram + at));
    }
    place(view, at, [
      ...this.#li(POINTER.temporary, FINISHER),
      ...this.#li(1, PASS),
      this.#store(1, POINTER.temporary, 0),
    ]);
    if (at > MAP.data - MAP.ram - 0x800) throw new Error('too many instructions');
    place(view, 0, this.#start());
    place(view, MAP.handler - MAP.ram, this.#handler());
    place(view, MAP.dump - MAP.ram, this.#dump());
    for (let offset = -0x800; offset < 0x800; offset += 8)
      view.setBigUint64(MAP.data - MAP.ram + offset, this.#number(), true);
    return { image, instructions: count, rows: this.#counts, groups };
  }

  /** A double, a NaN-boxed single, one without its box, or an integer. */
  #number(): bigint {
    const random = this.#random;
    const kind = random.below(16);
    if (kind < 7) return random.double();
    if (kind < 14) return random.single() | 0xffff_ffff_0000_0000n;
    return BigInt.asUintN(64, kind === 14 ? random.integer() : random.single() | (BigInt(random.word()) << 32n));
  }

  #item(): Encoded[] {
    const kind = this.#random.below(100);
    if (kind < 22) return [this.#fresh('fld')];
    if (kind < 32) return [this.#fresh('flw')];
    if (kind < 42) return [this.#freshInteger()];
    if (kind < 46) return [this.#mode()];
    if (kind < 47) return [this.#reserved()];
    const row = this.#random.pick(this.#rows);
    this.#counts.set(row.text, (this.#counts.get(row.text) ?? 0) + 1);
    const fields = this.#fields(row);
    return mnemonicOf(row) === 'ctzw' ? this.#countInWord(row, fields) : [encode(row, fields)];
  }

  /** With a bit in the low word: QEMU 7.2 counts on in the high word where there is none (Bitmanip 2.2: it is 32). */
  #countInWord(row: Row, fields: Fields): Encoded[] {
    const s = this.#target() || 1;
    const set = this.#named.get('bseti')!;
    return [encode(set, { d: s, s, i: this.#random.below(32) }), encode(row, { ...fields, s })];
  }

  #make(mnemonic: string, fields: Fields, layout?: Immediate, value = 0): Encoded {
    const row = this.#named.get(mnemonic)!;
    return encode(row, { ...fields, ...(layout && immediate(row, layout, value)) });
  }

  #fresh(mnemonic: 'fld' | 'flw'): Encoded {
    const size = mnemonic === 'fld' ? 8 : 4;
    // of a boxed single the low word
    const offset = 8 * this.#random.below(256) + (size === 4 && this.#random.chance(20) ? 4 : 0);
    const offsetOrBelow = offset - (this.#random.chance(50) ? 0x800 : 0);
    return this.#make(mnemonic, { d: this.#random.below(32), s: POINTER.data }, IMMEDIATE.I, offsetOrBelow);
  }
  #freshInteger(): Encoded {
    const mnemonic = this.#xlen === 64 && this.#random.chance(60) ? 'ld' : 'lw';
    const offset = 8 * this.#random.below(256);
    return this.#make(mnemonic, { d: this.#target(), s: POINTER.data }, IMMEDIATE.I, offset);
  }

  /** A register that is no pointer, x0 among them. */
  #target(): number {
    for (;;) {
      const d = this.#random.below(32);
      if (!POINTERS.includes(d)) return d;
    }
  }

  /** Writes frm, now and then with a mode that there is not, or fflags. */
  #mode(): Encoded {
    const random = this.#random;
    if (random.chance(40)) return this.#make('csrrwi', { d: 0, c: CSR.fflags, s: random.below(32) });
    return this.#make('csrrwi', { d: 0, c: CSR.frm, s: random.chance(10) ? random.below(8) : random.below(5) });
  }

  /** A static mode that there is not. */
  #reserved(): Encoded {
    const rounding = this.#rows.filter((row) => row.text.includes('{r:'));
    const row = this.#random.pick(rounding);
    return encode(row, { ...this.#fields(row), r: 5 + this.#random.below(2) });
  }

  /** Loads and stores of f registers lead to data and scratch; nothing overwrites a pointer. */
  #fields(row: Row): Fields {
    const fields = randomFields(row, this.#random);
    const compressed = row.pattern.length === 16;
    if (row.timing === 'fload' || row.timing === 'fstore') {
      const load = row.timing === 'fload';
      if (!('s' in fields)) return fields;
      if (compressed) return { ...fields, s: (load ? POINTER.loads : POINTER.stores) - 8 };
      return { ...fields, s: load ? POINTER.data : POINTER.scratch, i: this.#aligned(row, fields['i']!) };
    }
    const writesX = row.text.includes('{d}');
    return writesX && POINTERS.includes(fields['d']!) ? { ...fields, d: this.#target() } : fields;
  }
  /** Mostly aligned, and within the page. */
  #aligned(row: Row, offset: number): number {
    const word = /^f[ls]w/.test(row.text);
    return this.#random.chance(90)
      ? offset & (word ? ~3 : ~7)
      : offset === 0x7ff || (offset > 0x7f8 && offset < 0x800)
        ? 0x7f0
        : offset;
  }

  #li(d: number, value: number): Encoded[] {
    const low = (value << 20) >> 20;
    const upper = this.#make('lui', { d }, IMMEDIATE.U, (value - low) | 0);
    const word = [upper, this.#make('addi', { d, s: d }, IMMEDIATE.I, low)];
    if (this.#xlen === 32) return word;
    // addresses are not sign-extended
    return [...word, this.#shift('slli', d), this.#shift('srli', d)];
  }
  #shift(mnemonic: string, d: number): Encoded {
    const row = this.#named.get(mnemonic)!;
    return encode(row, { d, s: d, i: 32 });
  }
  #store(t: number, s: number, offset: number): Encoded {
    return this.#make('sw', { t, s }, IMMEDIATE.I, offset);
  }
  #csr(mnemonic: 'csrrw' | 'csrrs', d: number, csr: number, s: number): Encoded {
    return this.#make(mnemonic, { d, c: csr, s });
  }

  #start(): Encoded[] {
    const pointers: [number, number][] = [
      [POINTER.sp, MAP.scratch],
      [POINTER.stores, MAP.scratch],
      [POINTER.loads, MAP.data],
      [POINTER.scratch, MAP.scratch],
      [POINTER.data, MAP.data],
      [POINTER.log, MAP.log],
    ];
    const { temporary } = POINTER;
    const list = [
      ...this.#li(temporary, MAP.handler),
      this.#csr('csrrw', 0, CSR.mtvec, temporary),
      // FS: dirty
      ...this.#li(temporary, 0x6000),
      this.#csr('csrrs', 0, CSR.mstatus, temporary),
      ...pointers.flatMap(([register, address]) => this.#li(register, address)),
      ...Array.from({ length: 32 }, (_, d) => this.#make('fld', { d, s: POINTER.data }, IMMEDIATE.I, 8 * d)),
    ];
    for (let d = 1; d < 32; d++)
      if (!POINTERS.includes(d)) list.push(...this.#li(d, Math.imul(d, 0x0123_4567) & 0x7fff_ffff));
    const used = list.reduce((sum, { length }) => sum + length, 0);
    if (used > MAP.handler - MAP.ram - 4) throw new Error(`the start takes ${used} bytes`);
    return [...list, this.#make('jal', { d: 0 }, IMMEDIATE.J, MAP.code - MAP.ram - used)];
  }

  #handler(): Encoded[] {
    const { temporary, log } = POINTER;
    return [
      this.#csr('csrrs', temporary, CSR.mepc, 0),
      this.#store(temporary, log, 0),
      this.#csr('csrrs', temporary, CSR.mcause, 0),
      this.#store(temporary, log, 8),
      this.#make('addi', { d: log, s: log }, IMMEDIATE.I, TRAP_RECORD),
      this.#csr('csrrs', temporary, CSR.mepc, 0),
      this.#make('addi', { d: temporary, s: temporary }, IMMEDIATE.I, 4),
      this.#csr('csrrw', 0, CSR.mepc, temporary),
      this.#make('mret', {}),
    ];
  }

  #dump(): Encoded[] {
    const { temporary, log, link } = POINTER;
    const store = this.#xlen === 64 ? 'sd' : 'sw';
    return [
      ...Array.from({ length: 32 }, (_, t) => this.#make('fsd', { t, s: log }, IMMEDIATE.I, RECORD.f + 8 * t)),
      ...Array.from({ length: 32 }, (_, t) => this.#make(store, { t, s: log }, IMMEDIATE.I, RECORD.x + 8 * t)),
      this.#csr('csrrs', temporary, CSR.fcsr, 0),
      this.#store(temporary, log, RECORD.fcsr),
      this.#make('addi', { d: log, s: log }, IMMEDIATE.I, RECORD.size),
      this.#make('jalr', { d: 0, s: link }, IMMEDIATE.I, 0),
    ];
  }

  /** Calls the subroutine that writes the log, however far. */
  #call(from: number): Encoded[] {
    const distance = MAP.dump - from;
    const low = (distance << 20) >> 20;
    const { link } = POINTER;
    return [
      this.#make('auipc', { d: link }, IMMEDIATE.U, (distance - low) | 0),
      this.#make('jalr', { d: link, s: link }, IMMEDIATE.I, low),
    ];
  }
}

/** The byte of the log where two runs differ first, as text, with the group that led there. */
export function firstDifference(program: FloatProgram, ours: Uint8Array, theirs: Uint8Array): string | undefined {
  const [a, b] = [ours, theirs].map((ram) => Buffer.from(ram.subarray(0, MAP.end - MAP.ram))) as [Buffer, Buffer];
  if (a.equals(b)) return undefined;
  let at = 0;
  let record = 0;
  for (at = MAP.log - MAP.ram; record < program.groups.length; ) {
    const size = isTrap(a, at) ? TRAP_RECORD : RECORD.size;
    if (!a.subarray(at, at + size).equals(b.subarray(at, at + size))) break;
    at += size;
    if (size === RECORD.size) record++;
  }
  let byte = at;
  while (byte < a.length && a[byte] === b[byte]) byte++;
  const word = byte & ~7;
  const place = word - at;
  const what = place < RECORD.x ? `f${place / 8}` : place < RECORD.fcsr ? `x${(place - RECORD.x) / 8}` : 'fcsr';
  const value = (ram: Buffer) => (word + 8 <= ram.length ? ram.readBigUInt64LE(word).toString(16) : '');
  return `group ${record} at 0x${program.groups[record]?.toString(16)}: ${what} is ${value(a)} here, ${value(b)} there`;
}

/** mepc and mcause: an address of the code, and a small number. */
function isTrap(ram: Buffer, at: number): boolean {
  const [mepc, mcause] = [ram.readUInt32LE(at), ram.readUInt32LE(at + 8)];
  return mepc >= MAP.code && mepc < MAP.data && mcause === 2 && ram.readUInt32LE(at + 12) === 0;
}
