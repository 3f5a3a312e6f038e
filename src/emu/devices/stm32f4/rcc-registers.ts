import { type FieldSpec, notModelled, r, reg, registers, rw, w } from '../../registers.js';

/**
 * RM0090 section 7.3 (STM32F405/407). One row a peripheral: its bit has the same place in RSTR, ENR and LPENR.
 */
const AHB1 = {
  GPIOA: 0,
  GPIOB: 1,
  GPIOC: 2,
  GPIOD: 3,
  GPIOE: 4,
  GPIOF: 5,
  GPIOG: 6,
  GPIOH: 7,
  GPIOI: 8,
  CRC: 12,
  DMA1: 21,
  DMA2: 22,
  ETHMAC: 25,
  OTGHS: 29,
} as const;
const AHB1_CLOCK_ONLY = { BKPSRAM: 18, ETHMACTX: 26, ETHMACRX: 27, ETHMACPTP: 28, OTGHSULPI: 30 } as const;
const AHB2 = { DCMI: 0, RNG: 6, OTGFS: 7 } as const;
const AHB3 = { FSMC: 0 } as const;
const APB1 = {
  TIM2: 0,
  TIM3: 1,
  TIM4: 2,
  TIM5: 3,
  TIM6: 4,
  TIM7: 5,
  TIM12: 6,
  TIM13: 7,
  TIM14: 8,
  WWDG: 11,
  SPI2: 14,
  SPI3: 15,
  USART2: 17,
  USART3: 18,
  UART4: 19,
  UART5: 20,
  I2C1: 21,
  I2C2: 22,
  I2C3: 23,
  CAN1: 25,
  CAN2: 26,
  PWR: 28,
  DAC: 29,
} as const;
const APB2 = {
  TIM1: 0,
  TIM8: 1,
  USART1: 4,
  USART6: 5,
  SDIO: 11,
  SPI1: 12,
  SYSCFG: 14,
  TIM9: 16,
  TIM10: 17,
  TIM11: 18,
} as const;
/** The three converters have a clock bit each and one reset bit. */
const ADCS = { ADC1: 8, ADC2: 9, ADC3: 10 } as const;

type Places = Readonly<Record<string, number>>;
type Named<P extends Places, S extends string> = { [K in keyof P & string as `${K}${S}`]: FieldSpec };

/** One read-write bit for each peripheral, named as the manual does: `GPIOA` + `EN`. */
function each<P extends Places, S extends string>(places: P, suffix: S, spec = rw): Named<P, S> {
  return Object.fromEntries(Object.entries(places).map(([name, place]) => [name + suffix, spec(place)])) as Named<P, S>;
}

/** Nobody but DMA could notice, and its accesses do not ask for it. */
const memoryAsleep = (place: number): FieldSpec =>
  notModelled(rw(place), 'stopping the clock of a memory in Sleep mode');

/** Millions of edges a second would stop the machine: a test reads `board.rcc.mco1Hertz` and `mco2Hertz`. */
const MCO = 'the level of a clock output pin';

