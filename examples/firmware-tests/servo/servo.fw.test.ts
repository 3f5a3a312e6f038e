import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';
import { potentiometer, servo } from 'fwtest/devices';

const test = firmwareTest({
  board: stm32f4Discovery.with({ knob: potentiometer('PA1'), arm: servo('PA6') }),
  firmware: './servo.elf',
});

test('follows the knob', ({ board }) => {
  for (const position of [0, 0.25, 0.5, 1]) {
    board.knob.position = position;
    board.run('60ms');
    expect(board.arm.angle).toBeCloseTo(180 * position, 0);
  }
});

test('is told its place 50 times a second', ({ board }) => {
  board.run('20ms');
  expect(board.pin('PA6')).toHaveDutyCycle(0.075, { within: '200ms', tolerance: 0.001 });
  expect(board.pin('PA6')).toBlink({ hz: 50 });
});

test('follows a knob that somebody turns to and fro', ({ board }) => {
  board.pin('PA1').setVoltage((seconds) => 1.65 + 1.65 * Math.sin((Math.PI / 10) * seconds));
  const angles = Array.from({ length: 4 }, () => {
    board.run('5s');
    return Math.round(board.arm.angle! / 10) * 10;
  });
  expect(angles).toEqual([180, 90, 0, 90]);
});
