/* One handler for all faults: prints which it was, why, and where, then stops. */
#include <stdint.h>

#include "cortex-m4.h"
#include "text.h"

/* What the processor pushed on entry (ARMv7-M B1.5.6). */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

void report_fault(const struct exception_frame *frame);
void HardFault_Handler(void);
void MemManage_Handler(void) __attribute__((alias("HardFault_Handler")));
void BusFault_Handler(void) __attribute__((alias("HardFault_Handler")));
void UsageFault_Handler(void) __attribute__((alias("HardFault_Handler")));

/* Bit 2 of EXC_RETURN tells which stack holds the frame (B1.5.8). Naked: a prologue would move the stack pointer. */
__attribute__((naked)) void HardFault_Handler(void) {
    __asm volatile(
        "tst lr, #4\n\t"
        "ite eq\n\t"
        "mrseq r0, msp\n\t"
        "mrsne r0, psp\n\t"
        "b report_fault");
}

/* The number of the exception that runs, from IPSR (B1.5.2). */
static const char *fault_name(void) {
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    switch (exception) {
    case 3: return "HardFault";
    case 4: return "MemManage";
    case 5: return "BusFault";
    case 6: return "UsageFault";
    default: return "exception";
    }
}

/* `used`: the compiler does not see the branch in the assembly above. */
__attribute__((used, noreturn)) void report_fault(const struct exception_frame *frame) {
    uint32_t cfsr = SCB->CFSR;
    print_text(fault_name());
    print_text(" CFSR=");
    print_hex(cfsr);
    print_text(" PC=");
    print_hex(frame->pc);
    if (cfsr & SCB_CFSR_BFARVALID) {
        print_text(" BFAR=");
        print_hex(SCB->BFAR);
    }
    print_text("\r\n");
    for (;;) wait_for_interrupt();
}
