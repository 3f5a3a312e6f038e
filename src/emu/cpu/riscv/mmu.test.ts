import { describe, expect, test } from 'vitest';
import { HartHarness, RAM } from './hart-harness.js';
import { NO_ACCESS, NO_PAGE, PTE } from './mmu.js';
import { RIGHT } from './pmp.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import { wordsOf } from './wide.js';

const { supervisor, user, machine } = PRIVILEGE;
const { V, R, W, X, U, A, D } = PTE;
const ROOT = RAM + 0x1_0000;
const PAGE = RAM + 0x2_0000;
const [SUM, MXR] = [1 << 18, 1 << 19];

/** Tables of one width; `entry(address, physical, flags, level)` makes a leaf, and the tables that lead there. */
class Tables {
  readonly harness: HartHarness;
  readonly #wide: boolean;
  #free = ROOT + 0x1000;

  constructor(xlen: 32 | 64, options = {}) {
    this.harness = new HartHarness({ xlen, ...options });
    this.#wide = xlen === 64;
    this.harness.write('pmpaddr0', -1);
    this.harness.write('pmpcfg0', 0x1f);
    const frame = BigInt(ROOT >>> 12);
    this.harness.write('satp', this.#wide ? (8n << 60n) | frame : (1n << 31n) | frame);
  }
  get levels(): number {
    return this.#wide ? 3 : 2;
  }
  get bits(): number {
    return this.#wide ? 9 : 10;
  }
  /** Address of the entry that maps a page at a level; tables on the way are made. */
  place(address: bigint, level = 0): number {
    let table = ROOT;
    for (let at = this.levels - 1; ; at--) {
      const index = Number((address >> BigInt(12 + at * this.bits)) & BigInt((1 << this.bits) - 1));
      const place = table + index * (this.#wide ? 8 : 4);
      if (at === level) return place;
      if (this.get(place) === 0n) {
        this.put(place, (BigInt(this.#free >>> 12) << 10n) | BigInt(V));
        this.#free += 0x1000;
      }
      table = Number((this.get(place) >> 10n) << 12n);
    }
  }
  map(address: bigint, physical: bigint | number, flags: number, level = 0): number {
    const place = this.place(address, level);
    this.put(place, ((BigInt(physical) >> 12n) << 10n) | BigInt(flags));
    return place;
  }
  put(place: number, entry: bigint): void {
    const [low, high] = wordsOf(entry);
    this.harness.bus.poke(place, 4, low);
    if (this.#wide) this.harness.bus.poke(place + 4, 4, high);
  }
  get(place: number): bigint {
    const low = BigInt(this.harness.bus.peek(place, 4)!);
    return this.#wide ? (BigInt(this.harness.bus.peek(place + 4, 4)!) << 32n) | low : low;
  }
  translate(address: bigint, right: number, privilege: Privilege = supervisor): number {
    return this.harness.hart.mmu.translate(...wordsOf(address), right, privilege);
  }
  /** Which of reads, writes and fetches are let through. */
  may(address: bigint, privilege: Privilege): string {
    const rights = { r: RIGHT.read, w: RIGHT.write, x: RIGHT.execute };
    return Object.entries(rights)
      .flatMap(([name, right]) => (this.translate(address, right, privilege) >= 0 ? name : []))
      .join('');
  }
}

const AT = 0x1234_5000n;

describe.each([
  ['Sv32', 32],
  ['Sv39', 64],
] as const)('%s', (_, xlen) => {
  test('translates pages through all levels (Priv 4.3.2)', () => {
    const tables = new Tables(xlen);
    tables.map(AT, PAGE, V | R | W | A | D);
    expect(tables.translate(AT + 0x123n, RIGHT.read)).toBe(PAGE + 0x123);
    expect(tables.harness.hart.mmu.walked.length).toBe(tables.levels);
    expect(tables.translate(AT + 0x1000n, RIGHT.read)).toBe(NO_PAGE);
  });

  test('satp.MODE and machine mode decide whether it does (Priv 4.1.11)', () => {
    const { harness } = new Tables(xlen);
    expect([user, supervisor, machine].map((privilege) => harness.hart.mmu.translates(privilege))).toEqual([
      true,
      true,
      false,
    ]);
    harness.write('satp', 0);
    expect(harness.hart.mmu.translates(user)).toBe(false);
  });

  test('superpages keep the rest of the address; misaligned ones are page faults', () => {
    const tables = new Tables(xlen);
    const size = 1n << BigInt(12 + tables.bits);
    tables.map(size * 5n, BigInt(RAM), V | R | A, 1);
    expect(tables.translate(size * 5n + 0x1_2345n, RIGHT.read)).toBe(RAM + 0x1_2345);
    tables.map(size * 6n, BigInt(RAM) + 0x1000n, V | R | A, 1);
    expect(tables.translate(size * 6n, RIGHT.read)).toBe(NO_PAGE);
  });

  test('entries that are not valid, reserved, or no leaf at the end are page faults', () => {
    const tables = new Tables(xlen);
    for (const flags of [0, R | A, V | W | A | D, V | W | X | A | D, V, V | A]) {
      tables.map(AT, PAGE, flags);
      expect(tables.translate(AT, RIGHT.write), `${flags}`).toBe(NO_PAGE);
    }
    const pointer = tables.place(AT, 1);
    for (const bit of [A, D, U]) {
      tables.map(AT, PAGE, V | R | A);
      expect(tables.translate(AT, RIGHT.read)).toBe(PAGE);
      tables.put(pointer, tables.get(pointer) | BigInt(bit));
      expect(tables.translate(AT, RIGHT.read), `${bit} in a pointer`).toBe(NO_PAGE);
      tables.put(pointer, tables.get(pointer) & ~BigInt(bit));
    }
  });

  test('R, W, X and U say who may what; SUM and MXR widen that (Priv 4.3.1, 3.1.6.3)', () => {
    const tables = new Tables(xlen);
    const cases: [number, number, string, string][] = [
      [R, 0, 'r', ''],
      [R | W, 0, 'rw', ''],
      [X, 0, 'x', ''],
      [X, MXR, 'rx', ''],
      [R | W | X, 0, 'rwx', ''],
      [R | W | X | U, 0, '', 'rwx'],
      [R | W | X | U, SUM, 'rw', 'rwx'],
      [X | U, SUM, '', 'x'],
      [X | U, SUM | MXR, 'r', 'rx'],
      [R | U, SUM, 'r', 'r'],
    ];
    for (const [flags, status, s, u] of cases) {
      tables.map(AT, PAGE, V | A | D | flags);
      tables.harness.write('mstatus', status);
      expect([tables.may(AT, supervisor), tables.may(AT, user)], `${flags} with ${status}`).toEqual([s, u]);
    }
  });

  test('the walker sets A, and D for stores', () => {
    const tables = new Tables(xlen);
    const place = tables.map(AT, PAGE, V | R | W);
    const flags = () => Number(tables.get(place) & 0x3ffn);
    expect(tables.translate(AT, RIGHT.read)).toBe(PAGE);
    expect(flags()).toBe(V | R | W | A);
    expect(tables.harness.hart.mmu.rights).toBe(RIGHT.read);
    expect(tables.translate(AT, RIGHT.write)).toBe(PAGE);
    expect(flags()).toBe(V | R | W | A | D);
    expect(tables.harness.hart.mmu.rights).toBe(RIGHT.read | RIGHT.write);
  });

  test('or leaves that to software, by a page fault', () => {
    const tables = new Tables(xlen, { ad: 'fault' });
    const place = tables.map(AT, PAGE, V | R | W);
    expect(tables.may(AT, supervisor)).toBe('');
    tables.map(AT, PAGE, V | R | W | A);
    expect(tables.may(AT, supervisor)).toBe('r');
    expect(Number(tables.get(place) & 0x3ffn)).toBe(V | R | W | A);
  });

  test('a pure look changes nothing, and finds what needs no change', () => {
    const tables = new Tables(xlen);
    const place = tables.map(AT, PAGE, V | R);
    const { mmu } = tables.harness.hart;
    const look = () => mmu.translate(...wordsOf(AT), RIGHT.read, supervisor, true);
    expect(look()).toBe(NO_PAGE);
    expect(Number(tables.get(place) & 0x3ffn)).toBe(V | R);
    tables.map(AT, PAGE, V | R | A);
    expect(look()).toBe(PAGE);
  });

  test('tables that physical protection or the bus refuses are access faults (Priv 3.7.1, 4.3.2)', () => {
    const tables = new Tables(xlen);
    tables.map(AT, PAGE, V | R | W | A);
    const { harness } = tables;
    // the root may be neither read nor written, the rest may
    harness.write('pmpaddr0', (ROOT >>> 2) | 0x1ff);
    harness.write('pmpcfg0', 0x18);
    harness.write('pmpaddr1', -1);
    harness.write('pmpcfg0', 0x1f18);
    expect(tables.translate(AT, RIGHT.read)).toBe(NO_ACCESS);
    harness.write('pmpcfg0', 0x1f19);
    expect(tables.translate(AT, RIGHT.read)).toBe(PAGE);
    tables.put(tables.place(AT, 1), (0x100n << 10n) | BigInt(V));
    expect(tables.translate(AT, RIGHT.read)).toBe(NO_ACCESS);
  });

  test('A and D are not set where a store is refused', () => {
    const tables = new Tables(xlen);
    const place = tables.map(AT, PAGE, V | R | W);
    tables.harness.write('pmpaddr0', (place >>> 12) * 0x400 + 0x1ff);
    tables.harness.write('pmpaddr1', -1);
    tables.harness.write('pmpcfg0', 0x1f19);
    expect(tables.translate(AT, RIGHT.read)).toBe(NO_ACCESS);
    expect(Number(tables.get(place) & 0x3ffn)).toBe(V | R | W);
  });
});

test('Sv39: bits 63–39 are copies of bit 38 (Priv 4.4.1)', () => {
  const tables = new Tables(64);
  tables.map(-0x1000n, PAGE, V | R | A);
  expect(tables.translate(-0x1000n, RIGHT.read)).toBe(PAGE);
  expect(tables.translate(BigInt.asUintN(39, -0x1000n), RIGHT.read)).toBe(NO_PAGE);
  expect(tables.translate(BigInt.asUintN(63, -0x1000n), RIGHT.read)).toBe(NO_PAGE);
  expect(tables.translate(1n << 40n, RIGHT.read)).toBe(NO_PAGE);
});

test('Sv39: bits 63–54 of an entry are reserved', () => {
  const tables = new Tables(64);
  const place = tables.map(AT, PAGE, V | R | A);
  for (const bit of [54n, 60n, 61n, 62n, 63n]) {
    tables.map(AT, PAGE, V | R | A);
    tables.put(place, tables.get(place) | (1n << bit));
    expect(tables.translate(AT, RIGHT.read), `bit ${bit}`).toBe(NO_PAGE);
  }
});

test('Sv32 reaches 34 bits, of which the bus has 32', () => {
  const tables = new Tables(32);
  tables.map(AT, 0x3_0000_0000n, V | R | A);
  expect(tables.translate(AT, RIGHT.read)).toBe(0x3_0000_0000);
});
