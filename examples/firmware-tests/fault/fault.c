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

/* Reserved between SRAM and the peripherals (RM0090 2.3). */
#define UNMAPPED_ADDRESS 0x30000000u

static void read_unmapped(void) {
    (void)*(const volatile uint32_t *)UNMAPPED_ADDRESS;
}

static void divide_by_zero(void) {
    volatile uint32_t zero = 0;
    volatile uint32_t quotient;
    SCB->CCR |= SCB_CCR_DIV_0_TRP; /* otherwise the quotient is 0 (ARMv7-M B3.2.8) */
    quotient = 1u / zero;
    (void)quotient;
}

static void execute_undefined(void) {
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
