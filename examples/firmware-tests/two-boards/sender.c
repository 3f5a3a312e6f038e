/* Sends `1` when the button is pressed and `0` when it is let go; the green LED shows that the other board has taken it. */
#include "cortex-m4.h"
#include "stm32f407.h"

#define BUTTON 0  /* PA0: the Discovery's, high while it is pressed */
#define TAKEN  8  /* PE8: a level from the other board */
#define GREEN  12 /* PD12 */
#define GPIOE  ((struct gpio *)0x40021000u)
#define RCC_AHB1ENR_GPIOEEN (1u << 4)

#define CYCLES_PER_MS (HSI_HZ / 1000u)

void SysTick_Handler(void);
void SysTick_Handler(void) {}

static uint32_t pressed(void) {
    return (GPIOA->IDR >> BUTTON) & 1u;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_GPIOEEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_mode(GPIOD, GREEN, GPIO_OUTPUT);
    gpio_alternate(GPIOA, 2, 7);
    gpio_alternate(GPIOA, 3, 7);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE;
    systick_start(CYCLES_PER_MS);

    uint32_t before = 0;
    for (;;) {
        wait_for_interrupt();
        if (pressed() != before) {
            before = pressed();
            USART2->DR = '0' + before;
        }
        gpio_write(GPIOD, GREEN, (GPIOE->IDR >> TAKEN) & 1u);
    }
}
