import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { stm32f4Discovery } from '../boards/index.js';

test('systemTest of jest starts every test from one snapshot, and tells faults with the board', async () => {
  const declared = new Map<string, () => unknown>();
  const testPath = join(import.meta.dirname, '../../examples/firmware-tests/two-boards/x.test.js');
  const declare = Object.assign((name: string, body: () => unknown) => void declared.set(name, body), {});
  vi.stubGlobal('test', declare);
  vi.stubGlobal('expect', { extend: () => {}, getState: () => ({ testPath }) });
  const { systemTest, uartWire } = await import('./jest.js');
  const bothTest = systemTest({
    boards: {
      sender: { board: stm32f4Discovery, firmware: './sender.elf' },
      receiver: { board: stm32f4Discovery, firmware: './receiver.elf' },
    },
    wires: [uartWire('sender.usart2', 'receiver.usart2')],
    bootedTo: (system) => system.run('2ms'),
  });
  const times: number[] = [];
  for (const name of ['one', 'two']) {
    bothTest(name, ({ boards, system }) => {
      times.push(system.time);
      boards.sender.button.press();
      system.run('5ms');
      times.push(boards.receiver.pin('PD15').level === 'high' ? 1 : 0);
    });
  }
  bothTest('faults', ({ boards, system }) => {
    boards.sender.cpu.pc = 0x3000_0000;
    system.run('3ms');
  });
  await declared.get('one')!();
  await declared.get('two')!();
  expect(times).toEqual([2_000_000, 1, 2_000_000, 1]);
  await expect(declared.get('faults')!()).rejects.toThrow("where: board 'sender' of the system, ");
  vi.unstubAllGlobals();
});
