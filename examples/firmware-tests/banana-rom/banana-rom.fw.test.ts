import { at, defineDevice, expect, firmwareTest } from 'fwtest';
import { riscvVirt, stm32f4Discovery } from 'fwtest/boards';
import { bananaRom } from 'fwtest/devices';

const onStm32 = firmwareTest({
  board: stm32f4Discovery.with({ banana: at(0x6001_0000, bananaRom) }),
  firmware: './banana-rom-stm32f407.elf',
});

onStm32('STM32F407: reads the id', ({ board }) => {
  expect(board.usart2).toWriteUart('banana-rom: id 0xba000001\r\n', { within: '20ms' });
  expect(board).toHaveNoGuestErrors();
});

const onRiscv = firmwareTest({ board: riscvVirt, firmware: './banana-rom-riscv-virt.elf' });

onRiscv('RISC-V: reads the id', ({ board }) => {
  expect(board.uart0).toWriteUart('banana-rom: id 0xba000001\r\n', { within: '20ms' });
  expect(board).toHaveNoGuestErrors();
});

// A device of the test's own takes the ROM's place: what does the driver do with a ROM that is no banana?
const cucumberRom = defineDevice({ name: 'cucumber-rom', size: 0x100, read: () => 0xcc00_0001 });

const onCucumber = firmwareTest({
  board: stm32f4Discovery.with({ banana: at(0x6001_0000, cucumberRom) }),
  firmware: './banana-rom-stm32f407.elf',
});

onCucumber('tells a cucumber from a banana', ({ board }) => {
  expect(board.usart2).toWriteUart('banana-rom: id 0xcc000001, not a banana\r\n', { within: '20ms' });
});

const onNothing = firmwareTest({ board: stm32f4Discovery, firmware: './banana-rom-stm32f407.elf' });

onNothing('faults where there is no ROM at all', ({ board }) => {
  board.run('5ms');
  expect(board).toHaveFaulted('HardFault');
  expect(board.usart2.text).toBe('');
});
