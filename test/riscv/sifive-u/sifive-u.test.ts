import { describe, expect, test } from 'vitest';
import { microchipIcicleKit } from '../../../src/boards/microchip-icicle-kit.js';
import { sifiveUBoard } from '../../../src/boards/sifive-u.js';
import { boot, finish, results } from '../boot.js';

describe('sifive-u', () => {
  test('clocks, fuses, cache controller, PWM, and the UART by interrupt, from the monitor core', () => {
    const board = boot('sifive-u/firmware/soc.elf', sifiveUBoard({ serial: 0x2019 }));
    const words = finish(board, '20ms');
    expect(words.slice(2, 6)).toEqual([0x2019, 0xffff_dfe6, 0x0609_1004, 15]);
    // 200,000 cycles of the core are 100,000 of the peripherals' clock; harts take turns, so that one may be a turn ahead
    expect(words[6]).toBeGreaterThan(98_000);
    expect(words[6]).toBeLessThan(102_000);
    board.uart0.waitFor('fast\n', { within: '5ms' });
    board.uart0.type('HAL');
    board.uart0.waitFor('IBM', { within: '5ms' });
    expect(results(board).slice(0, 2)).toEqual([0x8000_0000, 11]);
    expect(board.guestErrors).toEqual([]);
  });

  test('the other blocks of the chip are said when they are used', () => {
    const { machine } = boot('sifive-u/firmware/soc.elf', sifiveUBoard());
    for (const address of [0x1009_0000, 0x100b_0000, 0x300_0000]) machine.bus.read(address, 4);
    expect(machine.guestErrors.map(({ what }) => what.split(' is used')[0])).toEqual([
      'Ethernet (GEMGXL)',
      'DDR controller',
      'platform DMA',
    ]);
    expect(() => machine.bus.read(0x4000_0000, 4)).toThrow('ChipLink');
  });
});

/** misa: RV64 in the upper bits, then a bit a letter (Priv 3.1.1). */
const MISA = (letters: string) =>
  2n * 2n ** 62n + [...letters].reduce((bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 97)), 0n);

describe.each([
  ['sifive-u', sifiveUBoard({ harts: 4 })],
  ['microchip-icicle-kit', microchipIcicleKit],
])('%s with five harts', (_name, board) => {
  test('hart 0 calls the others by the CLINT; it is an E51, they are U54', () => {
    const one = boot('sifive-u/firmware/harts.elf', board);
    one.runUntil(() => one.memory.read32('finished') === 1, { within: '50ms' });
    const bytes = one.memory.bytes('results', 64 + 40);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([1, 2, 3, 4].map((hart) => view.getUint32(4 * hart, true))).toEqual([101, 102, 103, 104]);
    const misas = [0, 1, 2, 3, 4].map((hart) => view.getBigUint64(64 + 8 * hart, true));
    expect(misas[0]).toBe(MISA('imacu'));
    expect(misas.slice(1)).toEqual(Array.from({ length: 4 }, () => MISA('imafdcsu')));
    expect(one.guestErrors).toEqual([]);
  });
});
