/** Timers TIM1 to TIM14: addresses RM0090 table 1, interrupts table 61. */
export const timerRows = {};
