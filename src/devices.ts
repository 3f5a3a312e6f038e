/** The public API of `fwtest/devices`: devices and parts to put on a board; re-exports only. */

export { bananaRom } from './emu/devices/banana-rom.js';
export { type CalculatorOptions, mmioCalculator } from './emu/devices/mmio-calculator.js';
export type { Acceleration, Accelerometer, AccelerometerPins } from './emu/parts/accelerometer.js';
export { bmp280, type PressureSensor } from './emu/parts/bmp280.js';
export { type ButtonOptions, button } from './emu/parts/button.js';
export { type CanBusPart, canBus } from './emu/parts/can-bus.js';
export { type AudioDac, type AudioDacOptions, cs43l22 } from './emu/parts/cs43l22.js';
export { type Eeprom, type EepromOptions, i2cEeprom } from './emu/parts/i2c-eeprom.js';
export { type Keypad, type KeypadOptions, keypad } from './emu/parts/keypad.js';
export { type LedOptions, led } from './emu/parts/led.js';
export { lis3dsh } from './emu/parts/lis3dsh.js';
export { lis302dl } from './emu/parts/lis302dl.js';
export { lm75, type TemperatureSensor } from './emu/parts/lm75.js';
export { type Microphone, mp45dt02 } from './emu/parts/mp45dt02.js';
export { type I2cPeer, i2cPeer, type SpiPeer, spiPeer } from './emu/parts/peers.js';
export { type Potentiometer, potentiometer } from './emu/parts/potentiometer.js';
export { type RotaryEncoder, type RotaryEncoderOptions, rotaryEncoder } from './emu/parts/rotary-encoder.js';
export { type Servo, type ServoOptions, servo } from './emu/parts/servo.js';
export { type SpiFlash, type SpiFlashOptions, spiFlash } from './emu/parts/spi-flash.js';
export { type Ssd1306, type Ssd1306Options, ssd1306 } from './emu/parts/ssd1306.js';
export { type St7735, type St7735Options, st7735 } from './emu/parts/st7735.js';
export { type TerminalOptions, terminal } from './emu/parts/terminal.js';
export { uartJumper } from './emu/parts/uart-jumper.js';
