import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GUEST_BASE, PAGE_SIZE } from './isa/layout.js';
import { MemoryPool } from './memory.js';
import { PageHistory } from './page-history.js';

const PAGES = 130;
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      at: fc.integer({ min: 0, max: PAGES * PAGE_SIZE - 4 }),
      value: fc.integer(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save' as const), at: fc.constant(0), value: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), at: fc.nat(), value: fc.constant(0) }) },
);

describe('page history, against full copies', () => {
  it('restores any of several snapshots in any order', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const pool = new MemoryPool([{ name: 'sram', kind: 'ram', size: PAGES * PAGE_SIZE }]);
        const block = pool.blocks[0]!;
        block.map(0x2000_0000, 0, block.size);
        const history = new PageHistory(pool);
        const taken = [{ pages: history.save(), copy: block.bytes.slice() }];
        const words = new Int32Array(pool.memory.buffer);
        for (const { do: what, at, value } of steps) {
          if (what === 'store') {
            // As the engine: directly where the write table allows it, else through the machine.
            const entry = words[(0x50_0000 >> 2) + ((0x2000_0000 + at) >>> 12)]!;
            if (entry !== 0) block.bytes[(entry + 0x2000_0000 + at - GUEST_BASE) | 0] = value;
            else block.store(at, 1, value);
          } else if (what === 'save') taken.push({ pages: history.save(), copy: block.bytes.slice() });
          else {
            const { pages, copy } = taken[at % taken.length]!;
            history.restore(pages);
            expect(Buffer.compare(block.bytes, copy)).toBe(0);
          }
        }
        for (const { pages, copy } of taken) {
          history.restore(pages);
          expect(Buffer.compare(block.bytes, copy)).toBe(0);
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });
});
