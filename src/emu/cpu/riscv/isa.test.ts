import { describe, expect, test } from 'vitest';
import { encode, randomFields } from '../../../../test/differential/rv32-encode.js';
import { Random } from '../../../../test/differential/rv32-random.js';
import { Decoder } from '../../isa/decoder.js';
import { assemble, disassemble } from '../../isa/disassembler.js';
import { Emitter } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import { rv32imac } from './isa.js';

const PC = 0x8000_1000;
const decoder = new Decoder(rv32imac);
const decode = (word: number) => decoder.decode(word & 0xffff, word >>> 16);

function samples(row: Row, count: number): number[] {
  const random = new Random(7);
  return Array.from({ length: count }, () => encode(row, randomFields(row, random)).word);
}

describe('the RV32IMAC table', () => {
  test('gives every row cycles', () => {
    for (const row of rv32imac.rows) {
      expect(rv32imac.timing(new Emitter({ length: 4 }), row, {}), row.text).toBeGreaterThan(0);
    }
  });

  test('decodes random encodings of every row as that row, or as a more special one', () => {
    for (const row of rv32imac.rows) {
      for (const word of samples(row, 200)) {
        const found = decode(word)!.row;
        expect(found === row || found.over, `${row.text}: 0x${word.toString(16)} is ${found.text}`).toBe(true);
      }
    }
  });

  test('assembles what it disassembles', () => {
    for (const row of rv32imac.rows) {
      for (const word of samples(row, 50)) {
        const decoded = decode(word)!;
        const text = disassemble(rv32imac, decoded, PC);
        expect(
          assemble(rv32imac, text, PC).map((one) => one.word),
          text,
        ).toContain(decoded.word);
      }
    }
  });

  // Unpriv tables 16.5 to 16.7 and section 16.5
  test.each([
    ['all zeros', 0x0000],
    ['c.addi4spn with 0', 0x0004],
    ['c.fld, which RV32IMAC has not', 0x2000],
    ['c.flw', 0x6000],
    ['c.lwsp to x0', 0x4002],
    ['c.jr x0', 0x8002],
    ['c.addi16sp with 0', 0x6101],
    ['c.lui with 0', 0x6081],
    ['c.srli by 32 or more', 0x9001],
    ['c.slli by 32 or more', 0x1082],
    ['c.subw', 0x9c01],
  ])('does not decode %s', (_, halfword) => {
    expect(decode(halfword)).toBeUndefined();
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
    expect(disassemble(rv32imac, decode(word)!, PC)).toBe(text);
  });
});
