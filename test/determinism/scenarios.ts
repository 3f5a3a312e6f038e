import { join } from 'node:path';

import { riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import { readElf } from '../../src/emu/debug/elf.js';
import { SymbolTable } from '../../src/emu/debug/symbols.js';
import type { Machine } from '../../src/emu/machine.js';

import { contention, ROUNDS } from './contention.js';

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
  /** What shows at the end that the firmware did its work: console text, levels of pins, a counter. */
  outcome(): string;
}

export interface Scenario {
  readonly name: string;
  /** CPU cycles of the whole. */
  readonly cycles: number;
  /** The outcome at the end, from the example's own description. */
  readonly outcome: string | RegExp;
  create(): Played;
}

/** The project's folder; the bundle of the test with several processes is started there, too. */
const ROOT = process.cwd();
const example = (name: string, file = name) =>
  readElf(join(ROOT, 'examples', 'firmware-tests', name, `${file}.elf`)).segments;

/** Cycles of the STM32F407's 16 MHz HSI, and of the virt board's 100 MHz. */
const ARM_MS = 16_000;
const RISCV_MS = 100_000;

const calculatorBoard = stm32f4Discovery.with({ calc: at(0x6000_0000, mmioCalculator({ busyCycles: 16 })) });

function blinky(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('blinky') });
  const leds = ['PD12', 'PD13', 'PD14', 'PD15'];
  return { machine, inputs: [], outcome: () => leds.map((pin) => machine.pin(pin).digital).join('') };
}

function uartEcho(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('uart-echo') });
  const { usart2 } = stm32f4Discovery.handlesOf(machine);
  return {
    machine,
    inputs: [
      { cycle: 3 * ARM_MS, act: () => usart2.type('hello\n') },
      // In the middle of the answer.
      { cycle: 3 * ARM_MS + 12_321, act: () => usart2.type('and again\r\n') },
      { cycle: 9 * ARM_MS + 1, act: () => usart2.type('x'.repeat(30)) },
    ],
    outcome: () => usart2.text,
  };
}

/** A press with a bounce, a short one that does not count, a long one. */
function buttonPresses(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('button') });
  const { button, usart2 } = stm32f4Discovery.handlesOf(machine);
  const [press, release] = [() => button.press(), () => button.release()];
  const inputs = [
    { cycle: 5 * ARM_MS + 77, act: press },
    { cycle: 5 * ARM_MS + 900, act: release },
    { cycle: 6 * ARM_MS, act: press },
    { cycle: 60 * ARM_MS, act: release },
    { cycle: 90 * ARM_MS + 1, act: press },
    { cycle: 91 * ARM_MS, act: release },
  ];
  return { machine, inputs, outcome: () => usart2.text };
}

function calculatorOnStm32(): Played {
  const machine = calculatorBoard.createMachine({ image: example('calculator', 'calculator-stm32f407') });
  const { usart2 } = calculatorBoard.handlesOf(machine);
  const inputs = [{ cycle: 2 * ARM_MS, act: () => usart2.type("calc_test 10 '*' 5\n") }];
  return { machine, inputs, outcome: () => usart2.text };
}

function calculatorOnRiscv(): Played {
  const machine = riscvVirt.createMachine({ image: example('calculator', 'calculator-riscv-virt') });
  const { uart0 } = riscvVirt.handlesOf(machine);
  const inputs = [{ cycle: 2 * RISCV_MS, act: () => uart0.type('calc_test -7 / 2\n') }];
  return { machine, inputs, outcome: () => uart0.text };
}

function hello(): Played {
  const machine = riscvVirt.createMachine({ image: example('hello') });
  return { machine, inputs: [], outcome: () => riscvVirt.handlesOf(machine).uart0.text };
}

