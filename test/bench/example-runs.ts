import { join } from 'node:path';
import { at, riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import { bananaRom, mmioCalculator } from '../../src/devices.js';
import type { Machine } from '../../src/emu/machine.js';

/** The example images, each on the board that its tests use. */
interface ExampleRun {
  readonly name: string;
  readonly path: string;
  readonly board: { createMachine: typeof riscvVirt.createMachine };
  readonly prepare?: (machine: Machine) => void;
}

function enableSemihosting({ cpu }: Machine): void {
  const { semihosting } = cpu as unknown as { semihosting: { enable(options: object): void } };
  semihosting.enable({});
}

const calculator = stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 16 })) });
const banana = stm32f4Discovery.with({ banana: at(0x6001_0000, bananaRom) });

const run = (
  folder: string,
  file: string,
  board: ExampleRun['board'],
  prepare?: ExampleRun['prepare'],
): ExampleRun => ({
  name: file,
  path: join(process.cwd(), 'examples', 'firmware-tests', folder, `${file}.elf`),
  board,
  ...(prepare && { prepare }),
});

export const exampleRuns: readonly ExampleRun[] = [
  run('banana-rom', 'banana-rom-stm32f407', banana),
  run('banana-rom', 'banana-rom-riscv-virt', riscvVirt),
  run('blinky', 'blinky', stm32f4Discovery),
  run('button', 'button', stm32f4Discovery),
  run('calculator', 'calculator-stm32f407', calculator),
  run('calculator', 'calculator-riscv-virt', riscvVirt),
  run('fault', 'fault', stm32f4Discovery),
  run('hello', 'hello', riscvVirt),
  run('semihosting', 'semihosting', stm32f4Discovery, enableSemihosting),
  run('uart-echo', 'uart-echo', stm32f4Discovery),
];
