import { describe, expect, test } from 'vitest';
import { MEMORY_ACCESS } from '../../device.js';
import { DeviceHarness } from '../../device-harness.js';
import { checkDeviceState } from '../../device-state-check.js';
import { cfiFlash } from './cfi-flash.js';

const READY = 0x0080_0080;
const BLOCK = 0x4_0000;
const both = (command: number) => command * 0x0001_0001;

function flash(image?: Uint8Array) {
  const h = new DeviceHarness(cfiFlash(image && { image }));
  const command = (offset: number, ...commands: number[]) => {
    for (const one of commands) h.write(offset, both(one));
  };
  const program = (offset: number, value: number) => {
    command(offset, 0x40);
    h.write(offset, value);
    h.runNanoseconds(10_000);
  };
  const erase = (offset: number) => {
    command(offset, 0x20, 0xd0);
    h.runNanoseconds(10_000_000);
  };
  return { h, command, program, erase, status: () => h.handle.status };
}

describe('flash with the common flash interface (JESD68.01)', () => {
  test('the query says QRY, command set, size, blocks and buffer', () => {
    const { h, command } = flash();
    command(0x55 * 4, 0x98);
    const word = (address: number) => h.read(address * 4);
    expect([0x10, 0x11, 0x12].map((at) => word(at))).toEqual([...'QRY'].map((c) => both(c.charCodeAt(0))));
    expect([word(0x13), word(0x15)]).toEqual([both(1), both(0x31)]);
    expect([2 ** (word(0x27) & 0xff), word(0x2c) & 0xff]).toEqual([16 * 1024 * 1024, 1]);
    const [low, high, sizeLow, sizeHigh] = [0x2d, 0x2e, 0x2f, 0x30].map((at) => word(at) & 0xff);
    expect([low! + high! * 256 + 1, (sizeLow! + sizeHigh! * 256) * 256]).toEqual([128, 128 * 1024]);
    expect(h.read(0x10 * 4 + 2, 2)).toBe(0x51);
    command(0, 0xff);
    expect(h.read(0)).toBe(0xffff_ffff);
  });

  test('identifiers', () => {
    const { h, command } = flash();
    command(0, 0x90);
    expect([h.read(0), h.read(4)]).toEqual([both(0x89), both(0x18)]);
  });
});

