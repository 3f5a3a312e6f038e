/** Registers that read something else than the SVD says after power-on, and why. */

export interface Exception {
  /** As the SVD names it. */
  readonly register: string;
  /** What fwtest's reads. */
  readonly value: number;
  readonly reason: string;
}

const same = (registers: string, value: number, reason: string): Exception[] =>
  registers.split(' ').map((register) => ({ register, value, reason }));

export const EXCEPTIONS: readonly Exception[] = [
  // Modelled blocks.
  ...same(
    'USART1.SR USART2.SR USART3.SR USART6.SR UART4.SR UART5.SR',
    0xc0,
    "RM0090 30.6.1: the reset line's 0x00C0 0000 contradicts the bit table: TXE and TC are bits 7 and 6, above 9 all is reserved",
  ),
  ...same('PWR.CR', 0x4000, 'RM0090 5.4.1: VOS (bit 14), which the SVD does not list, is set'),
  ...same(
    'FLASH.OPTCR',
    0x0fff_aaed,
    'RM0090 3.9.9: factory option bytes; the SVD has a value without any field in it',
  ),
  ...same('GPIOA.OSPEEDR', 0x0c00_0000, 'RM0090 8.4.3: PA13 (JTMS/SWDIO) is a very fast output'),
  ...same('GPIOA.IDR', 0xa000, 'RM0090 8.4.5: 0x0000 XXXX; PA13 and PA15 are pulled up (8.4.4)'),
  ...same('GPIOB.IDR', 0x0010, 'RM0090 8.4.5: 0x0000 XXXX; PB4 is pulled up (8.4.4)'),
  ...same('DBG.DBGMCU_IDCODE', 0x100f_6413, 'RM0090 38.6.1: DEV_ID 0x413; the SVD has the 0x411 of the first masks'),
  // Not modelled blocks: what they read is data all the same.
  ...same('CAN1.BTR CAN2.BTR', 0x0123_0000, 'RM0090 32.9.2'),
  ...same('FSMC.BCR1', 0x30db, 'RM0090 36.5.6: bank 1 is enabled and multiplexed at reset'),
  ...same('FSMC.BCR2 FSMC.BCR3 FSMC.BCR4', 0x30d2, 'RM0090 36.5.6'),
  ...same('FSMC.BTR1 FSMC.BTR2 FSMC.BTR3 FSMC.BTR4', 0x0fff_ffff, 'RM0090 36.5.6: bits 31:30 are reserved'),
  ...same(
    'SPI1.I2SPR SPI2.I2SPR SPI3.I2SPR I2S2ext.I2SPR I2S3ext.I2SPR',
    0x2,
    'RM0090 28.5.9: the SVD has it in binary',
  ),
  ...same('Ethernet_DMA.DMABMR', 0x0002_0101, 'RM0090 33.8.4: RDP and PBL are 1, SR is set'),
  ...same('Ethernet_MAC.MACA0HR', 0x8000_ffff, 'RM0090 33.8.1: bit 31 is always 1'),
  ...same('TIM2.ARR TIM5.ARR', 0xffff_ffff, 'RM0090 18.4.12: counts all 32 bits after reset'),
  ...same('TIM1.ARR TIM8.ARR', 0xffff, 'RM0090 17.4.12'),
  ...same('TIM3.ARR TIM4.ARR', 0xffff, 'RM0090 18.4.12, 16-bit timers'),
  ...same('TIM9.ARR TIM12.ARR TIM10.ARR TIM11.ARR TIM13.ARR TIM14.ARR', 0xffff, 'RM0090 19.4 and 19.5'),
  ...same('TIM6.ARR TIM7.ARR', 0xffff, 'RM0090 20.4.8'),
  // The core.
  ...same('SCB.AIRCR', 0xfa05_0000, 'Arm DDI 0403E B3.2.6: reads give VECTKEYSTAT'),
  ...same('SCB.CCR', 0x200, 'Arm DDI 0439D table 4-1: STKALIGN is set'),
  ...same('STK.CALIB', 0x4000_493e, 'RM0090 12.1.2: 18750, not exact'),
  ...same('FPU.FPCCR', 0xc000_0000, 'Arm DDI 0403E B3.2.21: ASPEN and LSPEN are set'),
];

