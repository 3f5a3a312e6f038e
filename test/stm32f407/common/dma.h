/* Direct memory access, RM0090 10.5. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dma_stream {
    volatile uint32_t CR, NDTR, PAR, M0AR, M1AR, FCR;
};
struct dma {
    volatile uint32_t ISR[2], IFCR[2]; /* LISR, HISR, LIFCR, HIFCR */
    struct dma_stream S[8];
};
_Static_assert(offsetof(struct dma, S[7]) == 0xb8, "10.5.11");
#define DMA1 ((struct dma *)0x40026000u)
#define DMA2 ((struct dma *)0x40026400u)

#define DMA_EN        (1u << 0) /* 10.5.5 */
#define DMA_DMEIE     (1u << 1)
#define DMA_TEIE      (1u << 2)
#define DMA_HTIE      (1u << 3)
#define DMA_TCIE      (1u << 4)
#define DMA_M2P       (1u << 6)
#define DMA_M2M       (2u << 6)
#define DMA_CIRC      (1u << 8)
#define DMA_PINC      (1u << 9)
#define DMA_MINC      (1u << 10)
#define DMA_PSIZE(n)  ((uint32_t)(n) << 11)
#define DMA_MSIZE(n)  ((uint32_t)(n) << 13)
#define DMA_PL(n)     ((uint32_t)(n) << 16)
#define DMA_DBM       (1u << 18)
#define DMA_CT        (1u << 19)
#define DMA_PBURST(n) ((uint32_t)(n) << 21)
#define DMA_MBURST(n) ((uint32_t)(n) << 23)
#define DMA_CHSEL(n)  ((uint32_t)(n) << 25)
#define DMA_DMDIS     (1u << 2) /* 10.5.10 */
#define DMA_FEIE      (1u << 7)

/* Flags of a stream, as dma_flags gives them: 10.5.1. */
#define DMA_FEIF  (1u << 0)
#define DMA_DMEIF (1u << 2)
#define DMA_TEIF  (1u << 3)
#define DMA_HTIF  (1u << 4)
#define DMA_TCIF  (1u << 5)
#define DMA_FLAGS 0x3du

#define RCC_AHB1ENR_DMA1EN (1u << 21) /* 7.3.10 */
#define RCC_AHB1ENR_DMA2EN (1u << 22)

static inline unsigned dma_shift(unsigned stream) {
    return (stream & 1u) * 6u + ((stream & 2u) ? 16u : 0u);
}
static inline uint32_t dma_flags(const struct dma *dma, unsigned stream) {
    return (dma->ISR[stream / 4] >> dma_shift(stream)) & DMA_FLAGS;
}
static inline void dma_clear(struct dma *dma, unsigned stream, uint32_t flags) {
    dma->IFCR[stream / 4] = flags << dma_shift(stream);
}

/* 10.3.17: everything is set up before EN. */
static inline void dma_start(struct dma *dma, unsigned stream, uint32_t cr, const volatile void *peripheral,
                             const volatile void *memory, uint32_t items, uint32_t fcr) {
    struct dma_stream *s = &dma->S[stream];
    s->CR = 0;
    while (s->CR & DMA_EN) {}
    dma_clear(dma, stream, DMA_FLAGS);
    s->PAR = (uint32_t)peripheral;
    s->M0AR = (uint32_t)memory;
    s->NDTR = items;
    s->FCR = fcr;
    s->CR = cr;
    s->CR = cr | DMA_EN;
}
