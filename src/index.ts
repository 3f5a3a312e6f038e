/** The public API of `fwtest`: re-exports only. */

export { type Board, defineBoard, defineChip } from './boards/define.js';
export { at, KiB, MHz, MiB, memoryWindow, ram, rom } from './boards/rows.js';
export { defineOwnDevice as defineDevice } from './emu/device-guard.js';
export type { Duration } from './emu/duration.js';
export { FwtestError, GuestError, InternalError, UsageError } from './emu/errors.js';
export type { Frame, FrameSource } from './emu/frame.js';
export type { I2cHost, I2cSlave } from './emu/i2c-link.js';
export type { I2sHost, I2sPeer } from './emu/i2s-link.js';
export { definePart, type PartContext, type PartType } from './emu/part.js';
export { type ChipSelect, chipSelect } from './emu/parts/chip-select.js';
export { attachRegisters, type RegisterSlave } from './emu/parts/register-slave.js';
export { notModelled, r, rc_r, rc_w0, rc_w1, reg, registers, repeat, rs, rw, t, w } from './emu/registers.js';
export type { SpiFrame, SpiHost, SpiSlave } from './emu/spi-link.js';
export { f64, i32, u8 } from './emu/state.js';
export { gpioWire } from './emu/system/gpio-wire.js';
export { i2cWire } from './emu/system/i2c-wire.js';
export { spiWire } from './emu/system/spi-wire.js';
export { uartWire } from './emu/system/uart-wire.js';
export type { UartFrame, UartHost, UartListener } from './emu/uart-link.js';
export type { FirmwareMatchers } from './matchers/index.js';
export type { BoardHandle, BoardSnapshot } from './runner/board-handle.js';
export type { FirmwareTestOptions, Fixtures } from './runner/firmware-test.js';
export { type FirmwareTest, firmwareTest } from './runner/fixture.js';
export { expectGpioHigh, expectGpioLow } from './runner/gpio-expectations.js';
export { mmioCalc } from './runner/mmio-calc.js';
export { type SystemFixtures, type SystemTestOptions, systemTest } from './runner/system-test.js';
export { expect, type FirmwareExpect } from './runner/vitest-matchers.js';
