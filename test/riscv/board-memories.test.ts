import { describe, expect, test } from 'vitest';
import { microchipIcicleKit, sifiveUBoard } from '../../src/boards/index.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';

/** A program at an address that stores 1 to others and stays where it is then. */
function storing(at: number, ...addresses: readonly number[]): LoadSegment {
  const stores = addresses.flatMap((address) => [(address & 0xffff_f000) | 0x2b7, 0x0062_a023]); // lui t0, address; sw t1, (t0)
  const words = Uint32Array.of(0x0010_0313, ...stores, 0x0000_006f); // li t1, 1; …; j .
  return { physicalAddress: at, data: new Uint8Array(words.buffer) };
}

type Chip = { createMachine(options: { image: readonly LoadSegment[] }): Machine };
interface Machine {
  runCycles(cycles: number): unknown;
  readonly guestErrors: readonly unknown[];
  readonly bus: { peek(address: number, size: number): number | undefined };
}

function stored(board: unknown, at: number, ...addresses: readonly number[]) {
  const machine = (board as Chip).createMachine({ image: [storing(at, ...addresses)] });
  machine.runCycles(1000);
  return { words: addresses.map((address) => machine.bus.peek(address, 4)), errors: machine.guestErrors };
}

const ITIMS = [0x180_0000, 0x180_8000, 0x181_0000, 0x181_8000, 0x182_0000];
const [LIM, ZERO_DEVICE] = [0x800_0000, 0xa00_0000];

describe('HiFive Unleashed', () => {
  test.each([
    [0, 0x8000_0000],
    [1, 0x2000_0000],
    [6, LIM],
    [11, LIM],
  ])('mode %i starts it where QEMU does, and its memories keep what is stored', (msel, at) => {
    const places = [0x100_0000, ...ITIMS, ZERO_DEVICE];
    expect(stored(sifiveUBoard({ msel, harts: 4 }), at, ...places)).toEqual({ words: places.map(() => 1), errors: [] });
  });

  test('a mode that leads nowhere here is refused', () => {
    expect(() => sifiveUBoard({ msel: 5 })).toThrow('msel 5');
  });
});

describe('Icicle Kit', () => {
  test.each([
    ['DDR, if eNVM is empty', 0x8000_0000],
    ['eNVM behind its header', 0x2022_0100],
  ])('starts in %s, and its memories keep what is stored', (_, at) => {
    const places = [0x100_0000, ...ITIMS, LIM, ZERO_DEVICE];
    expect(stored(microchipIcicleKit, at, ...places)).toEqual({ words: places.map(() => 1), errors: [] });
  });
});
