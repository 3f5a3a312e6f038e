import { csrNumber } from '../../src/emu/cpu/riscv/csr-numbers.js';
import { MSTATUS } from '../../src/emu/cpu/riscv/status.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { ASM, type Assembler, type Encoded } from './riscv-encode.js';
import { CELL, machineHandler, supervisorHandler } from './riscv-paging-frame.js';
import { PagingItems } from './riscv-paging-items.js';
import { PAGING_MAP, pageIn, RESERVED, SCHEMES, type Scheme, STUB_RETURN } from './riscv-paging-map.js';
import { PagingTables } from './riscv-paging-tables.js';
import { Random } from './riscv-random.js';

/** A program for machine, supervisor and user mode with its page tables, to be loaded at the start of RAM. */
export interface PagingProgram {
  readonly xlen: Xlen;
  readonly image: Uint8Array;
  readonly rows: ReadonlyMap<string, number>;
}

export interface PagingSizes {
  /** Pieces of code that supervisor and user mode execute. */
  readonly blocks: number;
  /** Entries into one of them, each with other settings. */
  readonly steps: number;
}

const PAGE = 4096;
const RA = 1;
const LOG = 3;
const T = [5, 6] as const;
const LOOP = 7;
const CALL_KIND = 17;
const FINISHER = 0x10_0000;
const PASS = 0x5555;
const ITEMS_IN_BLOCK = 16;
/** Together, since QEMU raises the load's for AMOs. */
const LOAD_OR_STORE_ACCESS = (1 << 5) | (1 << 7);
const LOAD_OR_STORE_PAGE = (1 << 13) | (1 << 15);
/** Exceptions that supervisor mode may get (Priv 3.1.8): accesses, illegal instructions, calls of user mode, page faults. */
const DELEGABLE = [1 << 1, 1 << 2, LOAD_OR_STORE_ACCESS, 1 << 8, 1 << 12, LOAD_OR_STORE_PAGE];
const ILLEGAL = 1 << 2;

export function pagingProgram(xlen: Xlen, seed: number, sizes: PagingSizes): PagingProgram {
  return new PagingMaker(SCHEMES[xlen], new Random(seed)).make(sizes);
}

class PagingMaker {
  readonly #scheme: Scheme;
  readonly #random: Random;
  readonly #asm: Assembler;
  readonly #image = new Uint8Array(PAGING_MAP.driverEnd - PAGING_MAP.ram);
  readonly #tables: PagingTables;
  readonly #items: PagingItems;
  /** Offsets in the code. */
  readonly #blocks: number[] = [];

  constructor(scheme: Scheme, random: Random) {
    this.#scheme = scheme;
    this.#random = random;
    this.#asm = ASM[scheme.xlen];
    this.#tables = new PagingTables(scheme, random, new DataView(this.#image.buffer));
    this.#items = new PagingItems(scheme, random, this.#tables);
  }

