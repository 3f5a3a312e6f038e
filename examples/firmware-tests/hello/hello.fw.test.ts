import { expect, firmwareTest } from 'fwtest';
import { riscvVirt } from 'fwtest/boards';

const test = firmwareTest({ board: riscvVirt, firmware: './hello.elf' });

test('says hello', ({ board }) => {
  expect(board.uart0).toWriteUart('hello from rv32\n', { within: '10ms' });
});

test('says nothing else and ends the run with success', ({ board }) => {
  board.run('10ms');
  expect(board.uart0.text).toBe('hello from rv32\n');
  expect(board.finisher.exitCode).toBe(0);
});
