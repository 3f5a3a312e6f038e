import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { causeName } from '../../src/emu/cpu/riscv/trap-causes.js';
import { X_NAMES } from '../../src/emu/cpu/riscv/x-registers.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { FRAME, RECORD } from './rv32-frame.js';
import type { RandomProgram } from './rv32-program.js';

const RECORD_NAMES = [...X_NAMES, 'mcause', 'mepc', 'mtval', 'mstatus'];
const DIFFERENCES = 20;
const hex = (value: number | bigint) => `0x${value.toString(16)}`;
/** Registers as they lie in memory. */
type Values = Uint32Array | BigUint64Array;

/**
 * Compares what two runs of a program left in RAM. The first record of the log that differs is told with its registers and
 * the instructions that led there; then other memory, if the logs are equal.
 */
export function compareRuns(program: RandomProgram, ours: Uint8Array, theirs: Uint8Array): string[] {
  const [a, b] = [valuesOf(program, ours), valuesOf(program, theirs)];
  const width = a.BYTES_PER_ELEMENT;
  const log = (FRAME.log - FRAME.ram) / width;
  for (
    let at = log;
    at + RECORD.words <= a.length && (a[at + RECORD.mepc] || b[at + RECORD.mepc]);
    at += RECORD.words
  ) {
    const differing = RECORD_NAMES.flatMap((name, i) =>
      a[at + i] === b[at + i] ? [] : [`${name}: ${hex(a[at + i]!)} here, ${hex(b[at + i]!)} there`],
    );
    if (differing.length > 0) return [`record ${(at - log) / RECORD.words}`, ...differing, ...story(program, a, b, at)];
  }
  const differences: string[] = [];
  const end = (FRAME.compared - FRAME.ram) / width;
  for (let i = 0; i < end && differences.length < DIFFERENCES; i++) {
    if (a[i] !== b[i]) differences.push(`[${hex(FRAME.ram + width * i)}]: ${hex(a[i]!)} here, ${hex(b[i]!)} there`);
  }
  return differences;
}

/** Where both were, and the instructions since the trap before. */
function story(program: RandomProgram, a: Values, b: Values, at: number): string[] {
  const mepc = Number(a[at + RECORD.mepc]!);
  const cause = (words: Values) =>
    `${causeName(Number(words[at + RECORD.mcause]!))} at ${hex(words[at + RECORD.mepc]!)}`;
  const before = Number(a[at - RECORD.words + RECORD.mepc]!);
  const from = before > mepc - 200 && before < mepc ? before : groupOf(program, mepc);
  return [`here ${cause(a)}, there ${cause(b)}`, ...listing(program, from, mepc + 4)];
}

function groupOf(program: RandomProgram, address: number): number {
  return program.groups.findLast((start) => start <= address) ?? FRAME.code;
}

function listing({ image, xlen }: RandomProgram, from: number, to: number): string[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const isa = xlen === 32 ? rv32imac : rv64gc;
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

function valuesOf({ xlen }: RandomProgram, bytes: Uint8Array): Values {
  const { buffer, byteOffset, length } = bytes;
  return xlen === 32
    ? new Uint32Array(buffer, byteOffset, length >>> 2)
    : new BigUint64Array(buffer, byteOffset, length >>> 3);
}
