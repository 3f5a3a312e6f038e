/* SysTick interrupts 100,000 times a second; between two the processor sleeps. A step is an interrupt. */
#include "bench.h"
#include "cortex-m4.h"

#if defined(STM32F407)
#define CLOCK_HZ 16000000u
#elif defined(MPS2)
#define CLOCK_HZ 25000000u
#endif

void SysTick_Handler(void);
void SysTick_Handler(void) {
    bench_done++;
}

int main(void) {
    systick_start(CLOCK_HZ / 100000);
    do wait_for_interrupt();
    while (bench_iterations == 0 || bench_done < bench_iterations);
    bench_finish(bench_done);
    return 0;
}
