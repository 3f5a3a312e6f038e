/* The CLINT's timer interrupts 100,000 times a second; between two the processor sleeps. A step is an interrupt. */
#include "bench.h"

/* CLINT of `virt`; on a 32-bit hart a 64-bit register is two words. */
#define MTIMECMP ((volatile uint32_t *)0x02004000u)
#define MTIME    ((volatile uint32_t *)0x0200bff8u)
#define MTIME_HZ 10000000u
#define PERIOD   (MTIME_HZ / 100000)

#define MIE_MTIE    (1u << 7)
#define MSTATUS_MIE (1u << 3)

static uint64_t due;

/* The high half goes up first, so that no value in between lies in the past (RISC-V privileged 3.2.1). */
static void set_timer(uint64_t at) {
    MTIMECMP[1] = UINT32_MAX;
    MTIMECMP[0] = (uint32_t)at;
    MTIMECMP[1] = (uint32_t)(at >> 32);
}

void trap_entry(void);
__attribute__((interrupt("machine"), aligned(4))) void trap_entry(void) {
    due += PERIOD;
    set_timer(due);
    bench_done++;
}

int main(void) {
    due = MTIME[0] + PERIOD; /* the program starts within the first 2^32 ticks */
    set_timer(due);
    __asm volatile("csrs mie, %0" : : "r"(MIE_MTIE));
    __asm volatile("csrs mstatus, %0" : : "r"(MSTATUS_MIE));
    do __asm volatile("wfi" ::: "memory");
    while (bench_iterations == 0 || bench_done < bench_iterations);
    bench_finish(bench_done);
    return 0;
}
