import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executeNever } from './memory-map.js';
import { mistakeOf, protectionOf } from './mpu-regions.js';
import { MAY } from './protection.js';

interface Setting {
  readonly ctrl: number;
  readonly regions: readonly { readonly rbar: number; readonly rasr: number }[];
}

/** ValidateAddress() and CheckPermission() as B3.5.3 and B2.3 write them, for one address and access: whether it is let through. */
function validate(
  { ctrl, regions }: Setting,
  address: number,
  access: 'read' | 'write' | 'execute',
  privileged: boolean,
) {
  let [hit, ap, xn] = [false, 0, false];
  if (address >>> 20 === 0xe00) [hit, ap, xn] = [true, 3, true];
  else {
    if (ctrl & 4 && privileged) [hit, ap, xn] = [true, 3, executeNever(address)];
    for (const { rbar, rasr } of regions) {
      if ((rasr & 1) === 0) continue;
      const lsbit = ((rasr >>> 1) & 31) + 1;
      if (lsbit < 5) continue;
      if (lsbit < 32 && address >>> lsbit !== rbar >>> lsbit) continue;
      const subregion = (address >>> (lsbit - 3)) & 7;
      if (lsbit >= 8 && (rasr >>> (8 + subregion)) & 1) continue;
      [hit, ap, xn] = [true, (rasr >>> 24) & 7, ((rasr >>> 28) & 1) !== 0];
    }
  }
  if (address >>> 29 === 7) xn = true;
  if (!hit) return false;
  const write = access === 'write';
  const allowed = [false, privileged, privileged || !write, true, false, privileged && !write, !write, !write][ap]!;
  return allowed && !(access === 'execute' && xn);
}

const region = fc.record({
  base: fc.nat(0xffff_ffff),
  size: fc.integer({ min: 3, max: 31 }),
  rest: fc.nat(0xffff_ffff),
});
const setting = fc.record({ ctrl: fc.constantFrom(1, 5), some: fc.array(region, { minLength: 8, maxLength: 8 }) });
const near = fc.nat(0xffff_ffff);

test('any setting of the regions means what the pseudocode of B3.5.3 makes of it', () => {
  fc.assert(
    fc.property(setting, fc.array(near, { minLength: 20, maxLength: 20 }), ({ ctrl, some }, addresses) => {
      const regions = some.map(({ base, size, rest }) => ({
        rbar: base & ~31,
        rasr: (rest & ~0x3e & 0x173f_ff3f) | (size << 1),
      }));
      const protection = protectionOf(
        ctrl,
        regions.map(({ rbar }) => rbar),
        regions.map(({ rasr }) => rasr),
      );
      const edges = regions.flatMap(({ rbar, rasr }) => {
        const size = 2 ** (((rasr >>> 1) & 31) + 1);
        const base = (rbar >>> 0) - ((rbar >>> 0) % size);
        return [base, base - 1, base + size, base + size - 1, base + size / 8, base + (size * 5) / 8 - 1];
      });
      for (const address of [...addresses, ...edges]) {
        if (address < 0 || address > 0xffff_ffff) continue;
        const bits = protection.bitsAt(address);
        const got = [
          MAY.privilegedRead,
          MAY.privilegedWrite,
          MAY.privilegedExecute,
          MAY.userRead,
          MAY.userWrite,
          MAY.userExecute,
        ].map((bit) => (bits & bit) !== 0); // prettier-ignore
        const wanted = [true, false].flatMap((privileged) =>
          (['read', 'write', 'execute'] as const).map((access) =>
            validate({ ctrl, regions }, address, access, privileged),
          ),
        );
        expect([address, ...got]).toEqual([address, ...wanted]);
      }
    }),
    { numRuns: 400 },
  );
});

test('a page may do what all of it may do, and is Device memory if some of it is', () => {
  const rasr = [(3 << 24) | (3 << 16) | (31 << 1) | 1, (1 << 24) | (1 << 16) | (4 << 1) | 1, 0, 0, 0, 0, 0, 0];
  const protection = protectionOf(1, [0, 0x2000_0fe0, 0, 0, 0, 0, 0, 0], rasr);
  const user = MAY.userRead | MAY.userWrite;
  expect(protection.bitsOfPage(0x2000_0000) & (user | MAY.device)).toBe(MAY.device);
  expect(protection.bitsOfPage(0x2000_1000) & (user | MAY.device)).toBe(user);
  expect(protection.bitsOfPage(0x1fff_f000) & user).toBe(user);
});

test('what B3.5.8 and B3.5.9 leave UNPREDICTABLE is named', () => {
  const on = (log2: number, more = 3 << 24) => (more | ((log2 - 1) << 1) | 1) >>> 0;
  expect(mistakeOf(0, on(4))?.what).toBe('has SIZE 3');
  expect(mistakeOf(0x2000_0040, on(7))?.what).toBe('of 128 bytes has the base address 0x20000040');
  expect(mistakeOf(0x2000_0000, on(7, 0x100))?.what).toBe('of 128 bytes has sub-regions disabled');
  expect(mistakeOf(0x2000_0000, on(8, 4 << 24))?.what).toBe('has AP 0b100');
  expect(mistakeOf(0x2000_0080, on(7))).toBeUndefined();
  expect(mistakeOf(0x2000_0001, 0)).toBeUndefined();
});
