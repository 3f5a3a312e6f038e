/**
 * The blocks of an STM32F407 that are not modelled, with their registers and reset values: RM0090 2.3 (memory map) and
 * each chapter's register map. `gate` is the block's bit in RCC's ENR and RSTR registers.
 */
export interface UnmodelledRow {
  readonly base: number;
  readonly size: number;
  readonly registers: string;
  readonly gate?: string;
  /** Where its reset bit is, if it is not the same bit as `gate`. */
  readonly resetBit?: string;
  readonly clock?: 'apb1' | 'apb2';
}

const each = (count: number, list: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => list(n)).join(' ');

/** RM0090 17.4, 18.4: ARR resets to all ones. */
const timer = (width: 16 | 32, more: string): string =>
  `CR1 CR2 SMCR DIER SR EGR CCMR1 CCMR2 CCER CNT PSC ARR=${width === 16 ? '0xffff' : '0xffffffff'} ${more}`;
const ADVANCED = timer(16, 'RCR CCR1 CCR2 CCR3 CCR4 BDTR DCR DMAR');
const GENERAL_16 = timer(16, '@0x34 CCR1 CCR2 CCR3 CCR4 @0x48 DCR DMAR');
const GENERAL_32 = timer(32, '@0x34 CCR1 CCR2 CCR3 CCR4 @0x48 DCR DMAR OR');
/** RM0090 19.4, 19.5. */
const TWO_CHANNELS = 'CR1 CR2 SMCR DIER SR EGR CCMR1 @0x20 CCER CNT PSC ARR=0xffff @0x34 CCR1 CCR2';
const ONE_CHANNEL = 'CR1 @0x0c DIER SR EGR CCMR1 @0x20 CCER CNT PSC ARR=0xffff @0x34 CCR1 @0x50 OR';
/** RM0090 20.4. */
const BASIC = 'CR1 CR2 @0x0c DIER SR EGR @0x24 CNT PSC ARR=0xffff';
/** RM0090 28.5. */
const SPI = 'CR1 CR2 SR=0x2 DR CRCPR=0x7 RXCRCR TXCRCR I2SCFGR I2SPR=0x2';
/** RM0090 27.6. */
const I2C = 'CR1 CR2 OAR1 OAR2 DR SR1 SR2 CCR TRISE=0x2';
/** RM0090 10.5. */
const DMA = `LISR HISR LIFCR HIFCR ${each(8, (n) => `S${n}CR S${n}NDTR S${n}PAR S${n}M0AR S${n}M1AR S${n}FCR=0x21`)}`;
/** RM0090 13.13. */
const ADC = 'SR CR1 CR2 SMPR1 SMPR2 JOFR1 JOFR2 JOFR3 JOFR4 HTR=0xfff LTR SQR1 SQR2 SQR3 JSQR JDR1 JDR2 JDR3 JDR4 DR';
/** RM0090 32.9. */
const CAN = `MCR=0x10002 MSR=0xc02 TSR=0x1c000000 RF0R RF1R IER ESR BTR=0x1230000
  @0x180 ${each(3, (n) => `TI${n}R TDT${n}R TDL${n}R TDH${n}R`)} ${each(2, (n) => `RI${n}R RDT${n}R RDL${n}R RDH${n}R`)}
  @0x200 FMR=0x2a1c0e01 FM1R @0x20c FS1R @0x214 FFA1R @0x21c FA1R @0x240 ${each(28, (n) => `F${n}R1 F${n}R2`)}`;

/** RM0090 34.16 and 35.12: the two OTG cores differ in endpoints, channels and DMA. */
const otgHost = (channels: number, split: string, dma: string): string =>
  `HCFG HFIR=0xea60 HFNUM=0x3fff @0x10 HPTXSTS=0x80100 HAINT HAINTMSK @0x40 HPRT ${each(
    channels,
    (n) => `@${0x100 + n * 0x20} HCCHAR${n} ${split}${n} HCINT${n} HCINTMSK${n} HCTSIZ${n} ${dma}${n}`,
  )}`;
const endpoints = (count: number, direction: 'I' | 'O', reset: string, more: (n: number) => string): string => {
  const base = direction === 'I' ? 0x100 : 0x300;
  return each(count, (n) => {
    const at = base + n * 0x20;
    const control = direction === 'O' && n === 0 ? '=0x8000' : '';
    const interrupts = n === 0 ? '=0x80' : reset;
    return `@${at} D${direction}EPCTL${n}${control} @${at + 8} D${direction}EPINT${n}${interrupts} @${at + 16} D${direction}EPTSIZ${n} ${more(n)}`;
  });
};

