import { describe, expect, test } from 'vitest';
import { plic, plicContexts, VIRT_PLIC } from '../../src/emu/cpu/riscv/plic.js';
import { DeviceHarness } from '../../src/emu/device-harness.js';

const PRIORITY = 0;
const PENDING = 0x1000;
const ENABLE = [0x2000, 0x2080] as const;
const THRESHOLD = [0x20_0000, 0x20_1000] as const;
const CLAIM = [0x20_0004, 0x20_1004] as const;

function harness() {
  const h = new DeviceHarness(plic(VIRT_PLIC));
  const enable = (source: number, priority: number, context = 0) => {
    const offset = ENABLE[context]! + 4 * (source >> 5);
    h.write(offset, h.read(offset) | (1 << (source & 31)));
    h.write(PRIORITY + 4 * source, priority);
  };
  return { h, enable, line: (source: number) => h.signal(`irq${source}`) };
}

describe('the PLIC (RISC-V PLIC specification 1.0.0)', () => {
  test('a request is pending until it is claimed, also when its line falls before', () => {
    const { h, enable, line } = harness();
    enable(10, 1);
    line(10).set(1);
    expect([h.signal('hart0.meip').level, h.read(PENDING)]).toEqual([1, 1 << 10]);
    line(10).set(0);
    expect(h.signal('hart0.meip').level).toBe(1);
    expect(h.read(CLAIM[0])).toBe(10);
    expect([h.signal('hart0.meip').level, h.read(PENDING), h.read(CLAIM[0])]).toEqual([0, 0, 0]);
  });

  test('a line that stays high asks again only after completion', () => {
    const { h, enable, line } = harness();
    enable(10, 1);
    line(10).set(1);
    h.read(CLAIM[0]);
    line(10).set(0);
    line(10).set(1);
    expect(h.read(PENDING)).toBe(0);
    h.write(CLAIM[0], 10);
    expect([h.signal('hart0.meip').level, h.read(CLAIM[0])]).toEqual([1, 10]);
    line(10).set(0);
    h.write(CLAIM[0], 10);
    expect(h.signal('hart0.meip').level).toBe(0);
  });

  test('a completion for a source that the context has not enabled is ignored', () => {
    const { h, enable, line } = harness();
    enable(10, 1);
    line(10).set(1);
    h.read(CLAIM[0]);
    h.write(CLAIM[1], 10);
    expect(h.read(PENDING)).toBe(0);
  });

  test('the highest priority comes first, then the lowest number; priority 0 never', () => {
    const { h, enable, line } = harness();
    for (const [source, priority] of [
      [3, 2],
      [40, 7],
      [95, 7],
      [5, 0],
      [64, 7],
    ] as const) {
      enable(source, priority);
      line(source).set(1);
    }
    expect([1, 2, 3, 4, 5].map(() => h.read(CLAIM[0]))).toEqual([40, 64, 95, 3, 0]);
  });

  test('the threshold masks the interrupt, not the claim', () => {
    const { h, enable, line } = harness();
    enable(10, 3);
    line(10).set(1);
    h.write(THRESHOLD[0], 3);
    expect(h.signal('hart0.meip').level).toBe(0);
    h.write(THRESHOLD[0], 2);
    expect(h.signal('hart0.meip').level).toBe(1);
    h.write(THRESHOLD[0], 7);
    expect(h.read(CLAIM[0])).toBe(10);
  });

  test('each context has its own enables and threshold', () => {
    const { h, enable, line } = harness();
    enable(10, 1, 1);
    line(10).set(1);
    expect([h.signal('hart0.meip').level, h.signal('hart0.seip').level]).toEqual([0, 1]);
    expect([h.read(CLAIM[0]), h.read(CLAIM[1])]).toEqual([0, 10]);
  });

  test('priorities keep three bits, and source 0 has none', () => {
    const { h } = harness();
    h.write(PRIORITY + 4, 0xffff_ffff);
    h.write(PRIORITY, 7);
    expect([h.read(PRIORITY + 4), h.read(PRIORITY)]).toEqual([7, 0]);
  });
});

describe('a PLIC of other measures', () => {
  test("FE310's: 52 sources, one context", () => {
    const h = new DeviceHarness(plic({ sources: 52, priorities: 7, contexts: ['hart0.meip'] }));
    h.write(0x2000, 0xffff_ffff);
    h.write(0x2004, 0xffff_ffff);
    expect([h.read(0x2000), h.read(0x2004)]).toEqual([0xffff_fffe, 0x001f_ffff]);
    h.write(4 * 52, 7);
    h.signal('irq52').set(1);
    expect([h.signal('hart0.meip').level, h.read(CLAIM[0])]).toEqual([1, 52]);
    expect(h.problems).toEqual([]);
  });

  test('contexts in the order of FU540 10.1, each with its own wire', () => {
    const contexts = plicContexts('M,MS,MS');
    expect(contexts).toEqual(['hart0.meip', 'hart1.meip', 'hart1.seip', 'hart2.meip', 'hart2.seip']);
    const h = new DeviceHarness(plic({ sources: 53, priorities: 7, contexts }));
    h.write(4 * 7, 1);
    h.write(0x2000 + 0x80 * 4, 1 << 7);
    h.signal('irq7').set(1);
    expect(contexts.map((context) => h.signal(context).level)).toEqual([0, 0, 0, 0, 1]);
    expect(h.read(0x20_0004 + 0x1000 * 4)).toBe(7);
  });

  test('levels that are not there: the highest one of a mask, or of a count', () => {
    const h = new DeviceHarness(plic({ sources: 3, priorities: 5, contexts: ['hart0.meip'] }));
    h.write(4, 0xffff_ffff);
    h.write(8, 9);
    h.write(THRESHOLD[0], 6);
    expect([h.read(4), h.read(8), h.read(THRESHOLD[0])]).toEqual([5, 1, 5]);
  });
});
