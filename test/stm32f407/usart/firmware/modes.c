/* The other modes of the USART, each asked for by the test in `mode`: LIN, mute mode, synchronous mode by DMA, smartcard. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define USART3         ((struct usart *)0x40004800u)
#define GPIOB          ((struct gpio *)0x40020400u)
#define SR_FE          (1u << 1)
#define SR_TC          (1u << 6)
#define SR_LBD         (1u << 8)
#define CR1_SBK        (1u << 0)
#define CR1_RWU        (1u << 1)
#define CR1_PCE        (1u << 10)
#define CR1_WAKE       (1u << 11)
#define CR1_M          (1u << 12)
#define CR2_LBDIE      (1u << 6)
#define CR2_LBCL       (1u << 8)
#define CR2_CLKEN      (1u << 11)
#define CR2_STOP(n)    ((uint32_t)(n) << 12)
#define CR2_LINEN      (1u << 14)
#define CR3_NACK       (1u << 4)
#define CR3_SCEN       (1u << 5)
#define CR3_DMAR       (1u << 6)
#define CR3_DMAT       (1u << 7)
#define ON             (USART_CR1_UE | USART_CR1_TE | USART_CR1_RE)

volatile uint32_t mode = 0;
static volatile uint32_t breaks;
static const uint8_t out[6] = {1, 2, 3, 4, 5, 6};
volatile uint8_t in[6];

void USART3_IRQHandler(void);

static uint32_t get(void) {
    while (!(USART3->SR & USART_SR_RXNE)) {}
    return USART3->DR;
}
static void put(uint32_t word) {
    while (!(USART3->SR & USART_SR_TXE)) {}
    USART3->DR = word;
}
static void setup(uint32_t cr1, uint32_t cr2, uint32_t cr3) {
    USART3->CR1 = 0;
    USART3->BRR = usart_brr(HSI_HZ, 19200);
    USART3->CR2 = cr2;
    USART3->CR3 = cr3;
    USART3->CR1 = ON | cr1;
    while (!(USART3->SR & SR_TC)) {}
}

void USART3_IRQHandler(void) {
    if (USART3->SR & SR_LBD) {
        USART3->SR = ~SR_LBD;
        (void)USART3->DR; /* the frame of zeros that the break began with, and its framing error */
        breaks++;
    }
}

/* A slave: waits for break, sync and identifier, answers with a response; then sends a header of its own. */
static void lin(void) {
    setup(0, CR2_LINEN | CR2_LBDIE | (1u << 5), 0);
    nvic_enable(39);
    results[0] = 1;
    while (breaks == 0) wait_for_interrupt();
    results[1] = get();
    results[2] = get();
    put(0x77);
    put(0x88);
    while (!(USART3->SR & SR_TC)) {}
    USART3->CR1 |= CR1_SBK;
    while (USART3->CR1 & CR1_SBK) {}
    put(0x55);
    put(0x3c);
    while (!(USART3->SR & SR_TC)) {}
    results[3] = breaks;
}

/* Number 5 of several on one line: hears what is behind its own address only. */
static void mute(void) {
    setup(CR1_WAKE, 5, 0);
    USART3->CR1 |= CR1_RWU;
    results[0] = 1;
    for (unsigned i = 0; i < 5; i++) results[1 + i] = get();
}

/* Clocks six bytes out and six in, both ways by DMA. */
static void synchronous(void) {
    gpio_alternate(GPIOB, 12, 7);
    setup(0, CR2_CLKEN | CR2_LBCL, CR3_DMAR | CR3_DMAT);
    dma_start(DMA1, 1, DMA_CHSEL(4) | DMA_MINC, &USART3->DR, in, sizeof in, 0x21);
    dma_start(DMA1, 3, DMA_CHSEL(4) | DMA_MINC | DMA_M2P, &USART3->DR, out, sizeof out, 0x21);
    while (!(dma_flags(DMA1, 1) & DMA_TCIF)) {}
    results[0] = dma_flags(DMA1, 3);
}

/* Sends until the card takes a byte, then takes its answer. */
static void smartcard(void) {
    gpio_alternate(GPIOB, 12, 7);
    USART3->GTPR = (16u << 8) | 4u;
    setup(CR1_M | CR1_PCE, CR2_CLKEN | CR2_STOP(3), CR3_SCEN | CR3_NACK);
    for (;;) {
        USART3->SR = ~SR_TC;
        USART3->DR = 0xa0;
        while (!(USART3->SR & SR_TC)) {}
        uint32_t refused = USART3->SR & SR_FE;
        (void)USART3->DR;
        results[0]++;
        if (!refused) break;
    }
    results[2] = 1;
    results[1] = get();
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, (1u << 1) | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, 1u << 18);
    gpio_alternate(GPIOB, 10, 7);
    gpio_alternate(GPIOB, 11, 7);
    while (mode == 0) {}
    if (mode == 1) lin();
    if (mode == 2) mute();
    if (mode == 3) synchronous();
    if (mode == 4) smartcard();
    finish();
}
