/* A half bridge: TIM1 channel 1 on PE9 and PE8, center-aligned, with dead time and a break input on PE15 (active low). */
#include "timer.h"

DEFINE_RESULTS

void TIM1_BRK_TIM9_IRQHandler(void);

void TIM1_BRK_TIM9_IRQHandler(void) {
    results[0]++;
    results[1] = TIM1->SR;
    results[2] = TIM1->BDTR;
    TIM1->DIER &= ~TIM_BIF;
}

int main(void) {
    GPIO_CLOCKS(PORT_E);
    rcc_enable(&RCC->APB2ENR, 1u << 0);
    GPIOE->PUPDR |= 1u << 30;
    gpio_alternate(GPIOE, 8, 1);
    gpio_alternate(GPIOE, 9, 1);
    gpio_alternate(GPIOE, 15, 1);
    TIM1->CR1 = 1u << 5;
    TIM1->ARR = 400;
    TIM1->RCR = 1;
    TIM1->CCR[0] = 100;
    TIM1->CCMR[0] = TIM_PWM1 | TIM_OCPE;
    TIM1->CCER = 5;
    TIM1->CR2 = 1u << 9; /* OIS1N: the lower switch conducts when idle */
    TIM1->EGR = TIM_UG;
    TIM1->SR = 0;
    TIM1->DIER = TIM_BIF;
    nvic_enable(24);
    TIM1->BDTR = TIM_BDTR_MOE | 1u << 12 | 1u << 10 | 16;
    TIM1->CR1 |= TIM_CR1_CEN;
    finish();
}
