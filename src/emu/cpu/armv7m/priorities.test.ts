import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CpuState } from './cpu-state.js';
import { Priorities } from './priorities.js';

const IRQS = 82;
const allocator = {
  i32: (_name: string, length: number) => new Int32Array(length),
  f64: (_name: string, length: number) => new Float64Array(length),
};

interface Scene {
  readonly pending: readonly number[];
  readonly enabled: readonly number[];
  readonly active: readonly number[];
  readonly priority: readonly number[];
  readonly prigroup: number;
  readonly primask: number;
  readonly faultmask: number;
  readonly basepri: number;
}

/** ExecutionPriority() as the manual prints it (B1.5.4). */
function executionPriority(scene: Scene, priorityOf: (n: number) => number): number {
  const groupvalue = 2 << scene.prigroup;
  const grouped = (value: number): number => (value < 0 ? value : value - (value % groupvalue));
  let highest = 256;
  let boosted = 256;
  for (const n of scene.active) highest = Math.min(highest, grouped(priorityOf(n)));
  if (scene.basepri !== 0) boosted = grouped(scene.basepri);
  if (scene.primask) boosted = 0;
  if (scene.faultmask) boosted = -1;
  return Math.min(boosted, highest);
}

const exceptions = fc.uniqueArray(
  fc.integer({ min: 2, max: 15 + IRQS }).filter((n) => n < 7 || n === 11 || n === 12 || n > 13),
  { maxLength: 12 },
);
const scenes: fc.Arbitrary<Scene> = fc.record({
  pending: exceptions,
  enabled: exceptions,
  active: exceptions,
  priority: fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 16 + IRQS, maxLength: 16 + IRQS }),
  prigroup: fc.integer({ min: 0, max: 7 }),
  primask: fc.integer({ min: 0, max: 1 }),
  faultmask: fc.integer({ min: 0, max: 1 }),
  basepri: fc.integer({ min: 0, max: 15 }).map((n) => n << 4),
});

function build(scene: Scene): { priorities: Priorities; priorityOf: (n: number) => number } {
  const priorities = new Priorities(scene as unknown as CpuState, allocator, { irqs: IRQS, priorityBits: 4 });
  const fixed: Record<number, number> = { 2: -2, 3: -1 };
  const priorityOf = (n: number): number => fixed[n] ?? scene.priority[n]! << 4;
  const set = (bitmap: Int32Array, list: readonly number[]): void => {
    for (const n of list) bitmap[priorities.wordOf(n)] = bitmap[priorities.wordOf(n)]! | priorities.bitOf(n);
  };
  for (let n = 4; n < 16 + IRQS; n++) priorities.priority[n] = priorityOf(n);
  priorities.enabled.fill(0);
  set(priorities.enabled, scene.enabled);
  set(priorities.pending, scene.pending);
  set(priorities.active, scene.active);
  priorities.prigroup = scene.prigroup;
  return { priorities, priorityOf };
}

test('execution priority and the choice among pending exceptions follow B1.5.4 for any state', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { priorities, priorityOf } = build(scene);
      expect(priorities.executionPriority()).toBe(executionPriority(scene, priorityOf));
      const ready = scene.pending.filter((n) => scene.enabled.includes(n));
      const order = (n: number): number => priorityOf(n) * 1000 + n;
      const best = ready.sort((a, b) => order(a) - order(b))[0] ?? 0;
      expect(priorities.candidate).toBe(best);
      const group = best === 0 ? 256 : priorities.group(priorityOf(best));
      expect(priorities.preempts).toBe(best !== 0 && group < executionPriority(scene, priorityOf));
      expect(priorities.wakes).toBe(best !== 0 && group < executionPriority({ ...scene, primask: 0 }, priorityOf));
      expect(priorities.activeCount).toBe(scene.active.length);
      expect(priorities.anyActive).toBe(scene.active.length > 0);
    }),
    { numRuns: 2000 },
  );
});

test('pending, activating and deactivating one exception find what a search of everything finds', () => {
  const steps = fc.array(fc.record({ act: fc.constantFrom('pend', 'activate', 'deactivate'), pick: fc.nat() }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(scenes, exceptions, steps, (scene, lines, list) => {
      const { priorities } = build(scene);
      for (const n of lines.filter((one) => one > 15)) {
        priorities.lines[priorities.wordOf(n)] = priorities.lines[priorities.wordOf(n)]! | priorities.bitOf(n);
      }
      const numbers = [...new Set([...scene.pending, ...scene.enabled, ...scene.active, 3, 15])];
      for (const { act, pick } of list) {
        priorities[act as 'pend'](numbers[pick % numbers.length]!);
        const found = [priorities.candidate, priorities.preempts, priorities.executionPriority(), priorities.anyActive];
        priorities.search();
        expect(found).toEqual([
          priorities.candidate,
          priorities.preempts,
          priorities.executionPriority(),
          priorities.activeCount > 0,
        ]);
      }
    }),
    { numRuns: 500 },
  );
});
