/** SPI and I2S: addresses RM0090 table 1, interrupts table 61. */
export const spiRows = {};
