import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../device-harness.js';
import { clint } from './clint.js';
import { Counter64 } from './counter64.js';

const MSIP = 0;
const MTIMECMP = 0x4000;
const MTIME = 0xbff8;

/** The device with a counter of its clock's ticks, at a tenth of the CPU clock. */
function harness(harts = 1) {
  const words = new Int32Array(Counter64.WORDS);
  let now = () => 0;
  const h = new DeviceHarness(clint(new Counter64(words, () => now()), harts), {
    cpu: 100_000_000,
    clocks: { mtime: 10_000_000 },
    clock: 'mtime',
  });
  now = () => h.instance.clock.now();
  const wire = (name: string) => h.signal(name).level;
  const write64 = (offset: number, value: bigint) => {
    h.write(offset, Number(value & 0xffff_ffffn));
    h.write(offset + 4, Number(value >> 32n));
  };
  return { h, wire, write64 };
}

describe('the CLINT (FU540 9, Priv 3.2.1)', () => {
  test('bit 0 of msip is the software interrupt of its hart', () => {
    const { h, wire } = harness(4);
    h.write(MSIP + 4 * 2, 0xffff_ffff);
    expect([0, 1, 2, 3].map((hart) => wire(`hart${hart}.msip`))).toEqual([0, 0, 1, 0]);
    expect(h.read(MSIP + 4 * 2)).toBe(1);
    h.write(MSIP + 4 * 2, 0);
    expect(wire('hart2.msip')).toBe(0);
  });

  test('the timer interrupt is pending while mtime ≥ mtimecmp, for each hart by its own', () => {
    const { h, wire, write64 } = harness(2);
    write64(MTIMECMP, 100n);
    write64(MTIMECMP + 8, 150n);
    h.run(999);
    expect([wire('hart0.mtip'), h.read(MTIME)]).toEqual([0, 99]);
    h.run(1);
    expect([wire('hart0.mtip'), wire('hart1.mtip')]).toEqual([1, 0]);
    h.run(500);
    expect(wire('hart1.mtip')).toBe(1);
    write64(MTIMECMP, 151n);
    expect(wire('hart0.mtip')).toBe(0);
  });

  test('mtime can be written, in words and in bytes, and is compared anew', () => {
    const { h, wire, write64 } = harness();
    write64(MTIMECMP, 0x2_0000_0000n);
    write64(MTIME, 0x1_ffff_fffen);
    expect(wire('hart0.mtip')).toBe(0);
    h.run(20);
    expect([wire('hart0.mtip'), h.read(MTIME), h.read(MTIME + 4)]).toEqual([1, 0, 2]);
    h.write(MTIME + 4, 1, 1);
    expect([wire('hart0.mtip'), h.read(MTIME + 4)]).toEqual([0, 1]);
    h.write(MTIME + 2, 0x1234, 2);
    expect(h.read(MTIME)).toBe(0x1234_0000);
  });

  test('a reset sets mtime to 0 and lets go of everything', () => {
    const { h, wire, write64 } = harness();
    h.write(MSIP, 1);
    write64(MTIMECMP, 0n);
    h.run(100);
    h.instance.reset('system');
    expect([wire('hart0.msip'), wire('hart0.mtip'), h.read(MTIME)]).toEqual([0, 0, 0]);
    expect([h.read(MTIMECMP), h.read(MTIMECMP + 4)]).toEqual([0xffff_ffff, 0xffff_ffff]);
  });

  test('a number of harts that no CLINT has is refused', () => {
    const counter = new Counter64(new Int32Array(Counter64.WORDS), () => 0);
    expect(() => clint(counter, 0)).toThrow('a CLINT of 0 harts');
  });
});
