import { describe, expect, it } from 'vitest';
import { sampleEncodings } from '../../../../test/differential/thumb-encodings.js';
import { assemble, disassemble } from '../../isa/disassembler.js';
import type { Row } from '../../isa/instruction.js';
import { emit, fieldsOf, staticsOf } from '../../isa/variant.js';
import { armv7em } from './isa.js';
import { TIMING_CLASSES } from './timing/timing.js';

describe('the ARMv7E-M table', () => {
  it('gives every row a timing class that the timing knows', () => {
    expect(armv7em.rows.filter((row) => !TIMING_CLASSES.has(row.timing)).map((row) => row.text)).toEqual([]);
  });

  it('decodes every row from some encoding and emits its body in and out of IT blocks', () => {
    for (const row of armv7em.rows) {
      const [word] = sampleEncodings(row, 1);
      const fields = fieldsOf(row, word!);
      for (const inItBlock of [false, true]) {
        const variant = { row, statics: staticsOf(row, fields), inItBlock };
        expect(emit(armv7em, variant, { fields, pc: 0x0800_0000 }).length).toBeGreaterThan(0);
        expect(emit(armv7em, variant).length).toBeGreaterThan(0);
      }
    }
  });

  it('finds two rows for an encoding only where one is the more special', () => {
    const matching = (rows: readonly Row[], word: number) =>
      rows.filter((r) => ((word & r.pattern.mask) ^ r.pattern.match) === 0 && (r.when?.(fieldsOf(r, word)) ?? true));
    const subset = (a: Row, b: Row) => ((a.pattern.mask & b.pattern.mask) ^ b.pattern.mask) === 0;
    for (const row of armv7em.rows) {
      const rows = armv7em.rows.filter((other) => other.pattern.length === row.pattern.length);
      for (const word of sampleEncodings(row, 100, 2)) {
        for (const other of matching(rows, word)) {
          if (other !== row) expect([row.text, other.text, subset(row, other)]).toEqual([row.text, other.text, true]);
        }
      }
    }
  });

  it('assembles what it disassembles', () => {
    const pc = 0x0800_0102;
    for (const row of armv7em.rows) {
      for (const word of sampleEncodings(row, 20, 3)) {
        for (const inItBlock of [false, true]) {
          const text = disassemble(armv7em, { row, fields: fieldsOf(row, word) }, pc, inItBlock);
          const words = assemble(armv7em, text, pc, inItBlock).map((candidate) => candidate.word);
          expect([text, row.pattern.text, words]).toEqual([text, row.pattern.text, expect.arrayContaining([word])]);
        }
      }
    }
  });
});
