import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { SemihostingOptions } from '../../src/emu/cpu/armv7m/semihosting.js';
import { FileError, SandboxedFiles } from '../../src/emu/cpu/armv7m/semihosting-files.js';
import { RAM, rig } from './rig.js';
import { bkpt, type Code, mov32, movRegister, movs, stay } from './thumb.js';

const base = mkdtempSync(join(tmpdir(), 'fwtest-semihosting-'));
const inside = join(base, 'inside');
mkdirSync(inside);
writeFileSync(join(base, 'secret'), 'secret');
writeFileSync(join(inside, 'a.txt'), 'hello');
symlinkSync(base, join(inside, 'up'));
symlinkSync(join(base, 'secret'), join(inside, 'link'));
afterAll(() => rmSync(base, { recursive: true }));

const BLOCK = RAM + 0x3000;
const TEXT = RAM + 0x4000;
const BUFFER = RAM + 0x5000;

/** One call after the other, as the guest makes them: each waits for the breakpoint after it. */
function guest(options?: SemihostingOptions) {
  const call: Code = [...bkpt(0xab), ...movRegister(4, 0), ...movs(5, 1), ...stay];
  const run = rig([...mov32(0, 0), ...mov32(1, 0), ...call]);
  const { cpu, machine } = run;
  if (options) cpu.semihosting.enable(options);
  const at = 0x1000 + 16;
  const poke = (address: number, bytes: Uint8Array | string): void =>
    machine.bus.fill(address, Buffer.from(bytes as string));
  return {
    ...run,
    poke,
    call(operation: number, argument: number): number {
      cpu.pc = at;
      cpu.setRegister('r0', operation);
      cpu.setRegister('r1', argument);
      cpu.setRegister('r5', 0);
      machine.runCycles(50);
      return cpu.register('r4') | 0;
    },
    block(...words: number[]): number {
      for (const [i, word] of words.entries()) machine.bus.poke(BLOCK + 4 * i, 4, word);
      return BLOCK;
    },
    text(text: string): [number, number] {
      poke(TEXT, `${text}\0`);
      return [TEXT, Buffer.byteLength(text)];
    },
    open(name: string, mode: number): number {
      const [address, length] = this.text(name);
      return this.call(1, this.block(address, mode, length));
    },
  };
}

describe('console', () => {
  test('WRITEC, WRITE0 and WRITE to :tt', () => {
    const g = guest({});
    g.text('hello ');
    g.call(4, TEXT);
    g.text('!');
    g.call(3, TEXT);
    const out = g.open(':tt', 4);
    g.poke(BUFFER, 'bytes');
    expect(g.call(5, g.block(out, BUFFER, 5))).toBe(0);
    expect(g.cpu.semihosting.text).toBe('hello !bytes');
    expect(g.call(9, g.block(out))).toBe(1);
  });

  test('READC halts the core until something is typed', () => {
    const g = guest({});
    g.call(7, 0);
    expect(g.cpu.sleeping).toBe(true);
    expect(g.cpu.register('r5')).toBe(0);
    g.cpu.semihosting.type('xy');
    g.machine.runCycles(50);
    expect(g.cpu.register('r4')).toBe('x'.charCodeAt(0));
    expect(g.call(7, 0)).toBe('y'.charCodeAt(0));
  });

  test('READ of :tt gives what there is, and the number of bytes missing', () => {
    const g = guest({});
    g.cpu.semihosting.type('abc');
    const input = g.open(':tt', 0);
    expect(g.call(6, g.block(input, BUFFER, 10))).toBe(7);
    expect(Buffer.from(g.machine.bus.bytes(BUFFER, 3)).toString()).toBe('abc');
  });

  test('what was written and typed goes back with a restore', () => {
    const g = guest({});
    const before = g.machine.snapshot();
    g.text('later');
    g.call(4, TEXT);
    g.machine.restore(before);
    expect(g.cpu.semihosting.text).toBe('');
  });
});

describe('exit', () => {
  test('EXIT with ApplicationExit is 0, any other reason 1; the core stays where it is', () => {
    const good = guest({});
    const codes: unknown[] = [];
    good.machine.on('exit', ({ code }) => codes.push(code));
    good.call(0x18, 0x2_0026);
    expect(good.cpu.semihosting.exitCode).toBe(0);
    expect(codes).toEqual([0]);
    good.machine.runCycles(1000);
    good.cpu.semihosting.type('x');
    expect(good.cpu.sleeping).toBe(true);
    expect(good.cpu.register('r5')).toBe(0);
    const bad = guest({});
    bad.call(0x18, 0x2_0023);
    expect(bad.cpu.semihosting.exitCode).toBe(1);
  });
  test('EXIT_EXTENDED gives the code', () => {
    const g = guest({});
    g.call(0x20, g.block(0x2_0026, 42));
    expect(g.cpu.semihosting.exitCode).toBe(42);
  });
});

test('CLOCK and TIME are machine time', () => {
  const g = guest({ epoch: 1_000_000 });
  g.machine.run({ cycles: 16_000_000 * 3 });
  expect(g.call(0x10, 0)).toBe(300);
  expect(g.call(0x11, 0)).toBe(1_000_003);
});

test('GET_CMDLINE, HEAPINFO, ISERROR, and an unknown operation', () => {
  const g = guest({ commandLine: 'app -v' });
  expect(g.call(0x15, g.block(BUFFER, 100))).toBe(0);
  expect(Buffer.from(g.machine.bus.bytes(BUFFER, 7)).toString()).toBe('app -v\0');
  expect(g.word(BLOCK + 4)).toBe(6);
  expect(g.call(0x15, g.block(BUFFER, 3))).toBe(-1);
  g.call(0x16, g.block(BUFFER));
  expect(g.word(BUFFER)).toBe(0);
  expect(g.call(8, g.block(-1))).toBe(1);
  expect(g.call(0x12, g.block(0))).toBe(-1);
  expect(g.machine.guestErrors.at(-1)!.what).toContain('SYS_SYSTEM');
});

