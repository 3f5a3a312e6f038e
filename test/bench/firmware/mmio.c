/* Reads a device register 1,000 times a step. The checksum depends on the machine. */
#include "bench.h"

#if defined(STM32F407)
#include "stm32f407.h"
#define REGISTER GPIOA->IDR
#elif defined(MPS2)
#define REGISTER (*(volatile uint32_t *)0x40004004u) /* STATE of the CMSDK UART 0 */
#elif defined(RISCV_VIRT)
#include "riscv-virt.h"
#define REGISTER UART0->LSR
#endif

void bench_init(void) {
#if defined(STM32F407)
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
#endif
}

uint32_t bench_step(uint32_t seed) {
    for (int i = 0; i < 1000; i++) seed += REGISTER;
    return seed;
}
