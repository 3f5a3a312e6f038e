import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { causeName, EXCEPTION } from '../../src/emu/cpu/riscv/trap-causes.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { DUMP_WORDS, REGISTERS_FOLLOW, TRAP_WORDS } from './riscv-paging-frame.js';
import { PAGING_MAP } from './riscv-paging-map.js';

const TRAP_FIELDS = ['cause', 'epc', 'tval', 'status'];
const BEFORE = 6;
const DIFFERENCES = 20;
const PAGE = 4096;
const OPCODE_AMO = 0x2f;
const FUNCT5_LR = 2;

/**
 * Where two runs differ: in the first record of the log that does, else in memory. QEMU's faults of an AMO's load are taken as the
 * store's, which the manual has (Priv table 3.6).
 */
export function comparePaging(xlen: Xlen, ours: Uint8Array, theirs: Uint8Array): string[] {
  const [a, b] = [new Log(xlen, ours), new Log(xlen, theirs)];
  const story: string[] = [];
  for (let at = 0; a.word(at) !== 0n || b.word(at) !== 0n; ) {
    const length = a.length(at);
    if (length === TRAP_WORDS) b.asStore(at, (epc) => isAtomic(theirs, epc));
    const names = length === TRAP_WORDS ? TRAP_FIELDS : Array.from({ length }, (_, i) => `x${i}`);
    const differing = names.flatMap((name, i) => {
      const [left, right] = [a.word(at + i), b.word(at + i)];
      return left === right ? [] : [`${name}: 0x${left.toString(16)} here, 0x${right.toString(16)} there`];
    });
    if (length === TRAP_WORDS) story.push(a.told(at));
    if (differing.length > 0) {
      return [
        `record at 0x${(PAGING_MAP.log + (at * xlen) / 8).toString(16)}`,
        ...story.slice(-BEFORE),
        `there: ${b.told(at)}`,
        ...differing,
        ...listing(xlen, ours, Number(a.word(at + 1) & 0xffff_ffffn)),
      ];
    }
    at += length;
  }
  return memory(ours, theirs);
}

function memory(ours: Uint8Array, theirs: Uint8Array): string[] {
  const { ram, compared, cells, cellsSize } = PAGING_MAP;
  const words = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);
  const [a, b] = [words(ours), words(theirs)];
  const differences: string[] = [];
  for (let at = 0; at < compared - ram && differences.length < DIFFERENCES; at += 4) {
    const [left, right] = [a.getUint32(at, true), b.getUint32(at, true)];
    const own = ram + at >= cells && ram + at < cells + cellsSize;
    if (left !== right && !own)
      differences.push(`[0x${(ram + at).toString(16)}]: 0x${left.toString(16)} here, 0x${right.toString(16)} there`);
  }
  return differences;
}

class Log {
  readonly #size: number;
  readonly #view: DataView;

  constructor(xlen: Xlen, ram: Uint8Array) {
    this.#size = xlen / 8;
    this.#view = new DataView(ram.buffer, ram.byteOffset + PAGING_MAP.log - PAGING_MAP.ram);
  }
  word(index: number): bigint {
    const at = index * this.#size;
    return this.#size === 8 ? this.#view.getBigUint64(at, true) : BigInt(this.#view.getUint32(at, true));
  }
  /** The load's fault of an AMO as the store's. */
  asStore(index: number, isAmo: (epc: number) => boolean): void {
    const cause = Number(this.word(index));
    const store = cause === EXCEPTION.loadPageFault ? EXCEPTION.storePageFault : EXCEPTION.storeAccessFault;
    const isLoad = cause === EXCEPTION.loadPageFault || cause === EXCEPTION.loadAccessFault;
    if (isLoad && isAmo(Number(this.word(index + 1) & 0xffff_ffffn))) this.#view.setUint8(index * this.#size, store);
  }
  length(index: number): number {
    return this.word(index) === BigInt(REGISTERS_FOLLOW) ? DUMP_WORDS : TRAP_WORDS;
  }
  told(index: number): string {
    const [cause, ...others] = TRAP_FIELDS.map((_, i) => this.word(index + i));
    const values = others.map((value, i) => `${TRAP_FIELDS[i + 1]} 0x${value.toString(16)}`);
    return `${causeName(Number(cause! & 0x1fn))}: ${values.join(', ')}`;
  }
}

/** Whether an instruction of a block, or of the driver, is an AMO. */
function isAtomic(ram: Uint8Array, epc: number): boolean {
  const { code, codeSize, driver, driverEnd } = PAGING_MAP;
  const at = epc >= driver && epc < driverEnd ? epc : code + (epc % codeSize);
  const view = new DataView(ram.buffer, ram.byteOffset + at - PAGING_MAP.ram);
  const word = view.getUint16(0, true) | (view.getUint16(2, true) << 16);
  return (word & 0x7f) === OPCODE_AMO && word >>> 27 !== FUNCT5_LR;
}

/** The code around an address, by its place in the code: all slots show it alike. */
function listing(xlen: Xlen, ram: Uint8Array, address: number): string[] {
  const { code, codeSize } = PAGING_MAP;
  const offset = address % codeSize;
  const view = new DataView(ram.buffer, ram.byteOffset + code - PAGING_MAP.ram);
  const isa = xlen === 64 ? rv64gc : rv32gc;
  const decoder = new Decoder(isa);
  const lines: string[] = [];
  for (let at = Math.max(0, offset - 64); at < Math.min(offset + 16, codeSize - PAGE); ) {
    const [first, second] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const decoded = decoder.decode(first, second);
    lines.push(
      `${at === offset ? '>' : ' '} 0x${at.toString(16)}: ${decoded ? disassemble(isa, decoded, at) : 'undefined'}`,
    );
    at += isa.lengthOf(first);
  }
  return lines;
}
