#include "calc_interrupt.h"

#include <stdbool.h>
#include <stdint.h>

static volatile bool came;

#if defined(__arm__)

/* The device is wired to interrupt 81, which is that of the FPU on the chip (RM0090 table 61). */
#define LINE    81u
#define ISER(n) (*(volatile uint32_t *)(0xe000e100u + 4 * (n)))
#define ICER(n) (*(volatile uint32_t *)(0xe000e180u + 4 * (n)))

void FPU_IRQHandler(void);

/* The line stays high until the next start: the handler switches it off. */
void FPU_IRQHandler(void) {
    ICER(LINE / 32) = 1u << (LINE % 32);
    came = true;
}

static void enable(void) {
    ISER(LINE / 32) = 1u << (LINE % 32);
}
static void disable_all(void) {
    __asm volatile("cpsid i" ::: "memory");
}
static void enable_all(void) {
    __asm volatile("cpsie i" ::: "memory");
}

#else

#include "board.h"

#define MEIE (1u << 11)
#define MIE  8

#ifdef PLIC_BASE
#define PRIORITY (*(volatile uint32_t *)(PLIC_BASE + 4 * CALC_SOURCE))
#define ENABLES  (*(volatile uint32_t *)(PLIC_BASE + 0x2000u + 4 * (CALC_SOURCE / 32)))
#define CLAIM    (*(volatile uint32_t *)(PLIC_BASE + 0x200004u))
#endif

void trap_entry(void) __attribute__((interrupt("machine"), aligned(4)));

/* The line stays high until the next start: the handler switches external interrupts off. An exception ends the program. */
void trap_entry(void) {
    intptr_t cause;
    __asm volatile("csrr %0, mcause" : "=r"(cause));
    if (cause >= 0) {
        for (;;) continue;
    }
#ifdef PLIC_BASE
    CLAIM = CLAIM;
#endif
    __asm volatile("csrc mie, %0" ::"r"(MEIE));
    came = true;
}

static void enable(void) {
#ifdef PLIC_BASE
    PRIORITY = 1;
    ENABLES = 1u << (CALC_SOURCE % 32);
    /* a request of the time before the start, if there is one */
    CLAIM = CLAIM;
#endif
    __asm volatile("csrs mie, %0" ::"r"(MEIE));
}
static void disable_all(void) {
    __asm volatile("csrci mstatus, %0" ::"i"(MIE) : "memory");
}
static void enable_all(void) {
    __asm volatile("csrsi mstatus, %0" ::"i"(MIE) : "memory");
}

#endif

/* The line is still high from the last time: interrupts are let through when the device has been started, which takes it back. */
void calc_interrupt_prepare(void) {
    disable_all();
    came = false;
}

void calc_interrupt_wait(void) {
    enable();
    enable_all();
    for (;;) {
        disable_all();
        if (came) break;
        __asm volatile("wfi"); /* ends with a pending interrupt, also while it is not taken */
        enable_all();
    }
    enable_all();
}
