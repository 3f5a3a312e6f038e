/* Three hall sensors on PB6, PB7, PB8 (TIM4): each edge resets the counter and captures the time since the last one. */
#include "timer.h"

DEFINE_RESULTS

void TIM4_IRQHandler(void);

void TIM4_IRQHandler(void) {
    results[1 + results[0]++] = TIM4->CCR[0];
}

int main(void) {
    GPIO_CLOCKS(PORT_B);
    rcc_enable(&RCC->APB1ENR, 1u << 2);
    for (unsigned pin = 6; pin < 9; pin++) gpio_alternate(GPIOB, pin, 2);
    TIM4->CR2 = TIM_CR2_TI1S;
    TIM4->CCMR[0] = 3; /* TRC */
    TIM4->CCER = 1;
    TIM4->SMCR = TIM_SMCR(SLAVE_RESET, TRIGGER_EDGES);
    TIM4->CR1 = TIM_CR1_URS | TIM_CR1_CEN;
    TIM4->DIER = TIM_CCIF(1);
    nvic_enable(30);
    finish();
}
