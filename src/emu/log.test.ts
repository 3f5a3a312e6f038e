import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arena } from './state.js';

describe('a log', () => {
  it('restores any of several saved states in any order, whatever was appended since', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), n: fc.integer({ min: 1, max: 700 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('save' as const), n: fc.constant(0) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), n: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const log = new Arena().log('text', { kind: 'u8' });
        let model: number[] = [];
        let next = 0;
        const taken = [{ saved: log.save(), copy: [] as number[] }];
        for (const { do: what, n } of steps) {
          if (what === 'append') {
            for (let i = 0; i < n; i++) {
              log.append(next & 0xff);
              model.push(next++ & 0xff);
            }
          } else if (what === 'save') taken.push({ saved: log.save(), copy: [...model] });
          else {
            const { saved, copy } = taken[n % taken.length]!;
            log.restore(saved);
            model = [...copy];
          }
          expect(log.slice()).toEqual(model);
        }
        for (const { saved, copy } of taken) {
          log.restore(saved);
          expect(log.slice()).toEqual(copy);
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('is bounded and says what it lost', () => {
    const log = new Arena().log('edges', { width: 2, limit: 2000 });
    for (let i = 0; i < 10_000; i++) log.append(i, -i);
    expect(log.length).toBe(10_000);
    expect(log.length - log.first).toBeGreaterThanOrEqual(2000);
    expect(log.length - log.first).toBeLessThan(2000 + 1024);
    expect([log.at(9999, 1), log.at(log.first, 0), log.at(0)]).toEqual([-9999, log.lost, undefined]);
  });
});
