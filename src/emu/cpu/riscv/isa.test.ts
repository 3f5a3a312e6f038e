import { describe, expect, test } from 'vitest';
import { encode, randomFields } from '../../../../test/differential/riscv-encode.js';
import { Random } from '../../../../test/differential/riscv-random.js';
import { Decoder } from '../../isa/decoder.js';
import { assemble, disassemble } from '../../isa/disassembler.js';
import { Emitter } from '../../isa/emitter.js';
import type { Isa, Row } from '../../isa/instruction.js';
import { rv32gc, rv32imac, rv64gc } from './isa.js';

const PC = 0x8000_1000;
const decoders = new Map([rv32imac, rv32gc, rv64gc].map((isa) => [isa, new Decoder(isa)]));
const decode = (isa: Isa, word: number) => decoders.get(isa)!.decode(word & 0xffff, word >>> 16);

function samples(row: Row, count: number): number[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => encode(row, randomFields(row, random)).word);
}

describe.each([
  ['RV32IMAC', rv32imac],
  ['RV32GC', rv32gc],
  ['RV64GC', rv64gc],
])('the table of %s', (_, isa) => {
  test('gives every row cycles', () => {
    for (const row of isa.rows) {
      expect(isa.timing(new Emitter({ length: 4 }), row, {}), row.text).toBeGreaterThan(0);
    }
  });

  test('decodes random encodings of every row as that row, or as a more special one', () => {
    for (const row of isa.rows) {
      for (const word of samples(row, 200)) {
        const found = decode(isa, word)!.row;
        expect(found === row || found.over, `${row.text}: 0x${word.toString(16)} is ${found.text}`).toBe(true);
      }
    }
  });

  test('assembles what it disassembles', () => {
    for (const row of isa.rows) {
      for (const word of samples(row, 50)) {
        const decoded = decode(isa, word)!;
        const text = disassemble(isa, decoded, PC);
        expect(
          assemble(isa, text, PC).map((one) => one.word),
          text,
        ).toContain(decoded.word);
      }
    }
  });

  // Unpriv tables 2.3 and 16.3: encodings that may be given a meaning later and do nothing now
  test.each([
    ['c.nop with an immediate', 0x0005, 'c.nop 1'],
    ['c.addi with 0', 0x0081, 'c.addi ra,0'],
    ['c.li to x0', 0x4005, 'c.li zero,1'],
    ['c.mv to x0', 0x8006, 'c.mv zero,ra'],
    ['c.slli by 0', 0x0082, 'c.slli ra,0x0'],
    ['a fence with reserved fields', 0x1230_800f, '.insn i 0x0f,0,zero,ra,291'],
  ])('executes the hint %s', (_, word, text) => {
    expect(disassemble(isa, decode(isa, word)!, PC)).toBe(text);
  });
});

// Unpriv tables 16.5 to 16.7 and section 16.5
const RESERVED: readonly (readonly [string, number])[] = [
  ['all zeros', 0x0000],
  ['c.addi4spn with 0', 0x0004],
  ['c.lwsp to x0', 0x4002],
  ['c.jr x0', 0x8002],
  ['c.addi16sp with 0', 0x6101],
  ['c.lui with 0', 0x6081],
];

test.each<readonly [string, number]>([
  ...RESERVED,
  ['c.fld, which RV32IMAC has not', 0x2000],
  ['c.flw', 0x6000],
  ['c.srli by 32 or more', 0x9001],
  ['c.slli by 32 or more', 0x1082],
  ['c.subw', 0x9c01],
  ['ld', 0x0000_3003],
  ['addiw', 0x0000_001b],
  ['lr.d', 0x1000_302f],
])('RV32IMAC does not decode %s', (_, word) => {
  expect(decode(rv32imac, word)).toBeUndefined();
});

test.each<readonly [string, number]>([
  ...RESERVED,
  ['c.ldsp to x0', 0x6002],
  ['c.addiw to x0', 0x2001],
  ['the reserved row beside c.addw', 0x9c41],
  ['slliw by 32 or more', 0x0200_101b],
])('RV64GC does not decode %s', (_, word) => {
  expect(decode(rv64gc, word)).toBeUndefined();
});

// Unpriv 4.2.1, 16.3 and 16.5
test.each([
  ['slli', 0x0200_9093, 'slli ra,ra,0x20'],
  ['c.slli', 0x1082, 'c.slli ra,0x20'],
  ['c.srli', 0x9001, 'c.srli s0,0x20'],
  ['c.addiw, where RV32 has c.jal', 0x2085, 'c.addiw ra,1'],
  ['c.ld, where RV32 has c.flw', 0x6000, 'c.ld s0,0(s0)'],
  ['c.sdsp', 0xe006, 'c.sdsp ra,0(sp)'],
])('RV64 decodes %s', (_, word, text) => {
  expect(disassemble(rv64gc, decode(rv64gc, word)!, PC)).toBe(text);
});