/** A read where nothing is, and the report of the handler. */
function fault(): Played {
  const machine = stm32f4Discovery.createMachine({ image: example('fault') });
  const { usart2 } = stm32f4Discovery.handlesOf(machine);
  return { machine, inputs: [{ cycle: 2 * ARM_MS, act: () => usart2.type('r') }], outcome: () => usart2.text };
}

/** Programs of the benchmark count what they do. */
function counting(board: typeof stm32f4Discovery | typeof riscvVirt, file: string): Played {
  const elf = readElf(join(ROOT, 'test', 'bench', 'firmware', `${file}.elf`));
  const machine = board.createMachine({ image: elf.segments });
  const { address } = new SymbolTable(elf).find('bench_done')!;
  return { machine, inputs: [], outcome: () => String(machine.bus.peek(address, 4)) };
}

/** Four milliseconds of SysTick at 10 kHz; each tick raises EXTI0, which sends a byte. */
function allAtOnce(): Played {
  const played = counting(stm32f4Discovery, 'dirty-m4');
  const { usart2 } = stm32f4Discovery.handlesOf(played.machine);
  return { ...played, outcome: () => usart2.text };
}

export const SCENARIOS: readonly Scenario[] = [
  // Red has toggled once, at 100 ms, blue three times.
  { name: 'blinky', cycles: 160 * ARM_MS, outcome: '0011', create: blinky },
  {
    name: 'uart-echo with typed input',
    cycles: 14 * ARM_MS,
    outcome: 'ready\r\nhello\r\nand again\r\n',
    create: uartEcho,
  },
  { name: 'button presses', cycles: 120 * ARM_MS, outcome: 'ready\r\npress 1\r\n', create: buttonPresses },
  {
    name: 'calculator on the STM32F407',
    cycles: 8 * ARM_MS,
    outcome: 'ready\r\n50\r\n',
    create: calculatorOnStm32,
  },
  {
    name: 'fault',
    cycles: 12 * ARM_MS,
    outcome: /^ready\r\nHardFault CFSR=0x00008200 PC=0x0800[0-9a-f]{4} BFAR=0x30000000\r\n$/,
    create: fault,
  },
  // 100 kHz, less the time until the timer runs.
  {
    name: 'timer interrupts on the STM32F407',
    cycles: 5 * ARM_MS + 3,
    outcome: /^49[89]$/,
    create: () => counting(stm32f4Discovery, 'irq-m4'),
  },
  { name: 'interrupts, pins and bytes at once', cycles: 4 * ARM_MS + 7, outcome: /^U{30,40}$/, create: allAtOnce },
  ...([32, 64] as const).flatMap((xlen) =>
    [2, 4].map((harts) => ({
      name: `${harts} harts of RV${xlen} that contend`,
      cycles: 30_000,
      outcome: Array(3)
        .fill(harts * ROUNDS)
        .join(' '),
      create: () => contention(xlen, harts),
    })),
  ),
  { name: 'hello', cycles: 5 * RISCV_MS, outcome: 'hello from rv32\n', create: hello },
  { name: 'calculator on RISC-V', cycles: 6 * RISCV_MS, outcome: 'ready\r\n-3\r\n', create: calculatorOnRiscv },
  {
    name: 'timer interrupts on RISC-V',
    cycles: 2 * RISCV_MS + 3,
    outcome: /^19[89]$/,
    create: () => counting(riscvVirt, 'irq-rv32'),
  },
];

/** How a machine is brought to an absolute count of its CPU's cycles. */
export type Advance = (machine: Machine, cycle: number) => void;

export const inOneCall: Advance = (machine, cycle) => {
  machine.run({ cycles: cycle });
};

/** One instruction at a time; where the core sleeps or has ended there is none to step, so a few cycles at a time. */
export const inSingleSteps: Advance = (machine, cycle) => {
  while (machine.cycles < cycle) {
    const { sleeping, locked } = machine.cpu;
    if (sleeping || locked) machine.run({ cycles: Math.min(cycle, machine.cycles + 500) });
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
