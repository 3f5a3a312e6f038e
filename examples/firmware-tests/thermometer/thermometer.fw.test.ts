import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
import { lm75, ssd1306 } from 'fwtest/devices';

const test = firmwareTest({
  board: stm32f4Discovery.with({ sensor: lm75('i2c1'), display: ssd1306('i2c1') }),
  firmware: './thermometer.elf',
});

test('asks the sensor for its temperature', ({ board }) => {
  board.run('600ms');
  expect(board.i2c1).toHaveI2cTransaction({ address: 0x48, write: [0] });
  expect(board.i2c1).toHaveI2cTransaction({ address: 0x48, read: [25, 0] });
});

test.for([0, 21, 41])('shows %i degrees', (degrees, { board }) => {
  board.sensor.temperature = degrees;
  board.run('600ms');
  expect(board.display).toMatchFrame(`frames/${degrees}-degrees.png`);
});
