/* SPI1 as master at 1 MHz on PA5 to PA7, chip select PE7: a block polled, one by DMA. */
#include "dma.h"
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

#define LENGTH 8u
#define ON (SPI_MSTR | SPI_SSM | SPI_SSI | SPI_SPE | SPI_BR(3))

static const uint8_t out[LENGTH] = {0x81, 0x42, 0x24, 0x18, 0xff, 0x00, 0x5a, 0xa5};
volatile uint8_t polled[LENGTH], by_dma[LENGTH];

static void select_slave(uint32_t on) {
    GPIOE->BSRR = on ? 1u << (7 + 16) : 1u << 7;
    for (volatile unsigned wait = 60; wait; wait--) {}
}

int main(void) {
    spi1_pins();
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA2EN);
    cycles_start();
    while (DWT_CYCCNT < 3200) {} /* the slave is there */
    SPI1->CR1 = ON;
    select_slave(1);
    uint32_t begin = DWT_CYCCNT;
    for (uint32_t i = 0; i < LENGTH; i++) {
        SPI1->DR = out[i];
        while (!(SPI1->SR & SPI_RXNE)) {}
        polled[i] = (uint8_t)SPI1->DR;
        for (volatile unsigned wait = 20; wait; wait--) {} /* the slave writes its next byte */
    }
    results[0] = DWT_CYCCNT - begin;
    select_slave(0);
    /* 28.3.9; streams 0 and 3 of DMA2, channel 3: table 43. */
    SPI1->CR2 = SPI_RXDMAEN;
    dma_start(DMA2, 0, DMA_CHSEL(3) | DMA_MINC, &SPI1->DR, by_dma, LENGTH, 0x21);
    dma_start(DMA2, 3, DMA_CHSEL(3) | DMA_M2P | DMA_MINC, &SPI1->DR, out, LENGTH, 0x21);
    select_slave(1);
    begin = DWT_CYCCNT;
    SPI1->CR2 = SPI_RXDMAEN | SPI_TXDMAEN;
    while (!(dma_flags(DMA2, 0) & DMA_TCIF)) {}
    results[1] = DWT_CYCCNT - begin;
    select_slave(0);
    results[2] = SPI1->SR;
    finish();
}
