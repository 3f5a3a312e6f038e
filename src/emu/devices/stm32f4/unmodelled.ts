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
  SDIO: {
    base: 0x4001_2c00,
    size: 0x400,
    registers: `POWER CLKCR ARG CMD RESPCMD RESP1 RESP2 RESP3 RESP4 DTIMER DLEN DCTRL DCOUNT STA ICR MASK
      @0x48 FIFOCNT @0x80 FIFO`,
    gate: 'APB2.11',
    clock: 'apb2',
  },
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
