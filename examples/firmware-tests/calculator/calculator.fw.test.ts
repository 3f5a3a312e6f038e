import { at, expect, firmwareTest } from 'fwtest';
import { riscvVirt, stm32f4Discovery } from 'fwtest/boards';
import { mmioCalculator } from 'fwtest/devices';

// The same driver on two boards: one where the test adds the device, one that has it.
const onStm32 = firmwareTest({
  board: stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 16 })) }),
  firmware: './calculator-stm32f407.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

const onRiscv = firmwareTest({
  board: riscvVirt,
  firmware: './calculator-riscv-virt.elf',
  bootedTo: (board) => board.uart0.waitFor(/ready\r\n/, { within: '10ms' }),
});

const answers = [
  ["calc_test 10 '*' 5", '50'],
  ['calc_test 10 * 5', '50'],
  ['calc_test 6 "*" 7', '42'],
  ['calc_test 2 + -3', '-1'],
  ['calc_test 2 - 3', '-1'],
  ['calc_test -7 / 2', '-3'],
  ['calc_test 2147483647 + 1', '-2147483648'],
  ['calc_test -2147483648 / -1', '-2147483648'],
  ['calc_test 65536 * 65536', '0'],
  ['calc_test 1 / 0', 'error: division by zero'],
  ['calc_test 1 % 2', 'error: unknown operator, use + - * /'],
  ['calc_test 1 +', 'error: usage: calc_test A OP B, with 32-bit numbers'],
  ['calc_test 1 + 2147483648', 'error: usage: calc_test A OP B, with 32-bit numbers'],
  ['calc_text 1 + 1', 'error: unknown command, use calc_test A OP B'],
] as const;

for (const [line, answer] of answers) {
  onStm32(`STM32F407: ${line}`, ({ board }) => {
    board.usart2.type(`${line}\n`);
    expect(board.usart2).toWriteUart(`${answer}\r\n`, { within: '20ms' });
    expect(board.usart2.text).toBe(`ready\r\n${answer}\r\n`);
  });

  onRiscv(`RISC-V: ${line}`, ({ board }) => {
    board.uart0.type(`${line}\n`);
    expect(board.uart0).toWriteUart(`${answer}\r\n`, { within: '20ms' });
    expect(board.uart0.text).toBe(`ready\r\n${answer}\r\n`);
  });
}

onStm32('answers after an error as before it', ({ board }) => {
  for (const [line, answer] of [
    ['1 / 0', 'error: division by zero'],
    ['9 / 3', '3'],
  ] as const) {
    board.usart2.type(`calc_test ${line}\n`);
    expect(board.usart2).toWriteUart(`${answer}\r\n`, { within: '20ms' });
  }
});

// The test can use the device without the firmware, too.
onStm32('STM32F407: the device itself multiplies', ({ mmioCalc }) => {
  expect(mmioCalc(10, '*', 5)).toBe(50);
  expect(mmioCalc(7, '/', -2)).toBe(-3);
  expect(() => mmioCalc(1, '/', 0)).toThrow();
});

onRiscv('RISC-V: the device itself multiplies', ({ mmioCalc }) => {
  expect(mmioCalc(10, '*', 5)).toBe(50);
});

const onSlowDevice = firmwareTest({
  board: stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 16_000 })) }),
  firmware: './calculator-stm32f407.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

onSlowDevice('waits for a device that takes its time', ({ board }) => {
  board.usart2.type('calc_test 6 * 7\n');
  expect(board.usart2).toWriteUart('42\r\n', { within: '20ms' });
});

const onDeadDevice = firmwareTest({
  board: stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 1_000_000_000 })) }),
  firmware: './calculator-stm32f407.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

onDeadDevice('gives up on a device that never finishes', ({ board }) => {
  board.usart2.type('calc_test 6 * 7\n');
  expect(board.usart2).toWriteUart('error: the device stays busy\r\n', { within: '200ms' });
});
