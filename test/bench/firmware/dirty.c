/*
 * Leaves traces everywhere within a millisecond: fills 8 KiB of SRAM, sends bytes, moves pins, takes interrupts of two
 * sources. For snapshots that have something to save. A step is a fill; it never ends.
 */
#include "bench.h"
#include "cortex-m4.h"
#include "stm32f407.h"

#define WORDS 2048u
#define LED   12
#define TX    2

static uint32_t memory[WORDS] __attribute__((aligned(4096)));

void SysTick_Handler(void);
void SysTick_Handler(void) {
    gpio_write(GPIOD, LED, ~GPIOD->ODR >> LED & 1);
    EXTI->SWIER = 1; /* the other interrupt */
}

void EXTI0_IRQHandler(void);
void EXTI0_IRQHandler(void) {
    EXTI->PR = 1;
    if (USART2->SR & USART_SR_TXE) USART2->DR = 'U';
}

static void start_devices(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_SYSCFGEN);
    gpio_mode(GPIOD, LED, GPIO_OUTPUT);
    gpio_alternate(GPIOA, TX, 7);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE;
    EXTI->IMR = 1;
    nvic_enable(EXTI0_IRQ);
    systick_start(HSI_HZ / 10000);
}

int main(void) {
    start_devices();
    for (;;) {
        uint32_t value = bench_done * 0x9e3779b1u;
        for (uint32_t i = 0; i < WORDS; i++) memory[i] = value++;
        __asm volatile("" : : "r"(memory) : "memory");
        bench_done++;
    }
}