/** Registers the SVD names and the part does not have. */
export const WITHOUT_REGISTER: readonly Omit<Exception, 'value'>[] = [
  ...['FMR', 'FM1R', 'FS1R', 'FFA1R', 'FA1R', ...Array.from({ length: 56 }, (_, i) => `F${i >> 1}R${(i & 1) + 1}`)].map(
    (name) => ({ register: `CAN2.${name}`, reason: 'RM0090 32.9.5: the filter registers are in CAN1 only' }),
  ),
];

/** Registers with bits that the SVD does not describe: the bits that have a field here, and why. */
export const FIELD_EXCEPTIONS: readonly Exception[] = [
  ...same('PWR.CR', 0x43ff, 'RM0090 5.4.1: VOS is bit 14'),
  ...same('RCC.AHB1ENR', 0x7e74_11ff, "RM0090 7.3.10: CCMDATARAMEN is bit 20, set in the SVD's own reset value"),
  ...same('RCC.AHB2LPENR', 0xf1, "RM0090 7.3.16: CRYPLPEN and HASHLPEN, set in the SVD's own reset value"),
  ...same(
    'TIM3.CNT TIM3.ARR TIM3.CCR1 TIM3.CCR2 TIM3.CCR3 TIM3.CCR4 TIM4.CNT TIM4.ARR TIM4.CCR1 TIM4.CCR2 TIM4.CCR3 TIM4.CCR4',
    0xffff,
    'RM0090 18.4.10, 18.4.12 to 18.4.16: the upper halves are those of TIM2 and TIM5',
  ),
  ...same('TIM10.CR1 TIM11.CR1 TIM13.CR1 TIM14.CR1', 0x38f, 'RM0090 19.5.1: OPM is bit 3, since revision 12'),
  ...same(
    'TIM10.CCMR1_Output TIM11.CCMR1_Output TIM13.CCMR1_Output TIM14.CCMR1_Output',
    0xff,
    'RM0090 19.5.5: IC1F takes bit 7, in input mode',
  ),
  ...same(
    'TIM9.CCMR1_Input TIM9.CCMR1_Output TIM12.CCMR1_Input TIM12.CCMR1_Output',
    0xffff,
    'RM0090 19.4.6: IC1F and IC2F have four bits, in input mode',
  ),
  ...same('ADC1.SMPR1 ADC2.SMPR1 ADC3.SMPR1', 0x07ff_ffff, 'RM0090 13.13.4: three bits for channels 10 to 18'),
  ...same('ADC1.SMPR2 ADC2.SMPR2 ADC3.SMPR2', 0x3fff_ffff, 'RM0090 13.13.5: three bits for channels 0 to 9'),
  ...same(
    'DMA1.S1CR DMA1.S2CR DMA1.S3CR DMA1.S4CR DMA1.S5CR DMA1.S6CR DMA1.S7CR DMA2.S1CR DMA2.S2CR DMA2.S3CR DMA2.S4CR DMA2.S5CR DMA2.S6CR DMA2.S7CR',
    0x0fef_ffff,
    'RM0090 10.5.5: bit 20 is reserved',
  ),
  ...same('I2C1.OAR1 I2C2.OAR1 I2C3.OAR1', 0xc3ff, 'RM0090 27.6.3: bit 14 is to be kept at 1'),
  ...same('RTC.CR', 0x00ff_ffff, 'RM0090 26.6.3: COSEL is bit 19'),
  ...same('RTC.TSTR', 0x007f_7f7f, 'RM0090 26.6.14: the fields of TR; the SVD has those of an alarm'),
  ...same('SPI1.I2SCFGR SPI1.I2SPR', 0, 'RM0090 28.1: SPI1 has no I2S'),
];

/** Registers that the SVD names in a modelled block and the block does not have. */
export const FIELD_WITHOUT_REGISTER: readonly Omit<Exception, 'value'>[] = [
  ...[
    'FMR',
    'FM1R',
    'FS1R',
    'FFA1R',
    'FA1R',
    ...Array.from({ length: 28 }, (_, n) => [`F${n}R1`, `F${n}R2`]).flat(),
  ].map((register) => ({ register: `CAN2.${register}`, reason: 'RM0090 32.3.4: the filters of both are in CAN1' })),
];
