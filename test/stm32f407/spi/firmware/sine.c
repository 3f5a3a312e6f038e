/* I2S3 as master plays a sine from a circular buffer at 48 kHz, 16 bits, with MCLK; I2S3ext records: RM0090 28.4. */
#include "dma.h"
#include "registers.h"
#include "spi.h"

DEFINE_RESULTS

void DMA1_Stream5_IRQHandler(void);

/* One period of 24 frames at 48 kHz: 2 kHz, left; its half amplitude, right. */
static const int16_t quarter[] = {0, 2588, 5000, 7071, 8660, 9659, 10000};
volatile int16_t wave[48];
volatile uint16_t recorded[16];
static volatile uint32_t halves;

#define RCC_PLLI2SCFGR REG32(0x40023884u)
#define PLLI2SON  (1u << 26)
#define PLLI2SRDY (1u << 27)

void DMA1_Stream5_IRQHandler(void) {
    halves++;
    dma_clear(DMA1, 5, DMA_HTIF | DMA_TCIF);
}

static int16_t sine(uint32_t step) {
    uint32_t folded = step % 12;
    int16_t value = folded <= 6 ? quarter[folded] : quarter[12 - folded];
    return step < 12 ? value : (int16_t)-value;
}

int main(void) {
    for (uint32_t i = 0; i < 24; i++) {
        wave[2 * i] = sine(i);
        wave[2 * i + 1] = (int16_t)(sine(i) / 2);
    }
    /* PLLI2S from HSI / 16: 1 MHz × 258 / 3 = 86 MHz, RM0090 table 127. */
    RCC_PLLI2SCFGR = (3u << 28) | (258u << 6);
    RCC->CR |= PLLI2SON;
    while (!(RCC->CR & PLLI2SRDY)) {}
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOCEN | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_SPI3EN);
    gpio_alternate(GPIOA, 4, 6);  /* WS */
    gpio_alternate(GPIOC, 7, 6);  /* MCK */
    gpio_alternate(GPIOC, 10, 6); /* CK */
    gpio_alternate(GPIOC, 11, 5); /* the extension's SD */
    gpio_alternate(GPIOC, 12, 6); /* SD */
    nvic_enable(16);
    SPI3->I2SPR = I2S_MCKOE | I2S_ODD | 3u;
    SPI3->I2SCFGR = I2S_MOD | I2S_MASTER_TX;
    I2S3EXT->I2SCFGR = I2S_MOD | I2S_SLAVE_RX;
    /* Streams 5 (channel 0) and 2 (channel 2) of DMA1: table 42. */
    dma_start(DMA1, 5, DMA_M2P | DMA_MINC | DMA_CIRC | DMA_PSIZE(1) | DMA_MSIZE(1) | DMA_HTIE | DMA_TCIE, &SPI3->DR, wave, 48, 0x21);
    dma_start(DMA1, 2, DMA_CHSEL(2) | DMA_MINC | DMA_PSIZE(1) | DMA_MSIZE(1), &I2S3EXT->DR, recorded, 16, 0x21);
    SPI3->CR2 = SPI_TXDMAEN;
    I2S3EXT->CR2 = SPI_RXDMAEN;
    I2S3EXT->I2SCFGR |= I2S_E;
    SPI3->I2SCFGR |= I2S_E;
    while (halves < 8) wait_for_interrupt();
    for (unsigned i = 0; i < 16; i++) results[i] = recorded[i];
    results[16] = SPI3->SR;
    finish();
}
