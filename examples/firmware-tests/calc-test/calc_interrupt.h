/* The calculator's interrupt: an interrupt handler of each processor notes that it came. */
#pragma once

/* Before the device is started. */
void calc_interrupt_prepare(void);
/* Sleeps until the interrupt has come. */
void calc_interrupt_wait(void);
