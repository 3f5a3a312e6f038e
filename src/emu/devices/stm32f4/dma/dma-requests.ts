/** Which request each channel of each stream carries: RM0090 tables 42 (DMA1) and 43 (DMA2), as an STM32F407 has them. */

export interface RequestPlace {
  readonly controller: 'dma1' | 'dma2';
  readonly stream: number;
  readonly channel: number;
}

/** A row a channel, a column a stream; `-` where there is nothing, several requests share a cell with `+`. */
const TABLES = {
  dma1: `
    SPI3_RX     -                 SPI3_RX           SPI2_RX           SPI2_TX             SPI3_TX     -                 SPI3_TX
    I2C1_RX     -                 TIM7_UP           -                 TIM7_UP             I2C1_RX     I2C1_TX           I2C1_TX
    TIM4_CH1    -                 I2S3_EXT_RX       TIM4_CH2          I2S2_EXT_TX         I2S3_EXT_TX TIM4_UP           TIM4_CH3
    I2S3_EXT_RX TIM2_UP+TIM2_CH3  I2C3_RX           I2S2_EXT_RX       I2C3_TX             TIM2_CH1    TIM2_CH2+TIM2_CH4 TIM2_UP+TIM2_CH4
    UART5_RX    USART3_RX         UART4_RX          USART3_TX         UART4_TX            USART2_RX   USART2_TX         UART5_TX
    -           -                 TIM3_CH4+TIM3_UP  -                 TIM3_CH1+TIM3_TRIG  TIM3_CH2    -                 TIM3_CH3
    TIM5_CH3+TIM5_UP TIM5_CH4+TIM5_TRIG TIM5_CH1    TIM5_CH4+TIM5_TRIG TIM5_CH2           -           TIM5_UP           -
    -           TIM6_UP           I2C2_RX           I2C2_RX           USART3_TX           DAC1        DAC2              I2C2_TX`,
  dma2: `
    ADC1        -                 TIM8_CH1+TIM8_CH2+TIM8_CH3 -        ADC1                -           TIM1_CH1+TIM1_CH2+TIM1_CH3 -
    -           DCMI              ADC2              ADC2              -                   -           -                 DCMI
    ADC3        ADC3              -                 -                 -                   -           -                 -
    SPI1_RX     -                 SPI1_RX           SPI1_TX           -                   SPI1_TX     -                 -
    -           -                 USART1_RX         SDIO              -                   USART1_RX   SDIO              USART1_TX
    -           USART6_RX         USART6_RX         -                 -                   -           USART6_TX         USART6_TX
    TIM1_TRIG   TIM1_CH1          TIM1_CH2          TIM1_CH1          TIM1_CH4+TIM1_TRIG+TIM1_COM TIM1_UP TIM1_CH3      -
    -           TIM8_UP           TIM8_CH1          TIM8_CH2          TIM8_CH3            -           -                 TIM8_CH4+TIM8_TRIG+TIM8_COM`,
} as const;

export type Controller = keyof typeof TABLES;

/** Requests by channel, then stream: `REQUESTS.dma1[4][5]` is `['USART2_RX']`. */
export const REQUESTS: Readonly<Record<Controller, readonly (readonly (readonly string[])[])[]>> = {
  dma1: parsed(TABLES.dma1),
  dma2: parsed(TABLES.dma2),
};

function parsed(table: string): string[][][] {
  const rows = table.trim().split('\n');
  return rows.map((row) =>
    row
      .trim()
      .split(/ +/)
      .map((cell) => (cell === '-' ? [] : cell.split('+'))),
  );
}

/** Every place that carries a request for which `wanted` holds. */
export function placesOf(wanted: (request: string) => boolean): RequestPlace[] {
  const places: RequestPlace[] = [];
  for (const controller of ['dma1', 'dma2'] as const) {
    for (const [channel, row] of REQUESTS[controller].entries()) {
      for (const [stream, requests] of row.entries()) {
        if (requests.some(wanted)) places.push({ controller, stream, channel });
      }
    }
  }
  return places;
}

/** `DMA1 stream 5 channel 4`. */
export function placeName({ controller, stream, channel }: RequestPlace): string {
  return `${controller.toUpperCase()} stream ${stream} channel ${channel}`;
}

/** Blocks with requests of their own and where their registers lie (RM0090 table 1); those with directions in their requests. */
const OWNERS: readonly (readonly [name: string, base: number])[] = [
  ['SPI2', 0x4000_3800],
  ['SPI3', 0x4000_3c00],
  ['I2S2_EXT', 0x4000_3400],
  ['I2S3_EXT', 0x4000_4000],
  ['USART2', 0x4000_4400],
  ['USART3', 0x4000_4800],
  ['UART4', 0x4000_4c00],
  ['UART5', 0x4000_5000],
  ['I2C1', 0x4000_5400],
  ['I2C2', 0x4000_5800],
  ['I2C3', 0x4000_5c00],
  ['DAC', 0x4000_7400],
  ['USART1', 0x4001_1000],
  ['USART6', 0x4001_1400],
  ['ADC', 0x4001_2000],
  ['SDIO', 0x4001_2c00],
  ['SPI1', 0x4001_3000],
];
const OWNER_SIZE = 0x400;

/** The block that is served by requests of its own, if `address` lies in one. */
export function ownerOf(address: number): string | undefined {
  return OWNERS.find(([, base]) => address >= base && address < base + OWNER_SIZE)?.[0];
}

/** Whether `request` is one of the block's: `DAC1` of `DAC`, `USART2_TX` of `USART2`. */
export function belongsTo(request: string, owner: string): boolean {
  return (
    request === owner ||
    request.startsWith(`${owner}_`) ||
    (/^\d$/.test(request.slice(owner.length)) && request.startsWith(owner))
  );
}

/** Timers ask for transfers to and from any block, by design: their requests pace what the stream is pointed at. */
export function isPacer(request: string): boolean {
  return request.startsWith('TIM');
}
