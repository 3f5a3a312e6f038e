/* SPI2 as slave on PB12 to PB15, NSS by hardware: answers each byte by its complement in the next one, by DMA in, interrupt out. */
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

void SPI2_IRQHandler(void);

volatile uint8_t heard[32];
static volatile uint32_t count;

void SPI2_IRQHandler(void) {
    uint32_t byte = SPI2->DR;
    if (count < sizeof heard) heard[count++] = (uint8_t)byte;
    if (SPI2->SR & SPI_TXE) SPI2->DR = byte ^ 0xffu;
    results[0] = count;
    results[1] |= SPI2->SR & SPI_OVR;
}

int main(void) {
    spi2_pins();
    nvic_enable(36);
    SPI2->CR2 = SPI_RXNEIE;
    SPI2->CR1 = SPI_SPE;
    SPI2->DR = 0xc3;
    for (;;) wait_for_interrupt();
}
