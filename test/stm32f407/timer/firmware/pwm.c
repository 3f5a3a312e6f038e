/* PWM on the green LED; the update interrupt gives each period its own pulse width by the preload register. The processor is busy. */
#include "timer.h"

DEFINE_RESULTS

void TIM4_IRQHandler(void);

static const uint16_t widths[] = {100, 250, 1, 999, 1000, 0, 500};

void TIM4_IRQHandler(void) {
    static unsigned next;
    TIM4->SR = ~TIM_UIF;
    TIM4->CCR[0] = widths[next];
    next = (next + 1) % (sizeof widths / sizeof *widths);
    results[0]++;
}

int main(void) {
    GPIO_CLOCKS(PORT_D);
    rcc_enable(&RCC->APB1ENR, 1u << 2);
    gpio_alternate(GPIOD, 12, 2);
    TIM4->ARR = 999;
    TIM4->CCMR[0] = TIM_PWM1 | TIM_OCPE;
    TIM4->CCER = 1;
    TIM4->CR1 = TIM_CR1_ARPE | TIM_CR1_URS;
    TIM4->EGR = TIM_UG;
    TIM4->DIER = TIM_UIF;
    nvic_enable(30);
    TIM4->CR1 |= TIM_CR1_CEN;
    for (volatile uint32_t work = 1;; work = work * 1103515245u + 12345u) {
    }
}