export const UNMODELLED = {
  TIM2: { base: 0x4000_0000, size: 0x400, registers: GENERAL_32, gate: 'APB1.0', clock: 'apb1' },
  TIM3: { base: 0x4000_0400, size: 0x400, registers: GENERAL_16, gate: 'APB1.1', clock: 'apb1' },
  TIM4: { base: 0x4000_0800, size: 0x400, registers: GENERAL_16, gate: 'APB1.2', clock: 'apb1' },
  TIM5: { base: 0x4000_0c00, size: 0x400, registers: GENERAL_32, gate: 'APB1.3', clock: 'apb1' },
  TIM6: { base: 0x4000_1000, size: 0x400, registers: BASIC, gate: 'APB1.4', clock: 'apb1' },
  TIM7: { base: 0x4000_1400, size: 0x400, registers: BASIC, gate: 'APB1.5', clock: 'apb1' },
  TIM12: { base: 0x4000_1800, size: 0x400, registers: TWO_CHANNELS, gate: 'APB1.6', clock: 'apb1' },
  TIM13: { base: 0x4000_1c00, size: 0x400, registers: ONE_CHANNEL, gate: 'APB1.7', clock: 'apb1' },
  TIM14: { base: 0x4000_2000, size: 0x400, registers: ONE_CHANNEL, gate: 'APB1.8', clock: 'apb1' },
  RTC: {
    base: 0x4000_2800,
    size: 0x400,
    registers: `TR DR=0x2101 CR ISR=0x7 PRER=0x7f00ff WUTR=0xffff CALIBR ALRMAR ALRMBR WPR SSR SHIFTR TSTR TSDR TSSSR CALR
      TAFCR ALRMASSR ALRMBSSR @0x50 ${each(20, (n) => `BKP${n}R`)}`,
  },
  WWDG: { base: 0x4000_2c00, size: 0x400, registers: 'CR=0x7f CFR=0x7f SR', gate: 'APB1.11', clock: 'apb1' },
  IWDG: { base: 0x4000_3000, size: 0x400, registers: 'KR PR RLR=0xfff SR' },
  I2S2ext: { base: 0x4000_3400, size: 0x400, registers: SPI, gate: 'APB1.14', clock: 'apb1' },
  SPI2: { base: 0x4000_3800, size: 0x400, registers: SPI, gate: 'APB1.14', clock: 'apb1' },
  SPI3: { base: 0x4000_3c00, size: 0x400, registers: SPI, gate: 'APB1.15', clock: 'apb1' },
  I2S3ext: { base: 0x4000_4000, size: 0x400, registers: SPI, gate: 'APB1.15', clock: 'apb1' },
  I2C1: { base: 0x4000_5400, size: 0x400, registers: I2C, gate: 'APB1.21', clock: 'apb1' },
  I2C2: { base: 0x4000_5800, size: 0x400, registers: I2C, gate: 'APB1.22', clock: 'apb1' },
  I2C3: { base: 0x4000_5c00, size: 0x400, registers: I2C, gate: 'APB1.23', clock: 'apb1' },
  CAN1: { base: 0x4000_6400, size: 0x400, registers: CAN, gate: 'APB1.25', clock: 'apb1' },
  CAN2: { base: 0x4000_6800, size: 0x400, registers: CAN, gate: 'APB1.26', clock: 'apb1' },
  DAC: {
    base: 0x4000_7400,
    size: 0x400,
    registers: 'CR SWTRIGR DHR12R1 DHR12L1 DHR8R1 DHR12R2 DHR12L2 DHR8R2 DHR12RD DHR12LD DHR8RD DOR1 DOR2 SR',
    gate: 'APB1.29',
    clock: 'apb1',
  },
  TIM1: { base: 0x4001_0000, size: 0x400, registers: ADVANCED, gate: 'APB2.0', clock: 'apb2' },
  TIM8: { base: 0x4001_0400, size: 0x400, registers: ADVANCED, gate: 'APB2.1', clock: 'apb2' },
  ADC1: { base: 0x4001_2000, size: 0x100, registers: ADC, gate: 'APB2.8', clock: 'apb2' },
  ADC2: { base: 0x4001_2100, size: 0x100, registers: ADC, gate: 'APB2.9', resetBit: 'APB2.8', clock: 'apb2' },
  ADC3: { base: 0x4001_2200, size: 0x100, registers: ADC, gate: 'APB2.10', resetBit: 'APB2.8', clock: 'apb2' },
  ADC_Common: { base: 0x4001_2300, size: 0x100, registers: 'CSR CCR CDR', gate: 'APB2.8', clock: 'apb2' },
  SDIO: {
    base: 0x4001_2c00,
    size: 0x400,
    registers: `POWER CLKCR ARG CMD RESPCMD RESP1 RESP2 RESP3 RESP4 DTIMER DLEN DCTRL DCOUNT STA ICR MASK
      @0x48 FIFOCNT @0x80 FIFO`,
    gate: 'APB2.11',
    clock: 'apb2',
  },
  SPI1: { base: 0x4001_3000, size: 0x400, registers: SPI, gate: 'APB2.12', clock: 'apb2' },
  TIM9: { base: 0x4001_4000, size: 0x400, registers: TWO_CHANNELS, gate: 'APB2.16', clock: 'apb2' },
  TIM10: { base: 0x4001_4400, size: 0x400, registers: ONE_CHANNEL, gate: 'APB2.17', clock: 'apb2' },
  TIM11: { base: 0x4001_4800, size: 0x400, registers: ONE_CHANNEL, gate: 'APB2.18', clock: 'apb2' },
  CRC: { base: 0x4002_3000, size: 0x400, registers: 'DR=0xffffffff IDR CR', gate: 'AHB1.12' },
  DMA1: { base: 0x4002_6000, size: 0x400, registers: DMA, gate: 'AHB1.21' },
  DMA2: { base: 0x4002_6400, size: 0x400, registers: DMA, gate: 'AHB1.22' },
  ETH_MAC: {
    base: 0x4002_8000,
    size: 0x100,
    registers: `MACCR=0x8000 MACFFR MACHTHR MACHTLR MACMIIAR MACMIIDR MACFCR MACVLANTR @0x28 MACRWUFFR MACPMTCSR
      @0x34 MACDBGR MACSR MACIMR MACA0HR=0x8000ffff MACA0LR=0xffffffff ${each(3, (n) => `MACA${n + 1}HR=0xffff MACA${n + 1}LR=0xffffffff`)}`,
    gate: 'AHB1.25',
  },
  ETH_MMC: {
    base: 0x4002_8100,
    size: 0x600,
    registers: `MMCCR MMCRIR MMCTIR MMCRIMR MMCTIMR @0x4c MMCTGFSCCR MMCTGFMSCCR @0x68 MMCTGFCR @0x94 MMCRFCECR MMCRFAECR
      @0xc4 MMCRGUFCR`,
    gate: 'AHB1.25',
  },
  ETH_PTP: {
    base: 0x4002_8700,
    size: 0x900,
    registers: `PTPTSCR=0x2000 PTPSSIR PTPTSHR PTPTSLR PTPTSHUR PTPTSLUR PTPTSAR PTPTTHR PTPTTLR @0x28 PTPTSSR PTPPPSCR`,
    gate: 'AHB1.25',
  },
  ETH_DMA: {
    base: 0x4002_9000,
    size: 0x400,
    registers: `DMABMR=0x20101 DMATPDR DMARPDR DMARDLAR DMATDLAR DMASR DMAOMR DMAIER DMAMFBOCR DMARSWTR
      @0x48 DMACHTDR DMACHRDR DMACHTBAR DMACHRBAR`,
    gate: 'AHB1.25',
  },
  OTG_HS_GLOBAL: {
    base: 0x4004_0000,
    size: 0x400,
    registers: `GOTGCTL=0x800 GOTGINT GAHBCFG GUSBCFG=0xa00 GRSTCTL=0x20000000 GINTSTS=0x4000020 GINTMSK GRXSTSR GRXSTSP
      GRXFSIZ=0x200 GNPTXFSIZ=0x200 GNPTXSTS=0x80200 @0x38 GCCFG CID=0x1200 @0x100 HPTXFSIZ=0x2000600 DIEPTXF1=0x2000400
      DIEPTXF2=0x2000400 @0x11c DIEPTXF3=0x2000400 DIEPTXF4=0x2000400 DIEPTXF5=0x2000400 DIEPTXF6=0x2000400
      DIEPTXF7=0x2000400`,
    gate: 'AHB1.29',
  },
  OTG_HS_HOST: { base: 0x4004_0400, size: 0x400, registers: otgHost(12, 'HCSPLT', 'HCDMA'), gate: 'AHB1.29' },
  OTG_HS_DEVICE: {
    base: 0x4004_0800,
    size: 0x600,
    registers: `DCFG=0x2200000 DCTL DSTS=0x10 @0x10 DIEPMSK DOEPMSK DAINT DAINTMSK @0x28 DVBUSDIS=0x17d7 DVBUSPULSE=0x5b8
      DTHRCTL DIEPEMPMSK DEACHINT DEACHINTMSK DIEPEACHMSK1 @0x80 DOEPEACHMSK1
      ${endpoints(8, 'I', '', (n) => `DIEPDMA${n} DTXFSTS${n}`)} ${endpoints(8, 'O', '', (n) => `DOEPDMA${n}`)}`,
    gate: 'AHB1.29',
  },
  OTG_HS_PWRCLK: { base: 0x4004_0e00, size: 0x200, registers: 'PCGCCTL', gate: 'AHB1.29' },
  OTG_FS_GLOBAL: {
    base: 0x5000_0000,
    size: 0x400,
    registers: `GOTGCTL=0x800 GOTGINT GAHBCFG GUSBCFG=0xa00 GRSTCTL=0x20000000 GINTSTS=0x4000020 GINTMSK GRXSTSR GRXSTSP
      GRXFSIZ=0x200 GNPTXFSIZ=0x200 GNPTXSTS=0x80200 @0x38 GCCFG CID=0x1000 @0x100 HPTXFSIZ=0x2000600 DIEPTXF1=0x2000400
      DIEPTXF2=0x2000400 DIEPTXF3=0x2000400`,
    gate: 'AHB2.7',
  },
  OTG_FS_HOST: { base: 0x5000_0400, size: 0x400, registers: otgHost(8, 'RESERVED', 'UNUSED'), gate: 'AHB2.7' },
  OTG_FS_DEVICE: {
    base: 0x5000_0800,
    size: 0x600,
    registers: `DCFG=0x2200000 DCTL DSTS=0x10 @0x10 DIEPMSK DOEPMSK DAINT DAINTMSK @0x28 DVBUSDIS=0x17d7 DVBUSPULSE=0x5b8
      @0x34 DIEPEMPMSK ${endpoints(4, 'I', '=0x80', (n) => `@${0x118 + n * 0x20} DTXFSTS${n}`)}
      ${endpoints(4, 'O', '=0x80', () => '')}`,
    gate: 'AHB2.7',
  },
  OTG_FS_PWRCLK: { base: 0x5000_0e00, size: 0x200, registers: 'PCGCCTL', gate: 'AHB2.7' },
  DCMI: {
    base: 0x5005_0000,
    size: 0x400,
    registers: 'CR SR RISR IER MISR ICR ESCR ESUR CWSTRT CWSIZE DR',
    gate: 'AHB2.0',
  },
  RNG: { base: 0x5006_0800, size: 0x400, registers: 'CR SR DR', gate: 'AHB2.6' },
  FSMC: {
    base: 0xa000_0000,
    size: 0x1000,
    registers: `BCR1=0x30db BTR1=0x0fffffff BCR2=0x30d2 BTR2=0x0fffffff BCR3=0x30d2 BTR3=0x0fffffff BCR4=0x30d2
      BTR4=0x0fffffff @0x60 PCR2=0x18 SR2=0x40 PMEM2=0xfcfcfcfc PATT2=0xfcfcfcfc @0x74 ECCR2 @0x80 PCR3=0x18 SR3=0x40
      PMEM3=0xfcfcfcfc PATT3=0xfcfcfcfc @0x94 ECCR3 @0xa0 PCR4=0x18 SR4=0x40 PMEM4=0xfcfcfcfc PATT4=0xfcfcfcfc
      PIO4=0xfcfcfcfc @0x104 BWTR1=0x0fffffff @0x10c BWTR2=0x0fffffff @0x114 BWTR3=0x0fffffff @0x11c BWTR4=0x0fffffff`,
    gate: 'AHB3.0',
  },
} as const satisfies Readonly<Record<string, UnmodelledRow>>;

/** Blocks of relatives (STM32F415/417, F42x, F43x) that firmware may look for and this part lacks: RM0090 2.3. */
export const ABSENT = {
  UART7: { address: 0x4000_7800, size: 0x400 },
  UART8: { address: 0x4000_7c00, size: 0x400 },
  SPI4: { address: 0x4001_3400, size: 0x400 },
  SPI5: { address: 0x4001_5000, size: 0x400 },
  SPI6: { address: 0x4001_5400, size: 0x400 },
  SAI1: { address: 0x4001_5800, size: 0x400 },
  LTDC: { address: 0x4001_6800, size: 0x400 },
  GPIOJ: { address: 0x4002_2400, size: 0x400 },
  GPIOK: { address: 0x4002_2800, size: 0x400 },
  DMA2D: { address: 0x4002_b000, size: 0xc00 },
  CRYP: { address: 0x5006_0000, size: 0x400 },
  HASH: { address: 0x5006_0400, size: 0x400 },
} as const;
