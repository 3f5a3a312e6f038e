/* ADC1 triggered by timers: regular by TIM3's update (TRGO) into memory, injected by TIM1's channel 4, and by EXTI lines 11 and 15. */
#include "analog.h"
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define TIM1 0x40010000u
#define TIM3 0x40000400u

void ADC_IRQHandler(void);
volatile uint16_t samples[8];
static volatile uint32_t injected;

void ADC_IRQHandler(void) {
    ADC1->SR = ~ADC_SR_JEOC;
    results[20 + injected % 4] = ADC1->JDR[0];
    injected++;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA2EN | (1u << 1));
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN | RCC_APB2ENR_SYSCFGEN | 1u);
    for (unsigned pin = 1; pin <= 3; pin++) gpio_mode(GPIOA, pin, GPIO_ANALOG);
    nvic_enable(ADC_IRQ);

    /* TIM3: 1600 cycles a period, update as TRGO. */
    REG32(TIM3 + 0x2c) = 1599;
    REG32(TIM3 + 0x04) = 2u << 4;
    ADC1->SQR3 = 1;
    ADC1->JSQR = 2u << 15;
    ADC1->CR1 = ADC_CR1_JEOCIE;
    ADC1->CR2 = ADC_CR2_ADON | ADC_CR2_DMA | ADC_CR2_EXTSEL(8) | ADC_CR2_EXTEN(1) | (1u << 20) /* JEXTSEL 0: TIM1_CC4 */;
    dma_start(DMA2, 4, DMA_CHSEL(0) | DMA_MINC | DMA_PSIZE(1) | DMA_MSIZE(1), &ADC1->DR, samples, 8, 0);
    wait_us(3);
    cycles_start();
    REG32(TIM3) = 1;
    while (!(dma_flags(DMA2, 4) & DMA_TCIF)) {}
    results[0] = DWT_CYCCNT;
    REG32(TIM3) = 0;
    for (unsigned i = 0; i < 8; i++) results[1 + i] = samples[i];

    /* TIM1: channel 4 in toggle mode compares once a period. */
    REG32(TIM1 + 0x2c) = 999;
    REG32(TIM1 + 0x40) = 500;
    REG32(TIM1 + 0x1c) = 3u << 12;
    REG32(TIM1 + 0x20) = 1u << 12;
    REG32(TIM1 + 0x44) = 1u << 15;
    REG32(TIM1) = 1;
    while (injected < 3) wait_for_interrupt();
    REG32(TIM1) = 0;
    results[10] = injected;

    /* EXTI line 15 (PB15, an event) starts the injected group, line 11 (PB11) the regular one. */
    SYSCFG->EXTICR[3] = 1u << 12;
    SYSCFG->EXTICR[2] = 1u << 12;
    EXTI->RTSR = (1u << 15) | (1u << 11);
    EXTI->EMR = (1u << 15) | (1u << 11);
    ADC1->CR2 = ADC_CR2_ADON | ADC_CR2_EXTSEL(15) | ADC_CR2_EXTEN(1) | (1u << 20) | (15u << 16);
    ADC1->SR = 0;
    results[11] = 1;
    while (injected < 4) {}
    while (!(ADC1->SR & ADC_SR_EOC)) {}
    results[12] = ADC1->DR;
    finish();
}
