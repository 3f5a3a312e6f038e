import { describe, expect, test } from 'vitest';
import { HartHarness } from './hart-harness.js';
import { ALL_RIGHTS, RIGHT } from './pmp.js';
import { PRIVILEGE, type Privilege } from './privilege.js';

const { machine, supervisor, user } = PRIVILEGE;
const { read, write, execute } = RIGHT;
const [R, W, X, L] = [1, 2, 4, 0x80];
const [TOR, NA4, NAPOT] = [8, 16, 24];

/** Entries as [pmpaddr, pmpcfg], from entry 0 on. */
function protect(xlen: 32 | 64, ...entries: [bigint | number, number][]) {
  const harness = new HartHarness({ xlen });
  for (const [i, [address]] of entries.entries()) harness.write(`pmpaddr${i}`, address);
  const perRegister = xlen / 8;
  for (let i = 0; i < entries.length; i += perRegister) {
    const values = entries.slice(i, i + perRegister).map(([, config], at) => BigInt(config) << BigInt(8 * at));
    harness.write(
      `pmpcfg${i / 4}`,
      values.reduce((sum, one) => sum | one, 0n),
    );
  }
  return harness;
}
const may = (harness: HartHarness, address: number, privilege: Privilege, size = 4) =>
  [read, write, execute].filter((right) => harness.hart.pmp.permits(address, size, right, privilege));

describe.each([32, 64] as const)('RV%i', (xlen) => {
  test('without a match machine mode may everything, the others nothing (Priv 3.7.1)', () => {
    const harness = protect(xlen);
    expect(may(harness, 0x8000_0000, machine)).toEqual([read, write, execute]);
    expect(may(harness, 0x8000_0000, supervisor)).toEqual([]);
    const none = new HartHarness({ xlen, pmpEntries: 0 });
    expect(may(none, 0x8000_0000, user)).toEqual([read, write, execute]);
  });

  test('NA4 matches four bytes', () => {
    const harness = protect(xlen, [0x2000_0001, R | NA4]);
    expect([0x8000_0000, 0x8000_0004, 0x8000_0008].map((at) => may(harness, at, user).length)).toEqual([0, 1, 0]);
  });

  test('NAPOT matches as many bytes as the ones at the end of pmpaddr say', () => {
    const harness = protect(xlen, [0x2000_01ff, R | W | NAPOT]);
    expect(may(harness, 0x8000_0000, supervisor)).toEqual([read, write]);
    expect(may(harness, 0x8000_0ffc, supervisor)).toEqual([read, write]);
    expect(may(harness, 0x8000_1000, supervisor)).toEqual([]);
    const eight = protect(xlen, [0x2000_0000, X | NAPOT]);
    expect([0x8000_0004, 0x8000_0008].map((at) => may(eight, at, user).length)).toEqual([1, 0]);
    const all = protect(xlen, [-1, ALL_RIGHTS | NAPOT]);
    expect([0, 0xffff_fffc].map((at) => may(all, at, user).length)).toEqual([3, 3]);
  });

  test('TOR matches from the address before, the first one from 0; an empty range matches nothing', () => {
    const harness = protect(xlen, [0x100, R | TOR], [0x200, W | R | TOR], [0x180, ALL_RIGHTS | TOR]);
    expect([0, 0x3fc, 0x400, 0x7fc, 0x800].map((at) => may(harness, at, user).length)).toEqual([1, 1, 2, 2, 0]);
  });

  test('the first entry that matches decides, and must match all bytes of an access', () => {
    const harness = protect(xlen, [0x2000_0001, R | NA4], [-1, ALL_RIGHTS | NAPOT]);
    expect(may(harness, 0x8000_0004, user)).toEqual([read]);
    expect(may(harness, 0x8000_0000, user, 8)).toEqual([]);
    expect(may(harness, 0x8000_0000, machine, 8)).toEqual([]);
    expect(may(harness, 0x8000_0008, user, 8)).toEqual([read, write, execute]);
  });

  test('a locked entry binds machine mode, and is not written until a reset', () => {
    const harness = protect(xlen, [0x2000_01ff, R | L | NAPOT]);
    expect(may(harness, 0x8000_0000, machine)).toEqual([read]);
    harness.write('pmpaddr0', 0);
    harness.write('pmpcfg0', 0);
    expect([harness.read('pmpaddr0'), harness.read('pmpcfg0')]).toEqual([0x2000_01ffn, BigInt(R | L | NAPOT)]);
    harness.cluster.reset('software');
    expect(harness.kept('pmpcfg0', 0x1f)).toBe(0x1fn);
  });

  test('the address below a locked TOR entry is locked with it', () => {
    const harness = protect(xlen, [0x100, 0], [0x200, L | R | TOR]);
    expect(harness.kept('pmpaddr0', 5)).toBe(0x100n);
    expect(harness.kept('pmpaddr1', 5)).toBe(0x200n);
    expect(harness.kept('pmpaddr2', 5)).toBe(5n);
  });

  test('pmpcfg keeps R, W, X, A and L; W without R is reserved', () => {
    const harness = protect(xlen);
    expect(harness.kept('pmpcfg0', 0x1f)).toBe(0x1fn);
    expect(harness.kept('pmpcfg0', 0x62)).toBe(0n);
    expect(harness.kept('pmpcfg0', 0x06)).toBe(4n);
  });

  test('entries that are not there are read-only zero', () => {
    const harness = new HartHarness({ xlen, pmpEntries: 8 });
    expect(harness.kept('pmpaddr7', 5)).toBe(5n);
    expect(['pmpaddr8', 'pmpaddr63', 'pmpcfg8', 'pmpcfg14'].map((csr) => harness.kept(csr, -1))).toEqual([
      0n,
      0n,
      0n,
      0n,
    ]);
    expect(new HartHarness({ xlen }).kept('pmpaddr15', -1)).toBe(xlen === 64 ? 2n ** 54n - 1n : 2n ** 32n - 1n);
  });

  test('a page has the rights that hold in all of it', () => {
    const harness = protect(xlen, [0x2000_0001, R | NA4], [-1, ALL_RIGHTS | NAPOT]);
    expect(harness.hart.pmp.pageRights(0x8000_0000, user)).toBe(0);
    expect(harness.hart.pmp.pageRights(0x8000_1000, user)).toBe(ALL_RIGHTS);
    expect(harness.hart.pmp.isOpen(user)).toBe(false);
    // an access that meets an entry in part fails whatever its rights are
    expect(harness.hart.pmp.isOpen(machine)).toBe(false);
    expect(protect(xlen, [0x2000_01ff, R | NAPOT]).hart.pmp.isOpen(machine)).toBe(true);
    expect(protect(xlen, [-1, ALL_RIGHTS | NAPOT]).hart.pmp.isOpen(user)).toBe(true);
  });
});

test('RV64 has addresses beyond 32 bits, which are no reason to forbid anything below', () => {
  const harness = protect(64, [2n ** 53n, ALL_RIGHTS | TOR]);
  expect(harness.hart.pmp.isOpen(user)).toBe(true);
  expect(harness.read('pmpaddr0')).toBe(2n ** 53n);
});
