/*
 * Faults on request. A byte on the console chooses how:
 *   r  read an address where nothing is
 *   d  divide by zero, with the trap for it switched on
 *   u  execute an undefined instruction
 *   e  first let BusFault and UsageFault have their own handlers; without it each fault escalates to HardFault
 */
#include <stdint.h>

#include "console.h"
#include "cortex-m4.h"
#include "text.h"

/* So that the PC of the fault lies in a function of its own. */
#define NOINLINE __attribute__((noinline))

/* Reserved between SRAM and the peripherals (RM0090 2.3). */
#define UNMAPPED_ADDRESS 0x30000000u

NOINLINE static void read_unmapped(void) {
    (void)*(const volatile uint32_t *)UNMAPPED_ADDRESS;
}

NOINLINE static void divide_by_zero(void) {
    /* Volatile, or the compiler divides for itself: even 1 / zero becomes a comparison. */
    volatile uint32_t one = 1, zero = 0;
    volatile uint32_t quotient;
    SCB->CCR |= SCB_CCR_DIV_0_TRP; /* otherwise the quotient is 0 (ARMv7-M B3.2.8) */
    quotient = one / zero;
    (void)quotient;
}

NOINLINE static void execute_undefined(void) {
    __asm volatile("udf #0");
}

static void enable_fault_handlers(void) {
    SCB->SHCSR |= SCB_SHCSR_MEMFAULTENA | SCB_SHCSR_BUSFAULTENA | SCB_SHCSR_USGFAULTENA;
}

int main(void) {
    console_init();
    print_text("ready\r\n");
    for (;;) {
        switch (console_get()) {
        case 'r': read_unmapped(); break;
        case 'd': divide_by_zero(); break;
        case 'u': execute_undefined(); break;
        case 'e': enable_fault_handlers(); break;
        default: print_text("r, d, u or e\r\n"); break;
        }
    }
}
