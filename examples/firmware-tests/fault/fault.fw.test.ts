import { expect, firmwareTest } from 'fwtest';
import { stm32f4Discovery } from 'fwtest/boards';

const test = firmwareTest({
  board: stm32f4Discovery,
  firmware: './fault.elf',
  bootedTo: (board) => board.usart2.waitFor(/ready\r\n/, { within: '10ms' }),
});

// CFSR by ARMv7-M B3.2.15: PRECISERR + BFARVALID, DIVBYZERO, UNDEFINSTR.
const faults = [
  { key: 'r', what: 'reading where nothing is', name: 'BusFault', cfsr: '0x00008200', rest: ' BFAR=0x30000000' },
  { key: 'd', what: 'dividing by zero', name: 'UsageFault', cfsr: '0x02000000', rest: '' },
  { key: 'u', what: 'an undefined instruction', name: 'UsageFault', cfsr: '0x00010000', rest: '' },
] as const;

for (const { key, what, name, cfsr, rest } of faults) {
  test(`${what} escalates to HardFault`, ({ board }) => {
    board.usart2.type(key);
    expect(board.usart2).toWriteUart(new RegExp(`^HardFault CFSR=${cfsr} PC=0x0800[0-9a-f]{4}${rest}\r\n`, 'm'), {
      within: '20ms',
    });
    expect(board).toHaveFaulted('HardFault');
    expect(board.scb).toHaveRegister('HFSR', { FORCED: 1 });
  });

  test(`${what} is a ${name} once that is enabled`, ({ board }) => {
    board.usart2.type(`e${key}`);
    expect(board.usart2).toWriteUart(new RegExp(`^${name} CFSR=${cfsr} PC=0x0800[0-9a-f]{4}${rest}\r\n`, 'm'), {
      within: '20ms',
    });
    expect(board).toHaveFaulted(name);
    expect(board).not.toHaveFaulted('HardFault');
  });
}

test('does not fault when it is not asked to', ({ board }) => {
  board.usart2.type('x');
  expect(board.usart2).toWriteUart('r, d, u or e\r\n', { within: '20ms' });
  expect(board).not.toHaveFaulted('HardFault');
});
