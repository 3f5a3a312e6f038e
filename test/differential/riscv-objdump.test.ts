import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { encode, randomFields } from './riscv-encode.js';
import { place } from './riscv-frame.js';
import { Random } from './riscv-random.js';
import { missing } from './tools.js';

/** Assembly text against GNU objdump, for random encodings of every row. */

const OBJDUMP = 'riscv64-unknown-elf-objdump';
const PER_ROW = 60;

/** Disassembles raw code at address 0: text by address. */
function objdump(code: Uint8Array, architecture: string): Map<number, string> {
  const directory = mkdtempSync(join(tmpdir(), 'fwtest-'));
  try {
    const file = join(directory, 'code.bin');
    writeFileSync(file, code);
    const options = ['-D', '-b', 'binary', '-m', architecture, '-M', 'no-aliases', file];
    const output = execFileSync(OBJDUMP, options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = output.matchAll(/^\s*([0-9a-f]+):\t[0-9a-f]+\s+(.*)$/gm);
    return new Map(Array.from(lines, ([, address, text]) => [Number.parseInt(address!, 16), text!]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** One spelling for both: no comments, CSRs and numbers in hexadecimal as they are, targets without leading zeros and of 32 bits. */
function normalise(text: string): string {
  return text
    .replace(/\s*#.*$/, '')
    .replace('\t', ' ')
    .replaceAll(/\b0x0*([0-9a-f]+)\b/g, '0x$1')
    .replace(/0xffffffff([0-9a-f]{8})$/, '0x$1')
    .trim();
}

/**
 * What objdump has no text for: hints and reserved fences, and access sets that are empty. Shifts by 0 are hints with a name of
 * their own there, and CSRs by numbers that we do not have carry the names of other harts.
 */
function comparable(text: string, other: string): boolean {
  if (/^(\.insn|c\.nop)/.test(text) || /unknown/.test(other)) return false;
  if (/^c\.sr[al]i \w+,0x0$/.test(text)) return false;
  return !/^csrr/.test(text) || !/,0x[0-9a-f]+,/.test(text);
}

const absent = missing(OBJDUMP, 'binutils-riscv64-unknown-elf');

describe.skipIf(absent)(`RISC-V assembly text against objdump${absent ? ` — skipped: ${absent}` : ''}`, () => {
  test.each([
    ['RV32', rv32gc, 'riscv:rv32'],
    ['RV64', rv64gc, 'riscv:rv64'],
  ] as const)('is the same for random encodings of every row: %s', (_, isa, architecture) => {
    const random = new Random(11);
    const view = new DataView(new ArrayBuffer(isa.rows.length * PER_ROW * 4));
    const cases: { address: number; text: string }[] = [];
    let at = 0;
    // objdump takes raw code for that of a base without extensions: those have a test of their own (test/riscv-float)
    for (const row of isa.rows.filter(({ guard }) => !guard)) {
      for (let i = 0; i < PER_ROW; i++) {
        const fields = randomFields(row, random);
        cases.push({ address: at, text: disassemble(isa, { row, fields }, at) });
        at = place(view, at, [encode(row, fields)]);
      }
    }
    const theirs = objdump(new Uint8Array(view.buffer, 0, at), architecture);
    const differences = cases.flatMap(({ address, text }) => {
      const other = normalise(theirs.get(address) ?? 'nothing');
      return normalise(text) === other || !comparable(text, other) ? [] : [`${text} | ${other}`];
    });
    expect(differences).toEqual([]);
  });
});