export const RCC = registers({
  CR: reg(
    0x00,
    {
      HSION: rw(0),
      HSIRDY: r(1),
      HSITRIM: notModelled(rw(3, 5), 'trimming the HSI'),
      HSICAL: r(8, 8),
      HSEON: rw(16),
      HSERDY: r(17),
      HSEBYP: rw(18),
      CSSON: rw(19),
      PLLON: rw(24),
      PLLRDY: r(25),
      PLLI2SON: rw(26),
      PLLI2SRDY: r(27),
    },
    0x0000_0083,
    'RM0090 7.3.1',
  ),
  PLLCFGR: reg(
    0x04,
    // Bits 30:28 are reserved here, with reset value 2 (they are PLLR on the STM32F446). ST's own start-up code clears
    // them, so that is no mistake worth a report.
    { PLLM: rw(0, 6), PLLN: rw(6, 9), PLLP: rw(16, 2), PLLSRC: rw(22), PLLQ: rw(24, 4), UNUSED: rw(28, 3) },
    0x2400_3010,
    'RM0090 7.3.2',
  ),
  CFGR: reg(
    0x08,
    {
      SW: rw(0, 2),
      SWS: r(2, 2),
      HPRE: rw(4, 4),
      PPRE1: rw(10, 3),
      PPRE2: rw(13, 3),
      RTCPRE: rw(16, 5),
      MCO1: notModelled(rw(21, 2), MCO),
      I2SSRC: rw(23),
      MCO1PRE: notModelled(rw(24, 3), MCO),
      MCO2PRE: notModelled(rw(27, 3), MCO),
      MCO2: notModelled(rw(30, 2), MCO),
    },
    0,
    'RM0090 7.3.3',
  ),
  CIR: reg(
    0x0c,
    {
      LSIRDYF: r(0),
      LSERDYF: r(1),
      HSIRDYF: r(2),
      HSERDYF: r(3),
      PLLRDYF: r(4),
      PLLI2SRDYF: r(5),
      CSSF: r(7),
      LSIRDYIE: rw(8),
      LSERDYIE: rw(9),
      HSIRDYIE: rw(10),
      HSERDYIE: rw(11),
      PLLRDYIE: rw(12),
      PLLI2SRDYIE: rw(13),
      LSIRDYC: w(16),
      LSERDYC: w(17),
      HSIRDYC: w(18),
      HSERDYC: w(19),
      PLLRDYC: w(20),
      PLLI2SRDYC: w(21),
      CSSC: w(23),
    },
    0,
    'RM0090 7.3.4',
  ),
  AHB1RSTR: reg(0x10, each(AHB1, 'RST'), 0, 'RM0090 7.3.5'),
  AHB2RSTR: reg(0x14, each(AHB2, 'RST'), 0, 'RM0090 7.3.6'),
  AHB3RSTR: reg(0x18, each(AHB3, 'RST'), 0, 'RM0090 7.3.7'),
  APB1RSTR: reg(0x20, each(APB1, 'RST'), 0, 'RM0090 7.3.8'),
  APB2RSTR: reg(0x24, each({ ...APB2, ADC: 8 } as const, 'RST'), 0, 'RM0090 7.3.9'),
  AHB1ENR: reg(
    0x30,
    each({ ...AHB1, ...AHB1_CLOCK_ONLY, CCMDATARAM: 20 } as const, 'EN'),
    0x0010_0000,
    'RM0090 7.3.10',
  ),
  AHB2ENR: reg(0x34, each(AHB2, 'EN'), 0, 'RM0090 7.3.11'),
  AHB3ENR: reg(0x38, each(AHB3, 'EN'), 0, 'RM0090 7.3.12'),
  APB1ENR: reg(0x40, each(APB1, 'EN'), 0, 'RM0090 7.3.13'),
  APB2ENR: reg(0x44, each({ ...APB2, ...ADCS } as const, 'EN'), 0, 'RM0090 7.3.14'),
  AHB1LPENR: reg(
    0x50,
    {
      ...each({ ...AHB1, ...AHB1_CLOCK_ONLY } as const, 'LPEN'),
      ...each({ FLITF: 15, SRAM1: 16, SRAM2: 17 } as const, 'LPEN', memoryAsleep),
    },
    0x7e67_91ff,
    'RM0090 7.3.15',
  ),
  AHB2LPENR: reg(0x54, each({ ...AHB2, CRYP: 4, HASH: 5 } as const, 'LPEN'), 0x0000_00f1, 'RM0090 7.3.16'),
  AHB3LPENR: reg(0x58, each(AHB3, 'LPEN'), 0x0000_0001, 'RM0090 7.3.17'),
  APB1LPENR: reg(0x60, each(APB1, 'LPEN'), 0x36fe_c9ff, 'RM0090 7.3.18'),
  APB2LPENR: reg(0x64, each({ ...APB2, ...ADCS } as const, 'LPEN'), 0x0007_5f33, 'RM0090 7.3.19'),
  BDCR: reg(
    0x70,
    { LSEON: rw(0), LSERDY: r(1), LSEBYP: rw(2), RTCSEL: rw(8, 2), RTCEN: rw(15), BDRST: rw(16) },
    0,
    'RM0090 7.3.20',
    { backup: true },
  ),
  CSR: reg(
    0x74,
    {
      LSION: rw(0),
      LSIRDY: r(1),
      RMVF: w(24),
      BORRSTF: r(25),
      PINRSTF: r(26),
      PORRSTF: r(27),
      SFTRSTF: r(28),
      IWDGRSTF: r(29),
      WWDGRSTF: r(30),
      LPWRRSTF: r(31),
    },
    0x0e00_0000,
    'RM0090 7.3.21',
    { backup: true },
  ),
  SSCGR: reg(
    0x80,
    {
      MODPER: notModelled(rw(0, 13), 'spread spectrum'),
      INCSTEP: notModelled(rw(13, 15), 'spread spectrum'),
      SPREADSEL: notModelled(rw(30), 'spread spectrum'),
      SSCGEN: notModelled(rw(31), 'spread spectrum'),
    },
    0,
    'RM0090 7.3.22',
  ),
  PLLI2SCFGR: reg(0x84, { PLLI2SN: rw(6, 9), PLLI2SR: rw(28, 3) }, 0x2000_3000, 'RM0090 7.3.23'),
});

/** Registers whose bits gate a peripheral's clock or hold it in reset: each bit is an output signal `'APB1ENR.17'`. */
export const ENABLE_REGISTERS = ['AHB1ENR', 'AHB2ENR', 'AHB3ENR', 'APB1ENR', 'APB2ENR'] as const;
export const RESET_REGISTERS = ['AHB1RSTR', 'AHB2RSTR', 'AHB3RSTR', 'APB1RSTR', 'APB2RSTR'] as const;
export const SLEEP_ENABLE_REGISTERS = ['AHB1LPENR', 'AHB2LPENR', 'AHB3LPENR', 'APB1LPENR', 'APB2LPENR'] as const;