  make({ blocks, steps }: PagingSizes): PagingProgram {
    const { xlen } = this.#scheme;
    const { driver, driverEnd, machineHandler: handler, supervisorHandler: lower } = PAGING_MAP;
    this.#set(handler, machineHandler(xlen));
    this.#set(lower, supervisorHandler(xlen));
    this.#stubs();
    this.#code(blocks);
    this.#place(PAGING_MAP.ram, this.#start());
    let at: number = driver;
    for (let i = 0; i < steps; i++) at = this.#place(at, this.#step());
    at = this.#place(at, [
      ...this.#asm.address(T[0], FINISHER),
      ...this.#asm.li(T[1], PASS),
      this.#asm.sw(T[1], T[0], 0),
    ]);
    if (at > driverEnd) throw new Error('too many steps');
    return { xlen, image: this.#image.subarray(0, at - PAGING_MAP.ram), rows: this.#items.rows };
  }

  #set(address: number, bytes: Uint8Array): void {
    this.#image.set(bytes, address - PAGING_MAP.ram);
  }
  #place(address: number, list: readonly Encoded[]): number {
    let at = address;
    const view = new DataView(this.#image.buffer);
    for (const { word, length } of list) {
      if (length === 2) view.setUint16(at - PAGING_MAP.ram, word, true);
      else view.setUint32(at - PAGING_MAP.ram, word, true);
      at += length;
    }
    return at;
  }

  /** Data: random words, and in every page a stub. */
  #stubs(): void {
    const { data, dataPages, stub } = PAGING_MAP;
    const words = Array.from(
      { length: (dataPages * PAGE) / 4 },
      () => ({ word: this.#random.value(), length: 4 }) as const,
    );
    this.#place(data, words);
    const { addi, jalr } = this.#asm;
    for (let i = 0; i < dataPages; i++)
      this.#place(data + i * PAGE + stub, [addi(31, 31, i + 1), jalr(0, STUB_RETURN, 0)]);
  }

  #code(blocks: number): void {
    const { code, codeSize } = PAGING_MAP;
    let at: number = 0;
    for (let i = 0; i < blocks; i++) {
      this.#blocks.push(at);
      at = this.#block(at);
      if (at > codeSize - PAGE) throw new Error('too many blocks');
    }
    this.#place(code + at, [this.#asm.ecall()]);
  }

  /** A loop of random items; then the call that ends it. */
  #block(start: number): number {
    const { addi, beq, jal, ecall } = this.#asm;
    const { code } = PAGING_MAP;
    const times = this.#random.chance(15) ? 20 + this.#random.below(60) : 1 + this.#random.below(5);
    let at = this.#place(code + start, [addi(LOOP, 0, times)]) - code;
    const loop = at;
    for (let i = 4 + this.#random.below(ITEMS_IN_BLOCK); i > 0; i--)
      at = this.#place(code + at, this.#items.item(at)) - code;
    return (
      this.#place(code + at, [
        addi(LOOP, LOOP, -1),
        beq(LOOP, 0, 8),
        jal(0, loop - at - 8),
        addi(CALL_KIND, 0, 0),
        ecall(),
      ]) - code
    );
  }

  #start(): Encoded[] {
    const { address, csrw, jalr, li, addi, make } = this.#asm;
    const { machineHandler: handler, supervisorHandler: lower, cells, log, driver } = PAGING_MAP;
    const toCsr = (name: string) => make('csrrw', { d: 0, c: csrNumber(name)!, s: T[0] });
    return [
      ...address(T[0], handler),
      csrw('mtvec', T[0]),
      ...address(T[0], lower),
      csrw('stvec', T[0]),
      ...address(T[0], cells),
      csrw('mscratch', T[0]),
      // everything is open to the other modes (Priv 3.7.1)
      addi(T[0], 0, -1),
      toCsr('pmpaddr0'),
      addi(T[0], 0, 0x1f),
      toCsr('pmpcfg0'),
      ...Array.from({ length: 31 }, (_, i) =>
        RESERVED.has(i + 1) ? [] : li(i + 1, Math.imul(i + 1, 0x0123_4567)),
      ).flat(),
      ...address(LOG, log),
      ...address(T[0], driver),
      addi(T[1], 0, 0),
      addi(4, 0, 0),
      jalr(0, T[0], 0),
    ];
  }

  /** Changes tables and settings, and enters a block; goes on behind itself when that ends. */
  #step(): Encoded[] {
    const random = this.#random;
    const list: Encoded[] = [];
    for (let i = random.below(4); i > 0; i--) list.push(...this.#changeEntry());
    list.push(this.#items.fence(), ...this.#chooseTables());
    if (random.chance(25)) list.push(...this.#inMachineMode());
    list.push(...this.#enter());
    return list;
  }

  #value(d: number, value: bigint): Encoded[] {
    return this.#scheme.xlen === 32 ? this.#asm.li(d, Number(BigInt.asIntN(32, value))) : this.#asm.literal(d, value);
  }

  #changeEntry(): Encoded[] {
    const place = this.#random.pick(this.#random.chance(70) ? this.#tables.data : this.#tables.code);
    const value = this.#value(T[0], this.#tables.entry(place));
    return [...value, ...this.#asm.address(T[1], place.address), this.#asm.store(T[0], T[1], 0)];
  }

  #chooseTables(): Encoded[] {
    const random = this.#random;
    const { xlen, asidBits } = this.#scheme;
    const [root, asid] = [BigInt(random.pick(this.#tables.roots) / PAGE), BigInt(random.bits(asidBits))];
    const value = xlen === 32 ? (1n << 31n) | (asid << 22n) | root : (8n << 60n) | (asid << 44n) | root;
    return [...this.#value(T[0], value), this.#asm.csrw('satp', T[0])];
  }

  /** Loads and stores of machine mode with the rights of another one (Priv 3.1.6.3). */
  #inMachineMode(): Encoded[] {
    const random = this.#random;
    const { li, csrw, csrc, csrs } = this.#asm;
    const bits =
      MSTATUS.MPRV |
      (random.chance(50) ? MSTATUS.SUM : 0) |
      (random.chance(30) ? MSTATUS.MXR : 0) |
      (random.chance(50) ? 0x800 : 0);
    return [
      ...li(T[0], bits),
      csrw('mstatus', T[0]),
      ...this.#items.accesses(),
      ...this.#items.accesses(),
      ...li(T[0], MSTATUS.MPRV),
      csrc('mstatus', T[0]),
      ...li(T[0], 0x1800),
      csrs('mstatus', T[0]),
    ];
  }

  #enter(): Encoded[] {
    const random = this.#random;
    const { li, csrw, csrr, addi, auipc, store, mret } = this.#asm;
    const { xlen, codeSlots } = this.#scheme;
    const isSupervisor = random.chance(65);
    const delegated = random.chance(20) ? 0 : DELEGABLE.reduce((sum, bits) => sum | (random.chance(60) ? bits : 0), 0);
    const [supervisor, user, either] = codeSlots;
    const slot = random.chance(85) ? (isSupervisor ? supervisor : user) : either;
    const physical = PAGING_MAP.code + random.pick(this.#blocks);
    let status = MSTATUS.TW | (isSupervisor ? 0x800 : 0);
    for (const [bit, percent] of [
      [MSTATUS.SUM, 50],
      [MSTATUS.MXR, 30],
      [MSTATUS.SPP, 50],
    ] as const)
      if (random.chance(percent)) status |= bit;
    // the handler of supervisor mode must not be stopped by them
    if ((delegated & ILLEGAL) === 0 && random.chance(20)) status |= MSTATUS.TVM;
    if (delegated === 0 && random.chance(20)) status |= MSTATUS.TSR;
    const size = xlen / 8;
    const last = [
      csrr(T[1], 'mscratch'),
      store(T[0], T[1], size * CELL.resume),
      csrr(T[0], 'minstret'),
      store(T[0], T[1], size * CELL.started),
      addi(T[0], 0, 0),
      addi(CALL_KIND, 0, 0),
      addi(RA, 0, 0),
      mret(),
    ];
    return [
      ...li(T[0], delegated),
      csrw('medeleg', T[0]),
      ...li(T[0], status),
      csrw('mstatus', T[0]),
      ...this.#items.pointer(T[0], pageIn(this.#scheme, slot, physical), physical % PAGE),
      csrw('mepc', T[0]),
      auipc(T[0]),
      addi(T[0], T[0], 8 + 4 * last.length),
      ...last,
    ];
  }
}
