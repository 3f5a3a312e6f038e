import { CSR, type CsrName } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { IMMEDIATE, type Immediate } from '../../src/emu/cpu/riscv/immediates.js';
import { rv32gc, rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { ASM, type Assembler, type Encoded, encode, immediate, mnemonicOf, randomFields } from './riscv-encode.js';
import { FRAME, finish, handler, MSIE, place, start } from './riscv-frame.js';
import type { Random } from './riscv-random.js';

/** A random program with its frame, to be loaded at the start of RAM. */
export interface RandomProgram {
  readonly xlen: Xlen;
  readonly image: Uint8Array;
  /** Random instructions in it, the frame not counted. */
  readonly instructions: number;
  /** How often each row was generated. */
  readonly rows: ReadonlyMap<string, number>;
  /** Address of each group of instructions; a group ends with ECALL. */
  readonly groups: readonly number[];
}

const withoutSupervisor = (rows: readonly Row[]) => rows.filter((row) => !/^(sret|sfence)/.test(row.text));
/**
 * What is tried: QEMU's hart has no supervisor mode here, so what needs it is left out (riscv-paging-*.ts has it), and so is
 * what riscv-float-*.ts compares: rows with a guard.
 */
export const ROWS: Readonly<Record<Xlen, readonly Row[]>> = {
  32: withoutSupervisor(rv32imac.rows),
  64: withoutSupervisor(rv64gc.rows.filter(({ guard }) => guard === undefined)),
};
/** Every row of the boards' harts. */
const ALL_ROWS: Readonly<Record<Xlen, readonly Row[]>> = { 32: rv32gc.rows, 64: rv64gc.rows };

/** Instructions that are executed together; a jump over some items lands between two of them. */
type Item = (skipped: number) => readonly Encoded[];

const SP = 2;
const RA = 1;
const ITEMS_IN_GROUP = 10;
/** Fields of mstatus. */
const MPIE = 0x80;
const MPP = 0x1800;

/** Makes at least `count` random instructions. */
export function randomProgram(xlen: Xlen, random: Random, count: number): RandomProgram {
  const maker = new ProgramMaker(xlen, random);
  const image = new DataView(new ArrayBuffer(0x1_0000 + count * 8));
  place(image, 0, start(xlen));
  place(image, FRAME.handler - FRAME.ram, handler(xlen));
  const groups: number[] = [];
  let offset = FRAME.code - FRAME.ram;
  while (maker.instructions < count) {
    groups.push(FRAME.ram + offset);
    offset = place(image, offset, maker.group());
  }
  offset = place(image, offset, finish(xlen));
  const { instructions, rows } = maker;
  return { xlen, image: new Uint8Array(image.buffer, 0, offset), instructions, rows, groups };
}

/** The CSRs that can be compared: see docs/differential.md for mstatus, mie and mepc; counters depend on time. */
const CSRS: readonly CsrName[] = ['mcause', 'mtval', 'mhartid', 'mconfigptr'];
/** Encodings that a hint or a reserved field makes, and others that no row takes. */
const ILLEGAL_PERCENT = 2;

class ProgramMaker {
  readonly rows = new Map<string, number>();
  instructions = 0;
  readonly #xlen: Xlen;
  readonly #asm: Assembler;
  readonly #random: Random;

  constructor(xlen: Xlen, random: Random) {
    this.#xlen = xlen;
    this.#asm = ASM[xlen];
    this.#random = random;
  }

  group(): Encoded[] {
    const items = Array.from({ length: ITEMS_IN_GROUP }, () => this.#item());
    const bodies: Encoded[][] = [];
    let skipped = 0;
    // from the last to the first, so that every jump knows the length of what it skips
    for (const item of items.toReversed()) {
      const body = [...item(skipped)];
      bodies.unshift(body);
      this.instructions += body.filter(({ isData }) => !isData).length;
      skipped = this.#random.chance(60) ? bytesOf(body) : bytesOf(bodies.slice(0, 3).flat());
    }
    return [...bodies.flat(), this.#asm.ecall()];
  }

  #item(): Item {
    const kind = this.#random.below(100);
    if (kind < ILLEGAL_PERCENT) return this.#illegal();
    if (kind < 14) return this.#freshRegister();
    const row = this.#random.pick(ROWS[this.#xlen]);
    this.rows.set(row.text, (this.rows.get(row.text) ?? 0) + 1);
    return this.#rowItem(row);
  }

  /** The row with random fields, and before it what makes its address or target sensible. */
  #rowItem(row: Row): Item {
    const mnemonic = mnemonicOf(row);
    if (row.timing === 'branch') return (skipped) => [this.#transfer(row, skipped)];
    if (row.timing === 'jump')
      return /jr|jalr/.test(mnemonic) ? this.#indirect(row) : (skipped) => [this.#transfer(row, skipped)];
    if (mnemonic.startsWith('lr.')) return this.#reservation(row);
    if (row.timing === 'load' || row.timing === 'store' || row.timing === 'amo') return this.#access(row);
    if (row.timing === 'csr') return this.#csr(row);
    if (mnemonic === 'mret') return this.#returnFromTrap(row);
    if (mnemonic === 'wfi') return this.#wait(row);
    return () => [encode(row, this.#fields(row))];
  }

  /**
   * CSRRS and CSRRC of a read-only CSR with a register that is not x0 but holds 0 are left out: an illegal instruction
   * (Unpriv 9.1), which QEMU executes.
   */
  #csr(row: Row): Item {
    const fields = this.#fields(row);
    const csr = this.#random.pick(CSRS);
    const unlike = CSR[csr] >>> 10 === 3 && /^csrr[sc] /.test(row.text) && fields['s'] !== 0;
    return () => [encode(row, { ...fields, c: CSR[unlike ? 'mtval' : csr] })];
  }

  #fields(row: Row, fixed: Fields = {}): Fields {
    return randomFields(row, this.#random, fixed);
  }

  #freshRegister(): Item {
    const [d, value] = [1 + this.#random.below(31), this.#random.value()];
    if (this.#xlen === 64 && this.#random.chance(60)) {
      const long = this.#random.chance(50) ? BigInt(value) << BigInt(this.#random.below(33)) : this.#longWord(value);
      return () => this.#asm.literal(d, this.#random.chance(20) ? long - 1n : long);
    }
    return () => this.#asm.li(d, value);
  }

  /** A branch or direct jump over `skipped` bytes; now and then backwards, by way of a jump that stands before it. */
  #transfer(row: Row, skipped: number): Encoded {
    const layout = transferLayout(row);
    const length = row.pattern.length / 8;
    return encode(row, { ...this.#fields(row), ...immediate(row, layout, length + skipped) });
  }

  #longWord(low: number): bigint {
    return (BigInt(this.#random.value()) << 32n) | BigInt(low >>> 0);
  }

  #indirect(row: Row): Item {
    const fields = this.#fields(row);
    const base = fields['s'] || 1 + this.#random.below(31);
    const compressed = row.pattern.length === 16;
    const oddBit = this.#random.below(2);
    return (skipped) => {
      if (this.#random.chance(2)) return this.#jumpNowhere(base === RA ? 5 : base);
      // auipc, addi, the jump: the sum of both offsets leads behind what is skipped
      const distance = 8 + row.pattern.length / 8 + skipped + oddBit;
      const inJump = compressed ? 0 : this.#random.below(3600) - 1800;
      const jump = compressed
        ? encode(row, { ...fields, s: base })
        : encode(row, { ...fields, s: base, ...immediate(row, IMMEDIATE.I, inJump) });
      const inAdd = distance - inJump;
      return [this.#asm.auipc(base), this.#asm.addi(base, base, inAdd), jump];
    };
  }

  /** A fetch that fails; the handler goes on where ra points. */
  #jumpNowhere(base: number): Encoded[] {
    const d = this.#random.pick([0, 5, 6, 7].filter((n) => n !== RA));
    const list = [...this.#nowhere(base, 0), this.#asm.jalr(d, base, 2 * this.#random.below(500))];
    return [this.#asm.auipc(RA), this.#asm.addi(RA, RA, 8 + bytesOf(list)), ...list];
  }

  /** A load, store or atomic instruction with a fresh base register; sometimes misaligned or nowhere. */
  #access(row: Row): Item {
    const atomic = row.timing === 'amo' || mnemonicOf(row).startsWith('sc.');
    const fields = this.#fields(row, atomic ? { s: 1 + this.#random.below(31) } : {});
    const narrow = row.pattern.fields.some(({ letter, width }) => letter === 's' && width === 3);
    const base = 's' in fields ? fields['s'] + (narrow ? 8 : 0) : SP;
    if (base === 0 || (!atomic && this.#random.chance(2))) return this.#accessNowhere(row, fields, base);
    return () => [...this.#asm.address(base, this.#address(atomic)), encode(row, fields)];
  }

  /** Aligned, because QEMU gives the aligned address of a misaligned access that fails (Priv 3.1.16: the portion's). */
  #accessNowhere(row: Row, fields: Fields, base: number): Item {
    const aligned = row.pattern.length === 32 && 'i' in fields ? { ...fields, i: fields['i']! & -8 } : fields;
    return () => [...(base === 0 ? [] : this.#nowhere(base, 8 * this.#random.below(8))), encode(row, aligned)];
  }

  /** An address where nothing is into a register; of RV64 also one beyond 4 GiB, and one that is sign-extended. */
  #nowhere(base: number, offset: number): Encoded[] {
    const random = this.#random;
    if (this.#xlen === 32 || random.chance(50)) return this.#asm.address(base, random.pick(FRAME.nowhere) + offset);
    const high = random.pick([1, 0x80, 0x7f_ffff, 0xffff_ffff]);
    return this.#asm.literal(base, (BigInt(high) << 32n) | BigInt(FRAME.scratch + 0x800 + offset));
  }

  /**
   * AMOs and SC always find aligned memory: QEMU raises the load's exceptions for AMOs where the manual has the store's (Priv
   * table 3.6), and lets a misaligned SC fail quietly (Unpriv 8.2).
   */
  #address(aligned: boolean): number {
    const offset = 0x800 + this.#random.below(FRAME.scratchSize - 0x1000);
    return FRAME.scratch + (aligned || this.#random.chance(60) ? offset & -8 : offset);
  }

  /** LR and, mostly, an SC to the same place; nothing is stored between them. */
  #reservation(row: Row): Item {
    const fields = this.#fields(row);
    const [base, d] = [1 + this.#random.below(31), this.#random.below(32)];
    const name = mnemonicOf(row)
      .replace('lr', 'sc')
      .replace(/\.(aq|rl|aqrl)$/, '');
    const sc = ROWS[this.#xlen].find((candidate) => mnemonicOf(candidate) === name)!;
    const alone = this.#random.chance(10);
    const registers = { s: base, d: fields['d'] === base ? 0 : fields['d']! };
    const list = [...this.#asm.address(base, this.#address(!alone)), encode(row, { ...fields, ...registers })];
    if (!alone) {
      if (this.#random.chance(20)) list.push(this.#asm.addi(base, base, 8 * this.#random.below(2)));
      list.push(encode(sc, { ...this.#fields(sc), s: base, d }));
      // a second one must fail, whatever the first one did
      if (d !== base && this.#random.chance(30)) list.push(encode(sc, { ...this.#fields(sc), s: base }));
      this.rows.set(sc.text, (this.rows.get(sc.text) ?? 0) + 1);
    }
    return () => list;
  }

  /**
   * MPIE is cleared first, or the pending software interrupt would be let in; and MPP set to M, which QEMU's MRET leaves at U
   * even without U mode (Priv 3.3.2: the least-privileged mode there is).
   */
  #returnFromTrap(row: Row): Item {
    const base = 1 + this.#random.below(31);
    const status = [
      this.#asm.addi(base, 0, MPIE),
      this.#asm.csrc('mstatus', base),
      ...this.#asm.li(base, MPP),
      this.#asm.csrs('mstatus', base),
    ];
    return () => [
      ...status,
      this.#asm.auipc(base),
      this.#asm.addi(base, base, 16),
      this.#asm.csrw('mepc', base),
      encode(row, {}),
    ];
  }

  /** The pending interrupt is enabled in mie, so that there is nothing to wait for. */
  #wait(row: Row): Item {
    const base = 1 + this.#random.below(31);
    return () => [this.#asm.addi(base, 0, MSIE), this.#asm.csrw('mie', base), encode(row, {})];
  }

  #illegal(): Item {
    const random = this.#random;
    for (;;) {
      const long = random.chance(50);
      const word = long ? (random.word() | 3) >>> 0 : random.bits(16);
      if (!long && (word & 3) === 3) continue;
      if (isDecoded(this.#xlen, word, long ? 32 : 16) || isLeftOut(word, long)) continue;
      return () => [{ word, length: long ? 4 : 2 }];
    }
  }
}

function transferLayout(row: Row): Immediate {
  const token = /\{(B|J|CB|CJ)\}/.exec(row.text)![1] as 'B' | 'J' | 'CB' | 'CJ';
  return IMMEDIATE[token];
}

function bytesOf(list: readonly Encoded[]): number {
  return list.reduce((sum, { length }) => sum + length, 0);
}

function isDecoded(xlen: Xlen, word: number, length: number): boolean {
  return ALL_ROWS[xlen].some(({ pattern, when }) => {
    if (pattern.length !== length || (word & pattern.mask) >>> 0 !== pattern.match) return false;
    const fields = Object.fromEntries(
      pattern.fields.map((field) => [
        field.letter,
        field.runs.reduce((v, [low, width]) => (v << width) | ((word >>> low) & ((1 << width) - 1)), 0),
      ]),
    );
    return !when || when(fields);
  });
}

/** Opcodes that are not compared as illegal words: SYSTEM (other CSRs and privileged instructions of larger harts). */
function isLeftOut(word: number, long: boolean): boolean {
  return long && (word & 0x7f) === 0x73;
}
