import { ADC_TRIGGER_WIRES } from '../../emu/devices/stm32f4/adc/adc-triggers.js';
import type { AnalogOptions } from '../../emu/devices/stm32f4/analog-options.js';
import { DAC_TRIGGERS } from '../../emu/devices/stm32f4/dac/dac-registers.js';
import { adc, adc1, adcCommon, dac } from '../../machine-file/kinds/stm32f4-timers.js';
import { at } from '../rows.js';
import { dmaRequests, on } from './gates.js';

/** ADC and DAC: addresses RM0090 table 1, interrupts table 61. */

const NUMBERS = [1, 2, 3] as const;

/** Gates of ADC `n`: a clock enable each, one reset for all (RM0090 7.3.9, 7.3.14). */
const gates = (n: number) => ({ ...on('APB2', 7 + n), reset: 'rcc.APB2RSTR.8' });

/** RM0090 tables 42 and 43. In dual and triple mode the common registers ask in ADC1's place. */
const ADC_DMA = [[], ['dma2.0.0', 'dma2.4.0'], ['dma2.2.1', 'dma2.3.1'], ['dma2.0.2', 'dma2.1.2']] as const;
const DAC_DMA = { ch1: 'dma1.5.7', ch2: 'dma1.6.7' };
const ACKNOWLEDGED = { acknowledged: true };

/** What joins ADC `n` to the common registers and to the other converters. */
function partnerWires(n: number): Record<string, string | string[]> {
  const others = NUMBERS.filter((other) => other !== n);
  return {
    ccr: 'adc_common.ccr',
    status: `adc_common.status${n}`,
    result: `adc_common.result${n}`,
    taken: `adc_common.taken${n}`,
    lost: `adc_common.lost${n}`,
    regularEdge: 'adc_common.regularEdge',
    injectedEdge: 'adc_common.injectedEdge',
    starts: others.map((other) => `adc${other}.started`),
    injecting: others.map((other) => `adc${other}.halted`),
  };
}

const adcRow = (n: 1 | 2 | 3) => ({
  irq: 18,
  ...gates(n),
  wires: { ...partnerWires(n), ...dmaRequests({ data: ADC_DMA[n] }, ACKNOWLEDGED) },
});

const DAC_WIRES = Object.fromEntries(DAC_TRIGGERS.map((source, i) => [`trigger${i}`, source]));

export function analogRows(options: AnalogOptions = {}) {
  return {
    adc1: at(0x4001_2000, adc1(options), adcRow(1)),
    adc2: at(0x4001_2100, adc(2, options), adcRow(2)),
    adc3: at(0x4001_2200, adc(3, options), adcRow(3)),
    dac: at(0x4000_7400, dac(options), {
      irq: 54,
      ...on('APB1', 29),
      wires: { ...DAC_WIRES, ...dmaRequests(DAC_DMA, ACKNOWLEDGED) },
    }),
    adc_common: at(0x4001_2300, adcCommon(), {
      clock: 'apb2',
      reset: 'rcc.APB2RSTR.8',
      wires: {
        enabled: NUMBERS.map((n) => `rcc.APB2ENR.${7 + n}`),
        ...ADC_TRIGGER_WIRES,
        ...dmaRequests({ data: ADC_DMA[1] }, ACKNOWLEDGED),
      },
    }),
  };
}
