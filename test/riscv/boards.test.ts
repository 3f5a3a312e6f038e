import { describe, expect, test } from 'vitest';
import * as boards from '../../src/boards/index.js';
import type { BoardHandle } from '../../src/runner/board-handle.js';
import { boot } from './boot.js';

const READY = 'calc_test: A op B?\r\n';
const EXAMPLES = '../../examples/firmware-tests/calc-test';

/** The boards with the name of their console. */
const CONSOLES = [
  [boards.param, 'uart'],
  [boards.sifiveE, 'uart0'],
  [boards.sifiveU, 'uart0'],
  [boards.sifiveUBoard({ harts: 4 }), 'uart0'],
  [boards.spike, 'htif'],
  [boards.spike32, 'htif'],
  [boards.spikeBoard({ xlen: 64, harts: 4 }), 'htif'],
  [boards.shaktiC, 'uart0'],
  [boards.microchipIcicleKit, 'mmuart0'],
] as const;
type Serial = { readonly text: string };

describe.each(CONSOLES.map(([board, uart]) => [board.name, board.chip.cpu.share ?? 1, board, uart] as const))(
  '%s with %i harts',
  (name, _harts, board, uart) => {
    const start = () => {
      const one = boot(`${EXAMPLES}/calc_test-${name}.elf`, board as never) as BoardHandle<typeof boards.param>;
      return { one, console: (one as unknown as Record<string, Serial>)[uart]! };
    };

    test('runs a program on hart 0, and the others sleep', () => {
      const { one, console } = start();
      one.run('10ms');
      expect(console.text).toBe(READY);
      expect(one.guestErrors).toEqual([]);
      expect(one.faults).toEqual([]);
    });

    test('a snapshot in the middle of everything goes on as before', () => {
      const { one, console } = start();
      one.run('700us');
      const snapshot = one.snapshot();
      one.run('1234us');
      const [hash, text] = [one.hash(), console.text];
      one.restore(snapshot);
      one.run('1234us');
      expect([one.hash(), console.text]).toEqual([hash, text]);
    });
  },
);

/** The tutorial of docs/boards-riscv.md. */
test('param, in the words of a machine file', () => {
  const board = boards.defineBoard({
    name: 'my-board',
    cpus: { cpu0: { type: 'rv32', clock: '50MHz', resetVector: 0x8000_0000 } },
    clocks: { 'uart-input': '3.6864MHz' },
    memory: { ram: { at: 0x8000_0000, size: '1M' } },
    devices: { uart: { type: 'ns16550', at: 0x1000_0000, irq: 10, clock: 'uart-input', lineControl: 3 } },
  });
  const one = boot(`${EXAMPLES}/calc_test-param.elf`, board);
  one.run('10ms');
  expect(one.uart!.text).toBe(READY);
});
