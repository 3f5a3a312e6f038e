import { CSR } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { MSTATUS } from '../../src/emu/cpu/riscv/status.js';
import type { Fields, Row } from '../../src/emu/isa/instruction.js';
import { ASM, type Assembler, type Encoded, encode, mnemonicOf, randomFields } from './riscv-encode.js';
import { CALL } from './riscv-paging-frame.js';
import { PAGING_MAP, pageIn, RESERVED, type Scheme, STUB_RETURN } from './riscv-paging-map.js';
import type { PagingTables } from './riscv-paging-tables.js';
import type { Random } from './riscv-random.js';

const RA = 1;
const SP = 2;
const CALL_KIND = 17;
/** What items use for themselves; random instructions may change them. */
const T = [28, 29] as const;
const COUNTED = 31;
const PAGE = 4096;

const ALU = new Set(['alu', 'mul', 'div', 'div64']);
const MEMORY = new Set(['load', 'store', 'amo']);
const bytesOf = (list: readonly Encoded[]) => list.reduce((sum, { length }) => sum + length, 0);

/**
 * The random parts of blocks that supervisor and user mode execute. A trap goes on four bytes behind its instruction, so an
 * instruction of two bytes that may raise one has a C.NOP behind it; a failed fetch goes on where ra points.
 */
export class PagingItems {
  readonly rows = new Map<string, number>();
  readonly #scheme: Scheme;
  readonly #random: Random;
  readonly #tables: PagingTables;
  readonly #asm: Assembler;
  readonly #alu: readonly Row[];
  readonly #memory: readonly Row[];
  readonly #named: ReadonlyMap<string, Row>;

  constructor(scheme: Scheme, random: Random, tables: PagingTables) {
    this.#scheme = scheme;
    this.#random = random;
    this.#tables = tables;
    this.#asm = ASM[scheme.xlen];
    const rows = (scheme.xlen === 64 ? rv64gc : rv32gc).rows.filter(({ guard }) => guard === undefined);
    this.#alu = rows.filter(({ timing }) => ALU.has(timing));
    this.#memory = rows.filter(({ timing }) => MEMORY.has(timing));
    this.#named = new Map(rows.map((row) => [mnemonicOf(row), row]));
  }

