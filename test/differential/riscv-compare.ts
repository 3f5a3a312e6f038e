import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { causeName } from '../../src/emu/cpu/riscv/trap-causes.js';
import { X_NAMES } from '../../src/emu/cpu/riscv/x-registers.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { FRAME, RECORD } from './riscv-frame.js';
import type { RandomProgram } from './riscv-program.js';

const RECORD_NAMES = [...X_NAMES, 'mcause', 'mepc', 'mtval', 'mstatus'];
const DIFFERENCES = 20;
const hex = (word: number | bigint) => `0x${(typeof word === 'bigint' ? word : word >>> 0).toString(16)}`;
type Registers = Uint32Array | BigUint64Array;

/**
 * Compares what two runs of a program left in RAM. The first record of the log that differs is told with its registers and
 * the instructions that led there; then other memory, if the logs are equal.
 */
export function compareRuns(program: RandomProgram, ours: Uint8Array, theirs: Uint8Array): string[] {
  const size = program.xlen / 8;
  const [a, b] = [registersOf(ours, size), registersOf(theirs, size)];
  const log = (FRAME.log - FRAME.ram) / size;
  const { registers } = RECORD;
  for (let at = log; at + registers <= a.length && (a[at + RECORD.mepc] || b[at + RECORD.mepc]); at += registers) {
    const differing = RECORD_NAMES.flatMap((name, i) =>
      a[at + i] === b[at + i] ? [] : [`${name}: ${hex(a[at + i]!)} here, ${hex(b[at + i]!)} there`],
    );
    if (differing.length > 0) return [`record ${(at - log) / registers}`, ...differing, ...story(program, a, b, at)];
  }
  const differences: string[] = [];
  const end = (FRAME.compared - FRAME.ram) / size;
  for (let i = 0; i < end && differences.length < DIFFERENCES; i++) {
    if (a[i] !== b[i]) differences.push(`[${hex(FRAME.ram + size * i)}]: ${hex(a[i]!)} here, ${hex(b[i]!)} there`);
  }
  return differences;
}

/** Where both were, and the instructions since the trap before. */
function story(program: RandomProgram, a: Registers, b: Registers, at: number): string[] {
  const mepc = Number(a[at + RECORD.mepc]!);
  const cause = (words: Registers) =>
    `${causeName(Number(words[at + RECORD.mcause]!))} at ${hex(words[at + RECORD.mepc]!)}`;
  const before = Number(a[at - RECORD.registers + RECORD.mepc]!);
  const from = before > mepc - 200 && before < mepc ? before : groupOf(program, mepc);
  return [`here ${cause(a)}, there ${cause(b)}`, ...listing(program, from, mepc + 4)];
}

function groupOf(program: RandomProgram, address: number): number {
  return program.groups.findLast((start) => start <= address) ?? FRAME.code;
}

function listing({ xlen, image }: RandomProgram, from: number, to: number): string[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const isa = xlen === 64 ? rv64gc : rv32gc;
  const decoder = new Decoder(isa);
  const half = (address: number) =>
    address - FRAME.ram + 2 <= image.length ? view.getUint16(address - FRAME.ram, true) : 0;
  const lines: string[] = [];
  for (let pc = from; pc < to; ) {
    const decoded = decoder.decode(half(pc), half(pc + 2));
    const length = isa.lengthOf(half(pc));
    lines.push(
      `  ${hex(pc)}: ${decoded ? disassemble(isa, decoded, pc) : `.insn ${hex(half(pc) | (half(pc + 2) << 16))}`}`,
    );
    pc += length;
  }
  return lines;
}

function registersOf(bytes: Uint8Array, size: number): Registers {
  const { buffer, byteOffset, byteLength } = bytes.slice();
  return size === 8
    ? new BigUint64Array(buffer, byteOffset, byteLength >>> 3)
    : new Uint32Array(buffer, byteOffset, byteLength >>> 2);
}
