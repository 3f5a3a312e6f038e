/** `mmioCalc(board, 10, '*', 5)`: the calculator device used by the test itself. */

import type { Duration } from '../emu/duration.js';
import { FwtestError, GuestError, UsageError } from '../emu/errors.js';
import { timeText } from '../matchers/message.js';
import type { BoardControls } from './board-handle.js';

const OPERATIONS = { '+': 0, '-': 1, '*': 2, '/': 3 } as const;
export type Operation = keyof typeof OPERATIONS;

/** Offsets of the device's registers, and what STATUS says. */
const AT = { A: 0x00, B: 0x04, OP: 0x08, CTRL: 0x0c, RESULT: 0x10, STATUS: 0x14 } as const;
const [BUSY, ERROR] = [1, 3];

const PATIENCE: Duration = '1s';

/** Where the board's calculator is; the first one, if there are several. */
function calculatorOf(board: BoardControls): number {
  const rows = Object.values(board.machine.description.devices);
  const row = rows.find(({ device }) => device.name === 'mmio-calculator');
  if (row) return row.address;
  throw new UsageError({
    what: `${board.name} has no mmio-calculator`,
    remedy:
      "add one: board: yourBoard.with({ calc: at(0x6000_0000, mmioCalculator()) }), from 'fwtest' and 'fwtest/devices'",
  });
}

/**
 * Lets the board's calculator compute: stores the operands and starts it through the bus, at this very instant, then
 * lets the machine run (firmware included) until it is not busy.
 * @returns the signed 32-bit result
 * @throws GuestError when the device reports an error, or stays busy for 1 s of machine time
 */
export function mmioCalc(board: BoardControls, a: number, operation: Operation, b: number): number {
  const { bus } = board.machine;
  const base = calculatorOf(board);
  const op = OPERATIONS[operation];
  if (op === undefined)
    throw new UsageError({
      what: `mmioCalc: there is no operation '${operation}'`,
      remedy: "take '+', '-', '*' or '/'",
    });
  for (const [offset, value] of [
    [AT.A, a],
    [AT.B, b],
    [AT.OP, op],
    [AT.CTRL, 1],
  ] as const)
    bus.write(base + offset, 4, value);
  const status = () => bus.read(base + AT.STATUS, 4) & 3;
  const where = `${a} ${operation} ${b}, ${timeText(board.time)} of machine time`;
  if (status() === BUSY) {
    try {
      board.runUntil(() => status() !== BUSY, { within: PATIENCE });
    } catch (error) {
      if (error instanceof FwtestError) throw error;
      const remedy = 'give mmioCalculator fewer busyCycles';
      throw new GuestError(
        { what: `the calculator stayed busy for ${PATIENCE} of machine time`, where, remedy },
        { cause: error },
      );
    }
  }
  if (status() === ERROR) throw new GuestError({ what: 'the calculator reports an error (STATUS is 3)', where });
  return bus.read(base + AT.RESULT, 4) | 0;
}
