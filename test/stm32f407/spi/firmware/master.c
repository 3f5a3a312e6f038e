/* SPI1 as master: polled, by interrupt, by DMA with CRC; the times of bytes. */
#include "dma.h"
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

void SPI1_IRQHandler(void);
void DMA2_Stream0_IRQHandler(void);

#define ON (SPI_MSTR | SPI_SSM | SPI_SSI | SPI_SPE)

static const uint8_t command[] = {0x9f, 0x01, 0x02, 0x03, 0x04};
volatile uint8_t answer[3][8];
static volatile uint32_t sent, received, done;

/* 28.3.5, full duplex: cycles from the first write to the end of BSY. */
static uint32_t polled(uint32_t br) {
    SPI1->CR1 = ON | SPI_BR(br);
    GPIOE->BSRR = 1u << (7 + 16);
    uint32_t begin = DWT_CYCCNT;
    SPI1->DR = command[0];
    for (uint32_t i = 1; i <= sizeof command; i++) {
        while (!(SPI1->SR & SPI_TXE)) {}
        if (i < sizeof command) SPI1->DR = command[i];
        while (!(SPI1->SR & SPI_RXNE)) {}
        answer[0][i - 1] = (uint8_t)SPI1->DR;
    }
    while (SPI1->SR & SPI_BSY) {}
    uint32_t end = DWT_CYCCNT;
    GPIOE->BSRR = 1u << 7;
    SPI1->CR1 = 0;
    return end - begin;
}

void SPI1_IRQHandler(void) {
    uint32_t status = SPI1->SR;
    if ((status & SPI_RXNE) && received < sizeof command) {
        answer[1][received++] = (uint8_t)SPI1->DR;
        if (received == sizeof command) SPI1->CR2 = 0;
    }
    if ((status & SPI_TXE) && (SPI1->CR2 & SPI_TXEIE)) {
        SPI1->DR = command[sent++];
        if (sent == sizeof command) SPI1->CR2 = SPI_RXNEIE;
    }
}
static void by_interrupt(void) {
    SPI1->CR1 = ON | SPI_BR(4);
    GPIOE->BSRR = 1u << (7 + 16);
    SPI1->CR2 = SPI_TXEIE | SPI_RXNEIE;
    while (received < sizeof command) wait_for_interrupt();
    GPIOE->BSRR = 1u << 7;
    SPI1->CR1 = 0;
}

void DMA2_Stream0_IRQHandler(void) {
    dma_clear(DMA2, 0, DMA_FLAGS);
    done = 1;
}
/* 28.3.9: the reception's stream first; the CRC follows by itself. Streams 0 and 3 of DMA2, channel 3: table 43. */
static void by_dma(void) {
    SPI1->CRCPR = 7;
    SPI1->CR1 = (ON & ~SPI_SPE) | SPI_CRCEN | SPI_BR(1);
    SPI1->CR2 = SPI_RXDMAEN;
    dma_start(DMA2, 0, DMA_CHSEL(3) | DMA_MINC | DMA_TCIE, &SPI1->DR, answer[2], sizeof command, 0x21);
    dma_start(DMA2, 3, DMA_CHSEL(3) | DMA_M2P | DMA_MINC, &SPI1->DR, command, sizeof command, 0x21);
    GPIOE->BSRR = 1u << (7 + 16);
    uint32_t begin = DWT_CYCCNT;
    SPI1->CR1 |= SPI_SPE;
    SPI1->CR2 = SPI_RXDMAEN | SPI_TXDMAEN;
    while (!done) wait_for_interrupt();
    while (!(SPI1->SR & SPI_RXNE)) {}
    results[4] = SPI1->DR;
    while (SPI1->SR & SPI_BSY) {}
    results[5] = DWT_CYCCNT - begin;
    results[6] = SPI1->SR;
    results[7] = SPI1->RXCRCR;
    GPIOE->BSRR = 1u << 7;
}

int main(void) {
    spi1_pins();
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA2EN);
    cycles_start();
    nvic_enable(35);
    nvic_enable(56);
    results[0] = polled(0);
    results[1] = polled(3);
    results[2] = polled(7);
    by_interrupt();
    results[3] = received;
    by_dma();
    finish();
}
