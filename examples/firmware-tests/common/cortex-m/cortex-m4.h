/* What belongs to the Cortex-M4 itself: SysTick, NVIC, SCB. Sections are those of the ARMv7-M Architecture Reference Manual. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* SysTick, B3.3. */
struct systick {
    volatile uint32_t CSR; /* control and status */
    volatile uint32_t RVR; /* reload value, 24 bits */
    volatile uint32_t CVR; /* current value; any write clears it */
    volatile const uint32_t CALIB;
};
#define SYSTICK ((struct systick *)0xe000e010u)

#define SYSTICK_CSR_ENABLE    (1u << 0)
#define SYSTICK_CSR_TICKINT   (1u << 1)
#define SYSTICK_CSR_CLKSOURCE (1u << 2)  /* 1: the processor clock */
#define SYSTICK_CSR_COUNTFLAG (1u << 16) /* counted to 0 since the last read */

/* Nested vectored interrupt controller, B3.4. */
struct nvic {
    volatile uint32_t ISER[8]; /* 0xe000e100 set-enable */
    uint32_t reserved0[24];
    volatile uint32_t ICER[8]; /* 0xe000e180 clear-enable */
    uint32_t reserved1[24];
    volatile uint32_t ISPR[8]; /* 0xe000e200 set-pending */
    uint32_t reserved2[24];
    volatile uint32_t ICPR[8]; /* 0xe000e280 clear-pending */
    uint32_t reserved3[24];
    volatile const uint32_t IABR[8]; /* 0xe000e300 active */
    uint32_t reserved4[56];
    volatile uint8_t IPR[240]; /* 0xe000e400 priority, a byte each */
};
_Static_assert(offsetof(struct nvic, IPR) == 0x300, "B3.4.3");
#define NVIC ((struct nvic *)0xe000e100u)

/* System control block, B3.2. */
struct scb {
    volatile const uint32_t CPUID; /* 0xe000ed00 */
    volatile uint32_t ICSR;
    volatile uint32_t VTOR;
    volatile uint32_t AIRCR;
    volatile uint32_t SCR;
    volatile uint32_t CCR; /* 0xe000ed14 */
    volatile uint8_t SHPR[12];
    volatile uint32_t SHCSR; /* 0xe000ed24 */
    volatile uint32_t CFSR;
    volatile uint32_t HFSR;
    volatile uint32_t DFSR;
    volatile uint32_t MMFAR;
    volatile uint32_t BFAR; /* 0xe000ed38 */
};
_Static_assert(offsetof(struct scb, BFAR) == 0x38, "B3.2.2");
#define SCB ((struct scb *)0xe000ed00u)

#define SCB_CCR_DIV_0_TRP     (1u << 4)
#define SCB_SHCSR_MEMFAULTENA (1u << 16)
#define SCB_SHCSR_BUSFAULTENA (1u << 17)
#define SCB_SHCSR_USGFAULTENA (1u << 18)
#define SCB_CFSR_BFARVALID    (1u << 15)

static inline void nvic_enable(unsigned irq) {
    NVIC->ISER[irq / 32] = 1u << (irq % 32);
}

/* Counts processor clocks and raises SysTick_Handler each time `period` of them (at most 2^24) have gone by. */
static inline void systick_start(uint32_t period) {
    SYSTICK->RVR = period - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYSTICK_CSR_CLKSOURCE | SYSTICK_CSR_TICKINT | SYSTICK_CSR_ENABLE;
}

static inline void wait_for_interrupt(void) {
    __asm volatile("wfi" ::: "memory");
}

static inline void interrupts_disable(void) {
    __asm volatile("cpsid i" ::: "memory");
}

static inline void interrupts_enable(void) {
    __asm volatile("cpsie i" ::: "memory");
}
