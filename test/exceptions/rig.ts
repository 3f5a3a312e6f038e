import { type CortexM4, type CortexM4Options, cortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Machine } from '../../src/emu/machine.js';
import type { MachineDescription } from '../../src/emu/machine-description.js';
import { adds, type Code, ldr, mov32, movs, str, strb } from './thumb.js';

/** A bare Cortex-M4: flash at 0, RAM at 0x20000000, nothing else. */

export const FLASH = 0;
export const RAM = 0x2000_0000;
export const RAM_SIZE = 0x2_0000;
export const STACK = RAM + 0x8000;
/** Where programs leave results. */
export const RESULT = RAM + 0x1000;
/** Order of events: a pointer, then bytes. */
const TRACE = RAM + 0x2000;
const MAIN = 0x1000;
const SLOT = 0x200;
export const IRQS = 82;

export const NVIC_ISER = 0xe000_e100;
export const NVIC_ISPR = 0xe000_e200;
export const NVIC_IPR = 0xe000_e400;
export const SCB = {
  ICSR: 0xe000_ed04,
  VTOR: 0xe000_ed08,
  AIRCR: 0xe000_ed0c,
  SCR: 0xe000_ed10,
  CCR: 0xe000_ed14,
  SHPR1: 0xe000_ed18,
  SHPR2: 0xe000_ed1c,
  SHPR3: 0xe000_ed20,
  SHCSR: 0xe000_ed24,
  CFSR: 0xe000_ed28,
  HFSR: 0xe000_ed2c,
  DFSR: 0xe000_ed30,
  MMFAR: 0xe000_ed34,
  BFAR: 0xe000_ed38,
  CPACR: 0xe000_ed88,
  DEMCR: 0xe000_edfc,
} as const; // prettier-ignore
export const PENDSVSET = 1 << 28;
export const SYSTICKSET = 1 << 26;
export const NMISET = 1 << 31;

export interface Rigged {
  readonly machine: Machine;
  readonly cpu: CortexM4;
  word(address: number): number;
  /** Bytes noted by `note`, in order. */
  trace(): readonly number[];
  cycles(count: number): void;
  line(irq: number, level: number): void;
}

/** Appends a byte to the trace; uses r0, r1, r2. */
export const note = (byte: number): Code => [
  ...mov32(0, TRACE),
  ...ldr(1, 0),
  ...movs(2, byte),
  ...strb(2, 1),
  ...adds(1, 1),
  ...str(1, 0),
];

/** Address of a handler's first instruction. */
export const handlerAddress = (exception: number): number => MAIN + SLOT * exception;
export const mainAddress = MAIN;

/** A program: `main`, and handlers by exception number. Handlers end with their own return. */
export function rig(
  main: Code,
  handlers: Readonly<Record<number, Code>> = {},
  options: {
    vectors?: Readonly<Record<number, number>>;
    cpu?: Partial<CortexM4Options>;
    hertz?: number;
    engine?: EngineMode;
    /** Further memories. */
    memories?: MachineDescription['memories'];
  } = {},
): Rigged {
  const image = new Uint8Array(0x1_0000);
  const view = new DataView(image.buffer);
  view.setUint32(0, STACK, true);
  view.setUint32(4, MAIN | 1, true);
  const place = (at: number, code: Code): void => {
    for (const [i, half] of code.entries()) view.setUint16(at + 2 * i, half, true);
  };
  place(MAIN, main);
  for (const [number, code] of Object.entries(handlers)) {
    if (code.length * 2 > SLOT) throw new Error(`handler ${number} does not fit`);
    view.setUint32(4 * Number(number), handlerAddress(Number(number)) | 1, true);
    place(handlerAddress(Number(number)), code);
  }
  for (const [number, value] of Object.entries(options.vectors ?? {})) view.setUint32(4 * Number(number), value, true);
  const description: MachineDescription = {
    name: 'bare-m4',
    cpu: cortexM4({ irqs: IRQS, priorityBits: 4, ...options.cpu }),
    hertz: options.hertz ?? 16_000_000,
    memories: {
      flash: { kind: 'rom', size: 0x1_0000, address: FLASH },
      ram: { kind: 'ram', size: RAM_SIZE, address: RAM },
      ...options.memories,
    },
    devices: {},
  };
  const machine = new Machine(description, {
    image: [{ physicalAddress: 0, data: image }],
    ...(options.engine && { engine: options.engine }),
  });
  machine.bus.poke(TRACE, 4, TRACE + 4);
  const cpu = machine.cpu as CortexM4;
  const word = (address: number): number => machine.bus.peek(address, 4)!;
  return {
    machine,
    cpu,
    word,
    trace: () => [...machine.bus.bytes(TRACE + 4, word(TRACE) - TRACE - 4)],
    cycles: (count) => void machine.runCycles(count),
    line: (irq, level) => cpu.interrupt(irq).set(level),
  };
}

export const irq = (number: number): number => EXCEPTION.irq0 + number;
