/* Shows on the blue LED what the other board sends, and on PE7 that it has taken it. Sleeps in between. */
#include "cortex-m4.h"
#include "stm32f407.h"

#define TAKEN 7  /* PE7 */
#define BLUE  15 /* PD15 */
#define GPIOE ((struct gpio *)0x40021000u)
#define RCC_AHB1ENR_GPIOEEN (1u << 4)

void USART2_IRQHandler(void);
void USART2_IRQHandler(void) {
    uint32_t on = USART2->DR == '1';
    gpio_write(GPIOD, BLUE, on);
    gpio_write(GPIOE, TAKEN, on);
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_GPIOEEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_mode(GPIOD, BLUE, GPIO_OUTPUT);
    gpio_mode(GPIOE, TAKEN, GPIO_OUTPUT);
    gpio_alternate(GPIOA, 2, 7);
    gpio_alternate(GPIOA, 3, 7);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    USART2->CR1 = USART_CR1_UE | USART_CR1_RE | USART_CR1_RXNEIE;
    nvic_enable(USART2_IRQ);
    for (;;) wait_for_interrupt();
}