describe("Intel's commands", () => {
  test('an image can be read in every width', () => {
    const { h } = flash(Uint8Array.of(1, 2, 3, 4, 5));
    expect([h.read(0), h.read(2, 2), h.read(3, 1), h.read(4)]).toEqual([0x0403_0201, 0x0403, 4, 0xffff_ff05]);
  });

  test('a word is programmed, and the status is ready when it is', () => {
    const { h, command } = flash();
    command(0x100, 0x40);
    h.write(0x100, 0x1234_5678);
    expect(h.read(0x100)).toBe(0);
    h.runNanoseconds(9_900);
    expect(h.read(0x100)).toBe(0);
    h.runNanoseconds(200);
    expect(h.read(0x100)).toBe(READY);
    command(0, 0xff);
    expect([h.read(0x100), h.read(0x104)]).toEqual([0x1234_5678, 0xffff_ffff]);
  });

  test('programming makes zeros only; what was not erased is told', () => {
    const { h, command, program } = flash();
    program(0, 0xffff_0000);
    program(0, 0x00ff_ffff);
    command(0, 0xff);
    expect(h.read(0)).toBe(0x00ff_0000);
    expect(h.problems.map(({ rule }) => rule)).toEqual(['flash-programming']);
  });

  test('a block is erased, its neighbours are not', () => {
    const { h, command, program, erase } = flash();
    for (const offset of [BLOCK - 4, BLOCK, 2 * BLOCK - 4, 2 * BLOCK]) program(offset, 0);
    erase(BLOCK + 0x1000);
    command(0, 0xff);
    expect([BLOCK - 4, BLOCK, 2 * BLOCK - 4, 2 * BLOCK].map((at) => h.read(at))).toEqual([
      0, 0xffff_ffff, 0xffff_ffff, 0,
    ]);
  });

  test('the buffer takes as many writes as were announced', () => {
    const { h, command, status } = flash();
    command(BLOCK, 0xe8);
    expect(h.read(BLOCK)).toBe(READY);
    h.write(BLOCK, both(3));
    for (let i = 0; i < 4; i++) h.write(BLOCK + 4 * i, i);
    command(BLOCK, 0xd0);
    expect(status() & 0x80).toBe(0);
    h.runNanoseconds(100_000);
    command(BLOCK, 0xff);
    expect([0, 1, 2, 3, 4].map((i) => h.read(BLOCK + 4 * i))).toEqual([0, 1, 2, 3, 0xffff_ffff]);
  });

  test.each([
    ['too many writes', [0xe8, 0x400]],
    ['an erase that is not confirmed', [0x20, 0xff]],
    ['a lock command that is none', [0x60, 0x77]],
  ] as const)('%s: both error bits, until the status is cleared', (_, writes) => {
    const { h, command, status } = flash();
    for (const value of writes) h.write(0, value);
    expect(status()).toBe(0xb0);
    command(0, 0x50);
    expect([status(), h.read(0)]).toEqual([0x80, 0xffff_ffff]);
  });

  test('a locked block is neither programmed nor erased', () => {
    const { h, command, program, erase, status } = flash();
    program(BLOCK, 0);
    command(BLOCK, 0x60, 0x01);
    h.runNanoseconds(10_000);
    erase(BLOCK);
    expect(status()).toBe(0xa2);
    command(0, 0x50);
    program(BLOCK + 4, 0);
    expect(status()).toBe(0x92);
    command(BLOCK, 0x90);
    expect([h.read(BLOCK + 8), h.read(8)]).toEqual([both(1), 0]);
    command(BLOCK, 0x50, 0x60, 0xd0);
    h.runNanoseconds(10_000);
    erase(BLOCK);
    expect([status(), h.problems]).toEqual([0x80, []]);
  });

  test('a command while it is busy is lost, and told', () => {
    const { h, command } = flash();
    command(0, 0x20, 0xd0, 0xff);
    expect(h.problems[0]!.what).toBe('cfi-flash was written with 0xff while it was busy: the write is lost');
    expect(h.read(0)).toBe(0);
  });

  test('a reset ends what was going on; contents stay', () => {
    const { h, command, program } = flash();
    program(0, 0x1234);
    command(0, 0x20);
    h.instance.reset('system');
    expect([h.read(0), h.handle.status]).toEqual([0x1234, 0x80]);
    expect([...h.handle.contents(0, 4)]).toEqual([0x34, 0x12, 0, 0]);
  });

  test('keeps nothing outside its state', () => {
    const scenario = (h: DeviceHarness<object>) => {
      h.write(0, both(0x40));
      h.write(0, 0x55);
      h.runNanoseconds(20_000);
      h.write(0, both(0xe8));
      h.write(0, 1);
      h.write(4, 2);
      return h.read(0);
    };
    expect(checkDeviceState(cfiFlash(), scenario)).toBeUndefined();
  });
});

describe('cells that are a memory of the machine', () => {
  function executable() {
    const cells = new Uint8Array(0x4_0000).fill(0xff);
    const h = new DeviceHarness(cfiFlash({ executable: true }), { memories: { cells } });
    const command = (...commands: number[]) => {
      for (const one of commands) h.store('cells', 0, both(one));
    };
    return { h, cells, command, access: () => h.signal('access').level };
  }

  test('its reads are those of the memory in read-array mode, and answered by the flash in any other', () => {
    const { h, command, access } = executable();
    expect(access()).toBe(MEMORY_ACCESS.open);
    command(0x90);
    expect([access(), h.load('cells', 4)]).toEqual([MEMORY_ACCESS.answered, both(0x18)]);
    command(0xff);
    expect(access()).toBe(MEMORY_ACCESS.open);
  });

  test('a word is programmed, which makes zeros only, and a block erased', () => {
    const { h, cells, command, access } = executable();
    for (const value of [0xffff_0000, 0x00ff_ffff]) {
      command(0x40);
      h.store('cells', 8, value);
      expect([access(), h.load('cells', 8)]).toEqual([MEMORY_ACCESS.answered, 0]);
      h.runNanoseconds(10_000);
      expect(h.load('cells', 8)).toBe(READY);
    }
    expect([...cells.subarray(8, 12)]).toEqual([0, 0, 0xff, 0]);
    command(0x20, 0xd0);
    h.runNanoseconds(10_000_000);
    command(0xff);
    expect([access(), cells[8], h.handle.contents(8, 1)[0]]).toEqual([MEMORY_ACCESS.open, 0xff, 0xff]);
  });

  test('a reset makes it an array again', () => {
    const { h, command, access } = executable();
    command(0x70);
    h.instance.reset('system');
    expect(access()).toBe(MEMORY_ACCESS.open);
  });
});
