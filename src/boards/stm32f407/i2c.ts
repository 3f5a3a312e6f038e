/** I2C: addresses RM0090 table 1, interrupts table 61. */
export const i2cRows = {};