describe('files', () => {
  test('are read, written, sought, renamed and removed below the directory', () => {
    const g = guest({ directory: inside });
    const source = g.open('a.txt', 1);
    expect(source).toBeGreaterThan(0);
    expect(g.call(0x0c, g.block(source))).toBe(5);
    expect(g.call(6, g.block(source, BUFFER, 8))).toBe(3);
    expect(Buffer.from(g.machine.bus.bytes(BUFFER, 5)).toString()).toBe('hello');
    expect(g.call(0x0a, g.block(source, 3))).toBe(0);
    expect(g.call(6, g.block(source, BUFFER, 2))).toBe(0);
    expect(Buffer.from(g.machine.bus.bytes(BUFFER, 2)).toString()).toBe('lo');
    expect(g.call(9, g.block(source))).toBe(0);
    const target = g.open('b.txt', 5);
    g.poke(BUFFER, 'world');
    expect(g.call(5, g.block(target, BUFFER, 5))).toBe(0);
    expect(g.call(2, g.block(target))).toBe(0);
    expect(g.call(2, g.block(target))).toBe(-1);
    expect(g.call(0x13, 0)).toBe(9);
    expect(readFileSync(join(inside, 'b.txt'), 'utf8')).toBe('world');
    const append = g.open('b.txt', 9);
    g.call(5, g.block(append, BUFFER, 2));
    expect(readFileSync(join(inside, 'b.txt'), 'utf8')).toBe('worldwo');
    const [from, length] = g.text('b.txt');
    g.poke(TEXT + 100, 'c.txt');
    expect(g.call(0x0f, g.block(from, length, TEXT + 100, 5))).toBe(0);
    expect(existsSync(join(inside, 'b.txt'))).toBe(false);
    expect(g.call(0x0e, g.block(TEXT + 100, 5))).toBe(0);
    expect(existsSync(join(inside, 'c.txt'))).toBe(false);
  });

  test('a file opened for reading cannot be written, one for writing not be read', () => {
    const g = guest({ directory: inside });
    const source = g.open('a.txt', 0);
    expect(g.call(5, g.block(source, BUFFER, 1))).toBe(-1);
    const target = g.open('w.txt', 4);
    expect(g.call(6, g.block(target, BUFFER, 1))).toBe(-1);
    const both = g.open('w.txt', 6);
    expect(g.call(6, g.block(both, BUFFER, 1))).toBe(1);
  });

  test('a handle and its position go back with a restore', () => {
    const g = guest({ directory: inside });
    const handle = g.open('a.txt', 0);
    g.call(6, g.block(handle, BUFFER, 2));
    const snapshot = g.machine.snapshot();
    g.call(6, g.block(handle, BUFFER, 2));
    g.call(2, g.block(handle));
    g.machine.restore(snapshot);
    g.call(6, g.block(handle, BUFFER, 2));
    expect(Buffer.from(g.machine.bus.bytes(BUFFER, 2)).toString()).toBe('ll');
  });

  test('without a directory there are none, and it is said', () => {
    const g = guest({});
    expect(g.open('a.txt', 0)).toBe(-1);
    expect(g.machine.guestErrors.at(-1)!.what).toContain('no directory is open');
  });

  test(':semihosting-features says what there is', () => {
    const g = guest({});
    const handle = g.open(':semihosting-features', 0);
    expect(g.call(0x0c, g.block(handle))).toBe(5);
    expect(g.call(6, g.block(handle, BUFFER, 5))).toBe(0);
    expect([...g.machine.bus.bytes(BUFFER, 5)]).toEqual([0x53, 0x48, 0x46, 0x42, 3]);
  });

  test.each([
    '../secret',
    '/etc/passwd',
    'up/secret',
    'link',
    'x/../../secret',
    './../secret',
    'C:\\secret',
    '..\\secret',
    '',
    '.',
    'a.txt/b',
  ])('%j does not lead out', (name) => {
    const files = new SandboxedFiles(inside);
    for (const mode of [0, 4, 8]) expect(() => files.open(name, mode)).toThrow(FileError);
    expect(() => files.remove(name)).toThrow(FileError);
    expect(() => files.rename('a.txt', name)).toThrow(FileError);
    expect(readFileSync(join(base, 'secret'), 'utf8')).toBe('secret');
  }); // prettier-ignore

  test('no name leads out of the directory', () => {
    const files = new SandboxedFiles(inside);
    const part = fc.oneof(
      fc.constantFrom('..', '.', 'up', 'link', 'secret', '', '/', '\\', 'a.txt', '\0', '~', 'C:'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('/', '//', '/./', '\\'), (parts, joint) => {
        try {
          const resolved = files.resolve(parts.join(joint));
          return resolved.startsWith(`${inside}/`) && !resolved.slice(inside.length).split('/').includes('..');
        } catch (error) {
          return error instanceof FileError;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('switched off, BKPT 0xAB is a breakpoint like any other', () => {
  const g = guest();
  g.call(4, TEXT);
  expect(g.cpu.faults[0]).toMatchObject({ kind: 'HardFault', cause: 'DebugMonitor' });
});

test('a semihosting block outside memory is a fault of the guest', () => {
  const g = guest({});
  g.call(5, 0x9000_0000);
  expect(g.cpu.faults[0]).toMatchObject({ kind: 'HardFault', cause: 'BusFault', address: 0x9000_0000 });
});
