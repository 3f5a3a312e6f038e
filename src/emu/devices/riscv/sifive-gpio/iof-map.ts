/** IOF0, then IOF1, by pin. */
export type IofMap = Readonly<Record<number, readonly [string?, string?]>>;

/** What the pins of the FE310-G002 can be besides GPIO: manual v19p05 table 52. */
const FE310_G002: IofMap = {
  0: [undefined, 'PWM0_PWM0'],
  1: [undefined, 'PWM0_PWM1'],
  2: ['SPI1_CS0', 'PWM0_PWM2'],
  3: ['SPI1_DQ0', 'PWM0_PWM3'],
  4: ['SPI1_DQ1'],
  5: ['SPI1_SCK'],
  6: ['SPI1_DQ2'],
  7: ['SPI1_DQ3'],
  8: ['SPI1_CS1'],
  9: ['SPI1_CS2'],
  10: ['SPI1_CS3', 'PWM2_PWM0'],
  11: [undefined, 'PWM2_PWM1'],
  12: ['I2C0_SDA', 'PWM2_PWM2'],
  13: ['I2C0_SCL', 'PWM2_PWM3'],
  16: ['UART0_RX'],
  17: ['UART0_TX'],
  18: ['UART1_TX'],
  19: [undefined, 'PWM1_PWM1'],
  20: [undefined, 'PWM1_PWM0'],
  21: [undefined, 'PWM1_PWM2'],
  22: [undefined, 'PWM1_PWM3'],
  23: ['UART1_RX'],
  26: ['SPI2_CS0'],
  27: ['SPI2_DQ0'],
  28: ['SPI2_DQ1'],
  29: ['SPI2_SCK'],
  30: ['SPI2_DQ2'],
  31: ['SPI2_DQ3'],
};

export const IOF_MAPS = { 'fe310-g002': FE310_G002 } as const;
