/** Exception numbers of ARMv7-M (B1.5.2); external interrupt n is exception 16 + n. */
export const EXCEPTION = {
  reset: 1,
  nmi: 2,
  hardFault: 3,
  memManage: 4,
  busFault: 5,
  usageFault: 6,
  svCall: 11,
  debugMonitor: 12,
  pendSV: 14,
  sysTick: 15,
  irq0: 16,
} as const;

/** Most external interrupts an ARMv7-M NVIC can have. */
export const MAX_IRQS = 496;

const NAMES: Readonly<Record<number, string>> = {
  1: 'Reset',
  2: 'NMI',
  3: 'HardFault',
  4: 'MemManage',
  5: 'BusFault',
  6: 'UsageFault',
  11: 'SVCall',
  12: 'DebugMonitor',
  14: 'PendSV',
  15: 'SysTick',
};

/** The manual's name of an exception: `'SysTick'`, `'IRQ 38'`. */
export function exceptionName(number: number): string {
  return NAMES[number] ?? (number >= EXCEPTION.irq0 ? `IRQ ${number - EXCEPTION.irq0}` : `reserved ${number}`);
}
