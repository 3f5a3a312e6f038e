import { join } from 'node:path';
import { riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import { readElf } from '../../src/emu/debug/elf.js';
import type { Machine } from '../../src/emu/machine.js';

/** Something that happens from outside at an instant. */
interface Input {
  /** CPU cycles since power-on. */
  readonly cycle: number;
  act(): void;
}

/** A machine with its image loaded, and what will be done to it. */
export interface Played {
  readonly machine: Machine;
  readonly inputs: readonly Input[];
}

export interface Scenario {
  readonly name: string;
  /** CPU cycles of the whole. */
  readonly cycles: number;
  create(): Played;
}

/** The project's folder; the bundle of the test with several processes is started there, too. */
const ROOT = process.cwd();
const example = (name: string, file = name) =>
  readElf(join(ROOT, 'examples', 'firmware-tests', name, `${file}.elf`)).segments;
const bench = (file: string) => readElf(join(ROOT, 'test', 'bench', 'firmware', `${file}.elf`)).segments;

/** Cycles of the STM32F407's 16 MHz HSI, and of the virt board's 100 MHz. */
const ARM_MS = 16_000;
const RISCV_MS = 100_000;

const calculatorBoard = stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 16 })) });

function onDiscovery(image: ReturnType<typeof example>): Played {
  return { machine: stm32f4Discovery.createMachine({ image }), inputs: [] };
}

function uartEcho(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('uart-echo') });
  const { usart2 } = stm32f4Discovery.handlesOf(machine);
  return {
    machine,
    inputs: [
      { cycle: 3 * ARM_MS, act: () => usart2.type('hello\n') },
      // In the middle of the answer.
      { cycle: 4 * ARM_MS + 4321, act: () => usart2.type('and again\r\n') },
      { cycle: 9 * ARM_MS + 1, act: () => usart2.type('x'.repeat(30)) },
    ],
  };
}

/** A press with a bounce, a short one that does not count, a long one. */
function buttonPresses(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('button') });
  const { button } = stm32f4Discovery.handlesOf(machine);
  const [press, release] = [() => button.press(), () => button.release()];
  return {
    machine,
    inputs: [
      { cycle: 5 * ARM_MS + 77, act: press },
      { cycle: 5 * ARM_MS + 900, act: release },
      { cycle: 6 * ARM_MS, act: press },
      { cycle: 60 * ARM_MS, act: release },
      { cycle: 90 * ARM_MS + 1, act: press },
      { cycle: 91 * ARM_MS, act: release },
    ],
  };
}

function calculatorOnStm32(): Played {
  const machine = calculatorBoard.createMachine({ image: example('calculator', 'calculator-stm32f407') });
  const { usart2 } = calculatorBoard.handlesOf(machine);
  return { machine, inputs: [{ cycle: 2 * ARM_MS, act: () => usart2.type("calc_test 10 '*' 5\n") }] };
}

function calculatorOnRiscv(): Played {
  const machine = riscvVirt.createMachine({ image: example('calculator', 'calculator-riscv-virt') });
  const { uart0 } = riscvVirt.handlesOf(machine);
  return { machine, inputs: [{ cycle: 2 * RISCV_MS, act: () => uart0.type('calc_test -7 / 2\n') }] };
}

const onVirt = (image: ReturnType<typeof example>): Played => ({
  machine: riscvVirt.createMachine({ image }),
  inputs: [],
});

export const SCENARIOS: readonly Scenario[] = [
  { name: 'blinky', cycles: 220 * ARM_MS, create: () => onDiscovery(example('blinky')) },
  { name: 'uart-echo with typed input', cycles: 14 * ARM_MS, create: uartEcho },
  { name: 'button presses', cycles: 120 * ARM_MS, create: buttonPresses },
  { name: 'calculator on the STM32F407', cycles: 8 * ARM_MS, create: calculatorOnStm32 },
  { name: 'fault', cycles: 4 * ARM_MS, create: () => onDiscovery(example('fault')) },
  { name: 'timer interrupts on the STM32F407', cycles: 5 * ARM_MS + 3, create: () => onDiscovery(bench('irq-m4')) },
  { name: 'interrupts, pins and bytes at once', cycles: 4 * ARM_MS + 7, create: () => onDiscovery(bench('dirty-m4')) },
  { name: 'hello', cycles: RISCV_MS, create: () => onVirt(example('hello')) },
  { name: 'calculator on RISC-V', cycles: 6 * RISCV_MS, create: calculatorOnRiscv },
  { name: 'timer interrupts on RISC-V', cycles: 2 * RISCV_MS + 3, create: () => onVirt(bench('irq-rv32')) },
];

/** How a machine is brought to an absolute count of its CPU's cycles. */
export type Advance = (machine: Machine, cycle: number) => void;

export const inOneCall: Advance = (machine, cycle) => {
  machine.run({ cycles: cycle });
};

/** One instruction at a time; asleep there is none to step, so a few cycles at a time. */
export const inSingleSteps: Advance = (machine, cycle) => {
  while (machine.cycles < cycle) {
    if (machine.cpu.sleeping) machine.run({ cycles: Math.min(cycle, machine.cycles + 500) });
    else machine.step();
  }
};

/** Plays the inputs after cycle `from` up to and including `until`, and brings the machine there. */
export function play(played: Played, until: number, advance: Advance = inOneCall, from = -1): void {
  const { machine, inputs } = played;
  for (const { cycle, act } of inputs) {
    if (cycle <= from || cycle > until) continue;
    advance(machine, cycle);
    act();
  }
  advance(machine, until);
}
