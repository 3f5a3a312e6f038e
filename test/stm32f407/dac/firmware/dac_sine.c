/* A wave from a table by DMA, at TIM6's pace, on channel 1; noise by TIM6 on channel 2; then an underrun, as no DMA serves. */
#include "analog.h"
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define TIM6 0x40001000u
void TIM6_DAC_IRQHandler(void);

/* 2048 + 1800 sin(2 pi i / 16) */
static const uint16_t sine[16] = { 2048, 2737, 3321, 3711, 3848, 3711, 3321, 2737, 2048, 1359, 775, 385, 248, 385, 775, 1359 };

void TIM6_DAC_IRQHandler(void) {
    results[0] = DAC->SR;
    DAC->CR &= ~((1u << 13) | DAC_CR_DMAEN);
    DAC->SR = 1u << 13;
    results[1] = DAC->SR;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_DACEN | (1u << 4));
    gpio_mode(GPIOA, 4, GPIO_ANALOG);
    gpio_mode(GPIOA, 5, GPIO_ANALOG);
    nvic_enable(54);
    REG32(TIM6 + 0x2c) = 159; /* 100 kHz */
    REG32(TIM6 + 0x04) = 2u << 4;
    dma_start(DMA1, 5, DMA_CHSEL(7) | DMA_M2P | DMA_MINC | DMA_CIRC | DMA_PSIZE(1) | DMA_MSIZE(1), &DAC->DHR12R1, sine, 16, 0);
    DAC->CR = DAC_CR_EN | DAC_CR_TEN | DAC_CR_TSEL(0) | DAC_CR_DMAEN |
              ((DAC_CR_EN | DAC_CR_TEN | DAC_CR_TSEL(0) | DAC_CR_WAVE(1) | DAC_CR_MAMP(11)) << 16);
    REG32(TIM6) = 1;
    wait_us(1000);
    results[2] = DAC->SR;
    /* The stream stops: the second trigger behind that finds its request not served. */
    DMA1->S[5].CR &= ~DMA_EN;
    DAC->CR |= 1u << 13;
    while (!results[0]) wait_for_interrupt();
    REG32(TIM6) = 0;
    finish();
}
