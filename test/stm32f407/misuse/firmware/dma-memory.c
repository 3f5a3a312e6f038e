/* Lets DMA2 copy into the core-coupled memory, which no bus master but the core reaches. */
#include "registers.h"

DEFINE_RESULTS

#define DMA2_LISR   REG32(0x40026400u)
#define DMA2_S0CR   REG32(0x40026410u)
#define DMA2_S0NDTR REG32(0x40026414u)
#define DMA2_S0PAR  REG32(0x40026418u)
#define DMA2_S0M0AR REG32(0x4002641cu)
#define DMA2_S0FCR  REG32(0x40026424u)

int main(void) {
    rcc_enable(&RCC->AHB1ENR, 1u << 22);
    DMA2_S0NDTR = 4;
    DMA2_S0PAR = 0x20000000u;
    DMA2_S0M0AR = 0x10000000u;
    DMA2_S0FCR = 0x7;
    DMA2_S0CR = 2u << 6 | 1u << 9 | 1u << 10 | 2u << 11 | 2u << 13 | 1u;
    while (!(DMA2_LISR & 0x3d)) continue;
    results[0] = DMA2_LISR;
    finish();
}
