/** The public API of `fwtest/devices`: devices and parts to put on a board; re-exports only. */

export type { CalculatorOptions } from './emu/devices/mmio-calculator.js';
export type { Acceleration, Accelerometer, AccelerometerPins } from './emu/parts/accelerometer.js';
export type { PressureSensor } from './emu/parts/bmp280.js';
export type { ButtonOptions } from './emu/parts/button.js';
export type { CanBusPart } from './emu/parts/can-bus.js';
export type { AudioDac, AudioDacOptions } from './emu/parts/cs43l22.js';
export type { Eeprom, EepromOptions } from './emu/parts/i2c-eeprom.js';
export type { Keypad, KeypadOptions } from './emu/parts/keypad.js';
export type { LedOptions } from './emu/parts/led.js';
export type { TemperatureSensor } from './emu/parts/lm75.js';
export type { Microphone } from './emu/parts/mp45dt02.js';
export type { I2cPeer, SpiPeer } from './emu/parts/peers.js';
export type { Potentiometer } from './emu/parts/potentiometer.js';
export type { RotaryEncoder, RotaryEncoderOptions } from './emu/parts/rotary-encoder.js';
export type { Servo, ServoOptions } from './emu/parts/servo.js';
export type { SpiFlash, SpiFlashOptions } from './emu/parts/spi-flash.js';
export type { Ssd1306, Ssd1306Options } from './emu/parts/ssd1306.js';
export type { St7735, St7735Options } from './emu/parts/st7735.js';
export type { TerminalOptions } from './emu/parts/terminal.js';
export {
  bmp280,
  cs43l22,
  i2cEeprom,
  i2cPeer,
  lis3dsh,
  lis302dl,
  lm75,
  mp45dt02,
  spiFlash,
  spiPeer,
  ssd1306,
  st7735,
} from './machine-file/kinds/bus-parts.js';
export { bananaRom, mmioCalculator } from './machine-file/kinds/common.js';
export {
  button,
  canBus,
  keypad,
  led,
  potentiometer,
  rotaryEncoder,
  servo,
  terminal,
  uartJumper,
} from './machine-file/kinds/parts.js';
export {
  cfiFlash,
  fwCfg,
  goldfishRtc,
  htif,
  ns16550,
  testFinisher,
  virtioBlk,
  virtioRng,
  virtioSerial,
} from './machine-file/kinds/riscv.js';
export {
  shaktiUart,
  sifiveGpio,
  sifivePwm,
  sifiveSpi,
  sifiveSpiFlash,
  sifiveUart,
} from './machine-file/kinds/sifive.js';
