/** Where the parts of a random Thumb program lie on the STM32F407 (RM0090 2.3). */

export const FLASH = 0x0800_0000;
export const HANDLERS = FLASH + 0x400;
export const START = FLASH + 0x800;
export const SRAM = 0x2000_0000;

/** Code areas; both reach over a border of 64 KiB, behind which decoded instructions are another chunk's. */
export const CODE_SIZE = 0x8000;
export const FLASH_CODE = FLASH + 0xe000;
export const SRAM_CODE = SRAM + 0xe000;

export const STACK_TOP = SRAM + 0x2800;
export const PROCESS_STACK_TOP = SRAM + 0x3800;
/** Words that program and handlers share. */
export const WORDS = SRAM + 0x3c00;
/** Where a task ends: handlers go on there when they cannot go on behind a fault. */
export const RECOVER = WORDS;
export const FAULTS = WORDS + 4;
export const TICKS = WORDS + 8;
/** Ticks since the task began; beyond a limit the task is ended. */
export const TASK_TICKS = WORDS + 12;
export const CALLS = WORDS + 16;
/** `ldr.w pc, [pc]` and the word it loads: where instructions that load PC lead. */
export const STUB = WORDS + 0x20;
export const STUB_TARGET = STUB + 4;

export const SCRATCH = SRAM + 0x4000;
export const SCRATCH_SIZE = 0x2000;
/** Words that point to the stub. */
export const POINTERS = SRAM + 0x6000;
export const POINTERS_SIZE = 0x1000;
export const CCM = 0x1000_0000;
/** The bit-band alias of SRAM (Arm DDI 0439D 3.7). */
export const BIT_BAND = 0x2200_0000;

export const SYSTICK = 0xe000_e010;
export const NVIC_ISER = 0xe000_e100;
export const NVIC_ISPR = 0xe000_e200;
export const SCB = {
  ICSR: 0xe000_ed04,
  CCR: 0xe000_ed14,
  SHPR2: 0xe000_ed1c,
  SHCSR: 0xe000_ed24,
  CFSR: 0xe000_ed28,
  CPACR: 0xe000_ed88,
};
export const FPCCR = 0xe000_ef34;
export const DEMCR = 0xe000_edfc;
export const DWT = 0xe000_1000;
export const GPIOD = 0x4002_0c00;
export const RCC_AHB1ENR = 0x4002_3830;
export const RCC_APB1ENR = 0x4002_3840;
export const USART2 = 0x4000_4400;
export const CALCULATOR = 0x6000_0000;
/** The calculator's interrupt: that of the FSMC, which is not modelled. */
export const CALCULATOR_IRQ = 48;
