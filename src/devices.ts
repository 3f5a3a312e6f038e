/** The public API of `fwtest/devices`: devices and parts to put on a board; re-exports only. */

export { bananaRom } from './emu/devices/banana-rom.js';
export { type CalculatorOptions, mmioCalculator } from './emu/devices/mmio-calculator.js';
export { type ButtonOptions, button } from './emu/parts/button.js';
export { type LedOptions, led } from './emu/parts/led.js';
export { type TerminalOptions, terminal } from './emu/parts/terminal.js';
