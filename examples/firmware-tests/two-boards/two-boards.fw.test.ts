import { expect, gpioWire, systemTest, uartWire } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = systemTest({
  boards: {
    sender: { board: stm32f4Discovery, firmware: './sender.elf' },
    receiver: { board: stm32f4Discovery, firmware: './receiver.elf' },
  },
  wires: [uartWire('sender.usart2', 'receiver.usart2'), gpioWire('receiver.PE7', 'sender.PE8')],
  bootedTo: (system) => system.run('2ms'),
});

test('the button of one board lights the LED of the other', ({ boards }) => {
  const { sender, receiver } = boards;
  sender.button.press();
  expect(receiver.pin('PD15')).toGoHigh({ within: '5ms' });
  expect(sender.pin('PD12')).toGoHigh({ within: '5ms' });
  sender.button.release();
  expect(receiver.pin('PD15')).toGoLow({ within: '5ms' });
  expect(sender.usart2).toHaveWrittenUart('10');
});

test('a byte takes ten bit times from board to board', ({ boards }) => {
  const { sender, receiver } = boards;
  sender.button.press();
  expect(sender.usart2).toWriteUart('1', { within: '5ms' });
  const sent = sender.time;
  expect(receiver.pin('PD15')).toGoHigh({ within: '1ms' });
  expect(receiver.time - sent).toBeLessThan(20_000);
});

test('both sleep, and have the same time', ({ boards, system }) => {
  system.run('100ms');
  expect(boards.receiver.time).toBe(boards.sender.time);
  expect(boards.receiver.cpu.sleeping).toBe(true);
});

test('a receiver that loses its power is dark, and hears again when it is back', ({ boards, system }) => {
  const { sender, receiver } = boards;
  sender.button.press();
  system.run('5ms');
  receiver.powerCycle();
  expect(receiver.pin('PD15')).not.toBeHigh();
  system.run('2ms');
  expect(sender.pin('PD12')).toBeLow();
  sender.button.release();
  system.run('2ms');
  sender.button.press();
  expect(receiver.pin('PD15')).toGoHigh({ within: '5ms' });
});
