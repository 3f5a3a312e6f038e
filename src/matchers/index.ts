/** All matchers, and their types for vitest's and jest's `expect`. */

import type { MisuseKind } from '../emu/misuse.js';
import { blaming, timed } from './subject.js';
import { toBeHigh } from './to-be-high.js';
import { toBeLow } from './to-be-low.js';
import { type BlinkOptions, toBlink } from './to-blink.js';
import { toGoHigh } from './to-go-high.js';
import { toGoLow } from './to-go-low.js';
import { type CanFrameExpectation, toHaveCanFrame } from './to-have-can-frame.js';
import { type DutyCycleOptions, toHaveDutyCycle } from './to-have-duty-cycle.js';
import { type FaultKind, toHaveFaulted } from './to-have-faulted.js';
import { type I2cExpectation, toHaveI2cTransaction } from './to-have-i2c-transaction.js';
import { toHaveMisuse, toHaveNoMisuse } from './to-have-misuse.js';
import { toHaveNoGuestErrors } from './to-have-no-guest-errors.js';
import { type RegisterExpectation, toHaveRegister } from './to-have-register.js';
import { type SpiExpectation, toHaveSpiTransfer } from './to-have-spi-transfer.js';
import { toHaveWrittenUart } from './to-have-written-uart.js';
import { toMatchFrame } from './to-match-frame.js';
import { type MemoryExpectation, toMatchMemory } from './to-match-memory.js';
import { toReach } from './to-reach.js';
import { type TakeCyclesOptions, toTakeCycles } from './to-take-cycles.js';
import { type ToggleOptions, toToggle } from './to-toggle.js';
import { toWriteUart, type WithinOption } from './to-write-uart.js';
import type { UartPattern } from './uart-text.js';

export const matchers = blaming({
  toBeHigh,
  toBeLow,
  toBlink: timed(toBlink),
  toGoHigh: timed(toGoHigh),
  toGoLow: timed(toGoLow),
  toHaveCanFrame,
  toHaveDutyCycle: timed(toHaveDutyCycle),
  toHaveFaulted,
  toHaveI2cTransaction,
  toHaveMisuse,
  toHaveNoGuestErrors,
  toHaveNoMisuse,
  toHaveRegister,
  toHaveSpiTransfer,
  toHaveWrittenUart,
  toMatchFrame,
  toMatchMemory,
  toReach: timed(toReach),
  toTakeCycles: timed(toTakeCycles),
  toToggle: timed(toToggle),
  toWriteUart: timed(toWriteUart),
});

export type {
  BlinkOptions,
  CanFrameExpectation,
  DutyCycleOptions,
  FaultKind,
  I2cExpectation,
  MemoryExpectation,
  MisuseKind,
  RegisterExpectation,
  SpiExpectation,
  TakeCyclesOptions,
  ToggleOptions,
  UartPattern,
  WithinOption,
};

/** The matchers as `expect(…)` offers them. */
export interface FirmwareMatchers<R = void> {
  /** The pin is high now, driven or pulled; a floating pin is not. */
  toBeHigh(): R;
  /** The pin is low now, driven or pulled; a floating pin is not. */
  toBeLow(): R;
  /** The pin changes with a steady rate: the machine runs for a few periods and each of them is measured. */
  toBlink(options: BlinkOptions): R;
  /** The pin is high, or goes high within some machine time; the machine runs until it does. */
  toGoHigh(options: WithinOption): R;
  /** The pin is low, or goes low within some machine time; the machine runs until it does. */
  toGoLow(options: WithinOption): R;
  /** A frame was carried on a CAN bus: from this controller, or, of a `canBus`, from anyone. Never runs the machine. */
  toHaveCanFrame(expected: CanFrameExpectation): R;
  /** The pin is high for a share (0 to 1) of each period; the machine runs for a few of them. */
  toHaveDutyCycle(share: number, options: DutyCycleOptions): R;
  /** The CPU took a fault, of a kind by the manual's name (`'HardFault'`) or of any. Never runs the machine. */
  toHaveFaulted(kind?: FaultKind): R;
  /** The firmware did something that the hardware does not promise to bear, of a kind or of any. Never runs the machine. */
  toHaveMisuse(kind?: MisuseKind): R;
  /** An I2C bus has carried such a transaction so far, the port as master or slave. Never runs the machine. */
  toHaveI2cTransaction(expected: I2cExpectation): R;
  /** The firmware did nothing that the chip or a device minds. Never runs the machine. */
  toHaveNoGuestErrors(): R;
  /** No misuse, of a kind or of any. Each test checks this at its end by itself, as `misuse` in `firmwareTest` says. */
  toHaveNoMisuse(kind?: MisuseKind): R;
  /** A register (`'CR1'`, `'CR1.UE'`) holds a value, or some of its fields do. */
  toHaveRegister(register: string, expected: RegisterExpectation): R;
  /** These words went over an SPI bus one after the other, at any time so far. Never runs the machine. */
  toHaveSpiTransfer(expected: SpiExpectation): R;
  /** Everything a UART has written so far holds the text, matches or holds the bytes. Never runs the machine. */
  toHaveWrittenUart(expected: UartPattern): R;
  /** A display shows what a PNG beside the test file shows, to the pixel. Written where there is none yet, and with `--update`. */
  toMatchFrame(file: string): R;
  /** The guest's memory at an address or symbol holds these bytes. */
  toMatchMemory(where: number | string, expected: MemoryExpectation): R;
  /** The CPU comes to a function or address; the machine runs until it is about to execute it. */
  toReach(where: string | number, options?: Partial<WithinOption>): R;
  /** A piece of the firmware takes no more (and no fewer) CPU cycles than this. */
  toTakeCycles(options: TakeCyclesOptions): R;
  /** The pin changes its level within some machine time, so many `times`. */
  toToggle(options: ToggleOptions): R;
  /** The UART writes the text, or what matches, within some machine time, behind the last one it was asked for. */
  toWriteUart(expected: UartPattern, options: WithinOption): R;
}
