import { describe, expect, it } from 'vitest';
import { GUEST_BASE, PAGE_SIZE, READ_TABLE } from './isa/layout.js';
import { MemoryPool } from './memory.js';
import { PageHistory } from './page-history.js';

const BASE = 0x0800_0000;

/** Three pages of erased flash, as a machine starts with them. */
function erasedFlash() {
  const pool = new MemoryPool([{ name: 'flash', size: 3 * PAGE_SIZE, kind: 'rom', fill: 0xff }]);
  const flash = pool.blocks[0]!;
  flash.map(BASE, 0, flash.size);
  flash.clear();
  const words = new Int32Array(pool.memory.buffer);
  const readable = (page: number) => words[(READ_TABLE + ((BASE >>> 12) + page) * 4) >> 2] !== 0;
  const host = new Uint8Array(pool.memory.buffer, GUEST_BASE, flash.size);
  return { pool, flash, readable, host };
}

describe('erased flash', () => {
  it('is erased for whoever looks, and takes bytes of the host only there', () => {
    const { flash, readable, host } = erasedFlash();
    expect([0, 1, 2].map(readable)).toEqual([false, false, false]);
    expect(flash.load(PAGE_SIZE + 4, 4)).toBe(0xffff_ffff);
    expect([0, 1, 2].map(readable)).toEqual([false, true, false]);
    expect([host[0], host[PAGE_SIZE], host[2 * PAGE_SIZE]]).toEqual([0, 0xff, 0]);
  });

  it('keeps its value around what is programmed, across two pages too', () => {
    const { flash } = erasedFlash();
    flash.fill(PAGE_SIZE - 1, Uint8Array.of(1, 2));
    const expected = new Uint8Array(3 * PAGE_SIZE).fill(0xff);
    expected.set([1, 2], PAGE_SIZE - 1);
    expect(Buffer.compare(flash.bytes, expected)).toBe(0);
  });

  it('comes back from snapshots taken before and after somebody looked', () => {
    const { pool, flash } = erasedFlash();
    const history = new PageHistory(pool);
    const erased = history.save();
    flash.store(8, 4, 0x1234_5678);
    const programmed = history.save();
    history.restore(erased);
    expect(flash.load(8, 4)).toBe(0xffff_ffff);
    flash.store(2 * PAGE_SIZE, 1, 0);
    history.restore(programmed);
    expect([flash.load(8, 4), flash.load(2 * PAGE_SIZE, 4)]).toEqual([0x1234_5678, 0xffff_ffff]);
  });
});
