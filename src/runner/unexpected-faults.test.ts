import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../boards/index.js';
import { exceptionName } from '../emu/cpu/armv7m/exception-numbers.js';
import { causeName } from '../emu/cpu/riscv/trap-causes.js';
import { GuestError } from '../emu/errors.js';
import { FAULT_KINDS, toHaveFaulted } from '../matchers/to-have-faulted.js';
import type { BoardHandle } from './board-handle.js';
import { Bringup, type FirmwareTestOptions } from './firmware-test.js';
import { firmwareTest, refuseConcurrent } from './fixture.js';

const elf = (path: string) => join(import.meta.dirname, '../../examples/firmware-tests', path);
type Board = BoardHandle<typeof stm32f4Discovery>;
type Options = Partial<FirmwareTestOptions<typeof stm32f4Discovery>>;

/** What a test of the firmware that faults when told to does, up to its check. */
function checking(body: (board: Board) => void, options: Options = {}): () => void {
  return () => {
    const bringup = new Bringup({ board: stm32f4Discovery, firmware: elf('fault/fault.elf'), ...options });
    const { board, check, end } = bringup.begin(
      import.meta.filename,
      'a test',
      options.bootedTo ? { prepare: options.bootedTo } : {},
    );
    try {
      body(board);
      check();
    } finally {
      end();
    }
  };
}
const fault = (keys: string) => (board: Board) => {
  board.usart2.waitFor('ready', { within: '10ms' });
  board.usart2.type(keys);
  board.run('20ms');
};
const asks = (board: Board, kind?: 'HardFault' | 'UsageFault', isNot = false) =>
  toHaveFaulted.call({ isNot }, board, kind);

describe('a fault that the test did not ask about', () => {
  test('fails it with name, place, cause and remedy', () => {
    expect(checking(fault('r'))).toThrow(GuestError);
    expect(checking(fault('r'))).toThrow(
      /the firmware faulted, and the test did not ask for it: HardFault\n {2}where: HardFault \(from BusFault\) at 0x0800[0-9a-f]{4} \w+(\+0x[0-9a-f]+)? \(fault\.c:\d+\), CFSR 0x00008200 \(PRECISERR, BFARVALID\), address 0x30000000, where there is neither memory nor device\n {2}remedy: .*toHaveFaulted\('HardFault'\).*faults: 'allow'/,
    );
    expect(checking(fault('ed'))).toThrow(/UsageFault at 0x0800.*CFSR 0x02000000 \(DIVBYZERO\)/);
  });

  test('does so also when the test went back to before it', () => {
    const back = (board: Board) => {
      const before = board.snapshot();
      fault('u')(board);
      board.restore(before);
    };
    expect(checking(back)).toThrow('HardFault (from UsageFault)');
  });

  test('does so when the test asked before it happened, or about another kind', () => {
    const early = (board: Board) => {
      asks(board, undefined, true);
      fault('r')(board);
    };
    expect(checking(early)).toThrow('did not ask for it: HardFault');
    const other = (board: Board) => {
      fault('eu')(board);
      asks(board, 'HardFault', true);
    };
    expect(checking(other)).toThrow('did not ask for it: UsageFault');
  });

  test('does not where it is asked about, allowed, or before the snapshot', () => {
    const asked = (board: Board) => {
      fault('r')(board);
      asks(board, 'HardFault');
    };
    expect(checking(asked)).not.toThrow();
    expect(checking(fault('r'), { faults: 'allow' })).not.toThrow();
    expect(checking((board) => board.run('1ms'), { bootedTo: fault('r') })).not.toThrow();
    expect(() => firmwareTest({ board: stm32f4Discovery, firmware: 'x.elf', faults: 'no' as never })).toThrow(
      "`faults` is 'no'",
    );
  });

  test('on RISC-V: an exception of the instruction, but no breakpoint', () => {
    const bringup = new Bringup({ board: riscvVirt, firmware: elf('hello/hello.elf') });
    // EBREAK, c.unimp (RV 16.8): an instruction that is reserved as illegal.
    for (const [word, what] of [
      [0x0010_0073, undefined],
      [0x0000_0000, 'illegal instruction at 0x80001000'],
    ] as const) {
      const { board, check, end } = bringup.begin(import.meta.filename, 'a test', {});
      board.memory.write32(0x8000_1000, word);
      board.cpu.pc = 0x8000_1000;
      board.step();
      if (what === undefined) expect(check).not.toThrow();
      else expect(check).toThrow(what);
      end();
    }
  });
});

test('toHaveFaulted knows the kinds the cores report', () => {
  const arm = [3, 4, 5, 6].map(exceptionName);
  const riscv = [0, 1, 2, 3, 4, 5, 6, 7].map(causeName);
  expect(FAULT_KINDS).toEqual([...arm, 'lockup', ...riscv]);
});

describe('a concurrent test', () => {
  const own = firmwareTest({ board: stm32f4Discovery, firmware: elf('hello/hello.elf') });
  own.concurrent.fails('is refused', ({ board }) => board.run('1ms'));
  describe.concurrent('as is one of a concurrent describe', () => {
    own.fails('by name', ({ board }) => board.run('1ms'));
  });
  test('with its name and the remedy', () => {
    const task = { name: 'mine', concurrent: true };
    expect(() => refuseConcurrent({ task })).toThrow(/'mine' is concurrent.*\n.*\n {2}remedy: leave out `concurrent`/);
    expect(() => refuseConcurrent({ task: { ...task, concurrent: false } })).not.toThrow();
  });
});

describe('in a test run', () => {
  const faulting = firmwareTest({ board: stm32f4Discovery, firmware: elf('fault/fault.elf') });
  faulting.fails('the test with the fault fails', ({ board }) => {
    fault('r')(board);
  });
});
