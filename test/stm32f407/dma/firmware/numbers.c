/* The CRC unit by hand and by DMA, and the random number generator polled and by interrupt. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define CRC_DR   REG32(0x40023000u)
#define CRC_CR   REG32(0x40023008u)
#define RNG_CR   REG32(0x50060800u)
#define RNG_SR   REG32(0x50060804u)
#define RNG_DR   REG32(0x50060808u)
#define RNG_DRDY 1u

static volatile uint32_t interrupts;
static uint32_t words[16];

void HASH_RNG_IRQHandler(void);

void HASH_RNG_IRQHandler(void) {
    if (RNG_SR & RNG_DRDY) {
        results[8 + interrupts++] = RNG_DR;
        if (interrupts == 4) RNG_CR = 0;
    }
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, (1u << 12) | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->AHB2ENR, 1u << 6);
    for (unsigned i = 0; i < 16; i++) words[i] = 0x01020304u * i;
    CRC_CR = 1;
    for (unsigned i = 0; i < 16; i++) CRC_DR = words[i];
    results[0] = CRC_DR;
    CRC_CR = 1;
    dma_start(DMA2, 0, DMA_M2M | DMA_PINC | DMA_PSIZE(2) | DMA_MSIZE(2), words, &CRC_DR, 16, 7);
    while (!(dma_flags(DMA2, 0) & DMA_TCIF)) {}
    results[1] = CRC_DR;

    /* HSI / 16 * 192 / 4 is 48 MHz for the generator (7.3.2); the processor stays on HSI. */
    RCC->PLLCFGR = 16u | (192u << 6) | (1u << 16) | (4u << 24);
    RCC->CR |= 1u << 24;
    while (!(RCC->CR & (1u << 25))) {}
    RNG_CR = 1u << 2;
    for (unsigned i = 0; i < 4; i++) {
        while (!(RNG_SR & RNG_DRDY)) {}
        results[4 + i] = RNG_DR;
    }
    RNG_CR = 0;
    nvic_enable(80);
    RNG_CR = (1u << 2) | (1u << 3);
    while (interrupts < 4) wait_for_interrupt();
    finish();
}
