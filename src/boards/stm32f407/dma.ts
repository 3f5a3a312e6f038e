/** DMA controllers, CRC unit and random number generator: addresses RM0090 table 1, interrupts table 61. */
export const dmaRows = {};
