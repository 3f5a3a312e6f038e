/* SPI2 as a slave with hardware NSS on PB12: echo of the byte before by interrupt, then a block by DMA. */
#include "dma.h"
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

void SPI2_IRQHandler(void);

static const uint8_t block[] = {0x10, 0x20, 0x30, 0x40};
volatile uint8_t received[4];
static volatile uint32_t count;

void SPI2_IRQHandler(void) {
    uint32_t byte = SPI2->DR;
    if (count < 4) results[count] = byte;
    SPI2->DR = byte ^ 0xff;
    count++;
}

int main(void) {
    spi2_pins();
    nvic_enable(36);
    SPI2->CR2 = SPI_RXNEIE;
    SPI2->CR1 = SPI_SPE;
    SPI2->DR = 0x5a;
    while (count < 4) wait_for_interrupt();
    /* 28.3.9: streams 3 and 4 of DMA1, channel 0: table 42. */
    SPI2->CR1 = 0;
    SPI2->CR2 = SPI_RXDMAEN | SPI_TXDMAEN;
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA1EN);
    dma_start(DMA1, 3, DMA_MINC, &SPI2->DR, received, sizeof block, 0x21);
    dma_start(DMA1, 4, DMA_M2P | DMA_MINC, &SPI2->DR, block, sizeof block, 0x21);
    SPI2->CR1 = SPI_SPE;
    results[4] = 1;
    while (!(dma_flags(DMA1, 3) & DMA_TCIF)) {}
    for (unsigned i = 0; i < 4; i++) results[5 + i] = received[i];
    results[9] = SPI2->SR;
    finish();
}
