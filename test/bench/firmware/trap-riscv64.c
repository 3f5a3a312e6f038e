/* Calls from supervisor to machine mode: a step is 100 round trips of ECALL, a handler that skips it, and MRET. */
#include "bench.h"

#define CALLS 100

#define PMP_ALL       0x1fu /* NAPOT, R, W, X */
#define MSTATUS_MPP   (3u << 11)
#define MSTATUS_MPP_S (1u << 11)

__attribute__((naked, aligned(4))) static void handler(void) {
    __asm volatile(
        "csrr t0, mepc\n"
        "addi t0, t0, 4\n"
        "csrw mepc, t0\n"
        "addi a0, a0, 1\n"
        "mret\n");
}

/* Everything may be reached from supervisor mode, where the program goes on. */
void bench_init(void) {
    __asm volatile(
        "csrw pmpaddr0, %0\n"
        "csrw pmpcfg0, %1\n"
        "csrw mtvec, %2\n"
        "csrc mstatus, %3\n"
        "csrs mstatus, %4\n"
        "la t0, 1f\n"
        "csrw mepc, t0\n"
        "mret\n"
        "1:\n"
        :
        : "r"(-1ul), "r"(PMP_ALL), "r"(handler), "r"(MSTATUS_MPP), "r"(MSTATUS_MPP_S)
        : "t0", "memory");
}

uint32_t bench_step(uint32_t seed) {
    register unsigned long count __asm("a0") = seed;
    for (int i = 0; i < CALLS; i++) __asm volatile("ecall" : "+r"(count) : : "t0");
    return (uint32_t)count;
}
