import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { assemble, disassemble } from '../../src/emu/isa/disassembler.js';
import { encode, randomFields } from '../differential/riscv-encode.js';
import { Random } from '../differential/riscv-random.js';
import { missing } from '../differential/tools.js';
import { floatIsa } from './isa.js';

/** Assembly text of F, D and bit manipulation against GNU objdump, and read back, for random encodings of every row. */

const OBJDUMP = 'riscv64-unknown-elf-objdump';
const ASSEMBLER = 'riscv64-unknown-elf-as';
const PER_ROW = 60;

interface Case {
  readonly address: number;
  readonly text: string;
  readonly word: number;
}

/** Random encodings of every row one behind another. */
function cases(xlen: Xlen): readonly Case[] {
  const isa = floatIsa(xlen);
  const random = new Random(11);
  let address = 0;
  return isa.rows.flatMap((row) =>
    Array.from({ length: PER_ROW }, () => {
      const fields = randomFields(row, random);
      const { word, length } = encode(row, fields);
      const text = disassemble(isa, { row, fields }, address);
      address += length;
      return { address: address - length, text, word };
    }),
  );
}

/** Disassembles encodings at the addresses they have: text by address. The assembler notes which extensions they belong to. */
function objdump(list: readonly Case[], xlen: Xlen): Map<number, string> {
  const directory = mkdtempSync(join(tmpdir(), 'fwtest-'));
  try {
    const [source, object] = [join(directory, 'code.s'), join(directory, 'code.o')];
    writeFileSync(source, list.map(({ word }) => `.insn 0x${word.toString(16)}\n`).join(''));
    const arch = `-march=rv${xlen}gc_zba_zbb_zbc_zbs`;
    execFileSync(ASSEMBLER, [arch, `-mabi=${xlen === 32 ? 'ilp32' : 'lp64'}`, source, '-o', object]);
    const output = execFileSync(OBJDUMP, ['-d', '-M', 'no-aliases', object], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = output.matchAll(/^\s*([0-9a-f]+):\t[0-9a-f]+\s+(.*)$/gm);
    return new Map(Array.from(lines, ([, address, text]) => [Number.parseInt(address!, 16), normalise(text!)]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const normalise = (text: string) =>
  text
    .replace(/\s*#.*$/, '')
    .replace('\t', ' ')
    .trim();

/** A rounding mode where there is nothing to round, for which objdump 2.40 has no text. */
const unnamed = (text: string) => /^fcvt\.d\.(s|wu?) [^,]*,[^,]*,/.test(text);

const absent = missing(OBJDUMP, 'binutils-riscv64-unknown-elf');

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const list = cases(xlen);

  test.skipIf(absent)(`the text is objdump's${absent ? ` — skipped: ${absent}` : ''}`, () => {
    const theirs = objdump(list, xlen);
    const differences = list.flatMap(({ address, text }) => {
      const other = theirs.get(address) ?? 'nothing';
      return text === other || unnamed(text) ? [] : [`${text} | ${other}`];
    });
    expect(differences).toEqual([]);
  });

  test('what is disassembled is assembled', () => {
    const isa = floatIsa(xlen);
    for (const { text, word } of list)
      expect(
        assemble(isa, text, 0).map((one) => one.word),
        text,
      ).toContain(word);
  });
});
