import { expect, firmwareTest } from 'fwtest';
import { sifiveE } from 'fwtest/boards';

const test = firmwareTest({
  board: sifiveE,
  firmware: './mood_light.elf',
  bootedTo: (board) => board.console.waitFor('mood light\n', { within: '10ms' }),
});

test('a colour is lit for as much of the time as it was told', ({ board }) => {
  board.console.type('r 25\n');
  expect(board.console).toWriteUart('ok\n', { within: '10ms' });
  board.run('20ms');
  // the LED is lit while its pin is low
  expect(board.pin('GPIO22')).toHaveDutyCycle(0.75, { within: '20ms' });
});

test('colours do not disturb each other', ({ board }) => {
  for (const line of ['g 100\n', 'b 50\n']) {
    board.console.type(line);
    expect(board.console).toWriteUart('ok\n', { within: '10ms' });
  }
  board.run('5ms');
  expect(board.green.lit).toBe(true);
  expect(board.red.lit).toBe(false);
  expect(board.pin('D5')).toHaveDutyCycle(0.5, { within: '20ms' });
});

test('what is no command is answered with a question mark', ({ board }) => {
  for (const line of ['x 10\n', 'r 101\n']) {
    board.console.type(line);
    expect(board.console).toWriteUart('?\n', { within: '10ms' });
  }
});