  /** Instructions at an offset in the code. */
  item(at: number): Encoded[] {
    const kind = this.#random.below(100);
    if (kind < 26) return Array.from({ length: 1 + this.#random.below(4) }, () => this.#arithmetic());
    if (kind < 60) return this.accesses();
    if (kind < 66) return this.#conditional();
    if (kind < 72) return this.#toAlias(at);
    if (kind < 78) return this.#executeData();
    if (kind < 83) return this.#toggle();
    if (kind < 86) return this.#changeEntry();
    if (kind < 89) return [this.fence()];
    if (kind < 91) return this.#switchTables(at);
    if (kind < 95) return this.#return(at);
    if (kind < 98) return this.#call(at);
    return this.#illegal();
  }

  /** A register that the frame does not need. */
  register(): number {
    for (;;) {
      const n = this.#random.below(32);
      if (!RESERVED.has(n)) return n;
    }
  }

  /** A virtual address into a register: of RV64 four instructions, of RV32 two. */
  pointer(d: number, page: number, offset: number): Encoded[] {
    const { li, slli, addi } = this.#asm;
    if (this.#scheme.xlen === 32) return li(d, (page * PAGE + offset) | 0);
    const over = offset >= PAGE / 2;
    return [...li(d, (page + (over ? 1 : 0)) | 0), slli(d, d, 12), addi(d, d, over ? offset - PAGE : offset)];
  }

  /** A pointer into data, and some loads, stores and atomic instructions there; LR has its SC behind it. */
  accesses(): Encoded[] {
    const random = this.#random;
    const first = random.pick(this.#memory);
    const base = 's' in this.#fields(first) ? 8 + random.below(8) : SP;
    const list = this.#dataPointer(base);
    const rows = this.#memory.filter(
      (row) => row.pattern.fields.some(({ letter }) => letter === 's') === (base !== SP),
    );
    for (let i = random.below(3); i >= 0; i--) list.push(...this.#access(i === 0 ? first : random.pick(rows), base));
    return list;
  }

  /** SFENCE.VMA of any kind. */
  fence(): Encoded {
    const row = this.#named.get('sfence.vma')!;
    const [s, t] = [0, 0].map(() => (this.#random.chance(50) ? 0 : this.#random.below(32)));
    return this.#encode(row, { s: s!, t: t! });
  }

  #encode(row: Row, fields: Fields): Encoded {
    this.rows.set(row.text, (this.rows.get(row.text) ?? 0) + 1);
    return encode(row, fields);
  }

  /** Random fields that leave the frame's registers, and `kept`, as they are. */
  #fields(row: Row, fixed: Fields = {}, kept = 0): Fields {
    const narrow = row.pattern.fields.some(({ letter, width }) => letter === 'd' && width === 3);
    for (;;) {
      const fields = randomFields(row, this.#random, fixed);
      const d = fields['d'];
      if (d === undefined) return fields;
      const written = narrow ? d + 8 : d;
      if (written === 0 || (!RESERVED.has(written) && written !== kept)) return fields;
    }
  }

  #arithmetic(): Encoded {
    const row = this.#random.pick(this.#alu);
    return this.#encode(row, this.#fields(row));
  }

  #dataPointer(base: number): Encoded[] {
    const random = this.#random;
    const { xlen, dataSlots } = this.#scheme;
    // far from the stub of the page
    const offset = 8 * (random.chance(85) ? random.below(0xc00 / 8) : (PAGE - 0x80) / 8 + random.below(0x80 / 8));
    if (random.chance(3)) return this.pointer(base, xlen === 64 ? random.word() | 0 : random.bits(16), offset);
    const page = pageIn(this.#scheme, random.pick(dataSlots), PAGING_MAP.data) + random.below(PAGING_MAP.dataPages);
    return this.pointer(base, page, offset);
  }

  #access(row: Row, base: number): Encoded[] {
    const random = this.#random;
    const { fields: parts, length } = row.pattern;
    const pointer = parts.find(({ letter }) => letter === 's');
    const fixed: Record<string, number> = {};
    if (pointer) fixed['s'] = pointer.width === 3 ? base - 8 : base;
    const isAtomic = row.timing === 'amo' || /^(lr|sc)\./.test(row.text);
    if (!isAtomic && length === 32) fixed['i'] = (random.below(128) - (random.chance(50) ? 64 : 0)) & 0xfff;
    const list = [this.#encode(row, this.#fields(row, fixed, base))];
    if (length === 16) list.push(this.#make('c.nop'));
    const name = mnemonicOf(row);
    // at once: QEMU's SC fails where a store of the hart itself came between them
    if (!name.startsWith('lr.')) return list;
    const conditional = this.#named.get(name.replace('lr', 'sc'))!;
    list.push(this.#encode(conditional, this.#fields(conditional, { s: base }, base)));
    return list;
  }

  #make(mnemonic: string, fields: Fields = {}): Encoded {
    return encode(this.#named.get(mnemonic)!, fields);
  }

  /** A branch over some arithmetic. */
  #conditional(): Encoded[] {
    const over = Array.from({ length: 1 + this.#random.below(3) }, () => this.#arithmetic());
    const { beq, bne } = this.#asm;
    const branch = this.#random.chance(50) ? beq : bne;
    return [branch(this.register(), this.register(), 4 + bytesOf(over)), ...over];
  }

  /**
   * Around a jump somewhere: ra points behind it. It is written once: between two instructions a page may end, and where the fetch of
   * the second fails the first would be executed for ever.
   */
  #guarded(body: readonly Encoded[]): Encoded[] {
    const { auipc, addi } = this.#asm;
    return [auipc(T[1]), addi(RA, T[1], 8 + bytesOf(body)), ...body, addi(RA, 0, 0)];
  }
  /** The same for a jump to an offset in the code. */
  #goOnAt(slot: number, at: number): Encoded[] {
    return [...this.#alias(T[1], slot, at), this.#asm.addi(RA, T[1], 0)];
  }
  /** The address of an offset in the code through one of its slots. */
  #alias(d: number, slot: number, at: number): Encoded[] {
    const physical = PAGING_MAP.code + at;
    return this.pointer(d, pageIn(this.#scheme, slot, physical), physical % PAGE);
  }
  get #pointerBytes(): number {
    return this.#scheme.xlen === 64 ? 16 : 8;
  }

  /** Goes on at the same place, at another address. */
  #toAlias(at: number): Encoded[] {
    const landing = at + 8 + this.#pointerBytes + 4;
    const slot = this.#random.pick(this.#scheme.codeSlots);
    return this.#guarded([...this.#alias(T[0], slot, landing), this.#asm.jalr(this.register(), T[0], 0)]);
  }

  /** Calls the stub in a page of data, now and then after changing it. */
  #executeData(): Encoded[] {
    const random = this.#random;
    const { jalr, li, sw, addi, make } = this.#asm;
    const page = () =>
      pageIn(this.#scheme, random.pick(this.#scheme.dataSlots), PAGING_MAP.data) + random.below(PAGING_MAP.dataPages);
    const stub = page();
    // QEMU's TLB lets supervisor mode execute a user page that it was let into by SUM
    const fence = this.#make('sfence.vma', { s: 0, t: 0 });
    const call = [...this.pointer(T[0], stub, PAGING_MAP.stub), fence, jalr(0, T[0], 0)];
    const change = random.chance(60)
      ? [
          ...this.pointer(T[0], random.chance(50) ? stub : page(), PAGING_MAP.stub),
          ...li(T[1], addi(COUNTED, COUNTED, random.below(2048)).word | 0),
          sw(T[1], T[0], 0),
          make('fence.i', {}),
        ]
      : [];
    const [list, link] = [[...change, ...call], addi(STUB_RETURN, RA, 0)];
    return this.#guarded([link, ...list]);
  }

  /** SUM and MXR. */
  #toggle(): Encoded[] {
    const random = this.#random;
    const bits = random.pick([MSTATUS.SUM, MSTATUS.MXR, MSTATUS.SUM | MSTATUS.MXR]);
    const name = random.chance(60) ? 'csrrs' : 'csrrc';
    return [...this.#asm.li(T[0], bits), this.#make(name, { d: this.register(), c: CSR.sstatus, s: T[0] })];
  }

  /** Supervisor mode changes an entry of data's pages, and fences. */
  #changeEntry(): Encoded[] {
    const place = this.#random.pick(this.#tables.data);
    const { tablesSlot } = this.#scheme;
    const page = pageIn(this.#scheme, tablesSlot, place.address);
    return [
      ...this.#asm.li(T[1], Number(this.#tables.entry(place, true)) | 0),
      ...this.pointer(T[0], page, place.address % PAGE),
      this.#asm.store(T[1], T[0], 0),
      this.fence(),
    ];
  }

  /** satp with another root or address space. */
  #switchTables(at: number): Encoded[] {
    const random = this.#random;
    const { li, slli, make } = this.#asm;
    const { xlen, asidBits, codeSlots } = this.#scheme;
    const root = random.pick(this.#tables.roots) / PAGE;
    const asid = random.bits(asidBits);
    const value =
      xlen === 32
        ? li(T[0], 0x8000_0000 | (asid << 22) | root | 0)
        : [
            ...li(T[0], root),
            ...li(T[1], 0x8_0000 | asid),
            slli(T[1], T[1], 44),
            make('or', { d: T[0], s: T[0], t: T[1] }),
          ];
    const write = this.#make('csrrw', { d: this.register(), c: CSR.satp, s: T[0] });
    const body = [...value, write, ...(random.chance(50) ? [this.fence()] : [])];
    const landing = at + this.#pointerBytes + 4 + bytesOf(body);
    return [...this.#goOnAt(random.pick(codeSlots), landing), ...body, this.#asm.addi(RA, 0, 0)];
  }

  /** SRET to user or supervisor mode, at any address of the code. */
  #return(at: number): Encoded[] {
    const random = this.#random;
    const { addi, csrw } = this.#asm;
    const [supervisor, user, either] = this.#scheme.codeSlots;
    const toUser = random.chance(70);
    const landing = at + 8 + this.#pointerBytes + 16;
    const slot = random.chance(85) ? (toUser ? user : supervisor) : either;
    return this.#guarded([
      ...this.#alias(T[0], slot, landing),
      csrw('sepc', T[0]),
      addi(T[0], 0, MSTATUS.SPP),
      this.#make(toUser ? 'csrrc' : 'csrrs', { d: 0, c: CSR.sstatus, s: T[0] }),
      this.#make('sret'),
    ]);
  }

  /** An ECALL that returns, to supervisor mode or where it came from. */
  #call(at: number): Encoded[] {
    const random = this.#random;
    const { addi, ecall } = this.#asm;
    const landing = at + this.#pointerBytes + 16;
    const call = [
      addi(CALL_KIND, 0, random.pick([CALL.toSupervisor, CALL.back])),
      ecall(),
      addi(CALL_KIND, 0, CALL.end),
    ];
    return [...this.#goOnAt(this.#scheme.codeSlots[0], landing), ...call, addi(RA, 0, 0)];
  }

  #illegal(): Encoded[] {
    const random = this.#random;
    const csr = random.pick([CSR.mstatus, CSR.mscratch, CSR.satp, CSR.sstatus, CSR.sepc, CSR.sscratch]);
    return random.pick<() => Encoded[]>([
      () => [{ word: 0xffff_ffff, length: 4 }],
      () => [{ word: 0, length: 2 }, this.#make('c.nop')],
      () => [this.#make('mret')],
      // TW is set: there is nothing to wait for (Priv 3.1.6.5)
      () => [this.#make('wfi')],
      () => [this.#make('csrrs', { d: this.register(), c: csr, s: 0 })],
    ])();
  }
}
