import { adc, adc1 } from '../../emu/devices/stm32f4/adc/adc.js';
import { adcCommon } from '../../emu/devices/stm32f4/adc/adc-common.js';
import { ADC_TRIGGER_WIRES } from '../../emu/devices/stm32f4/adc/adc-triggers.js';
import type { AnalogOptions } from '../../emu/devices/stm32f4/analog-options.js';
import { dac } from '../../emu/devices/stm32f4/dac/dac.js';
import { DAC_TRIGGERS } from '../../emu/devices/stm32f4/dac/dac-registers.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** ADC and DAC: addresses RM0090 table 1, interrupts table 61. */

const NUMBERS = [1, 2, 3] as const;

/** Gates of ADC `n`: a clock enable each, one reset for all (RM0090 7.3.9, 7.3.14). */
const gates = (n: number) => ({ ...on('APB2', 7 + n), reset: 'rcc.APB2RSTR.8' });

/** What joins ADC `n` to the common registers and to the other converters. */
function partnerWires(n: number): Record<string, string | string[]> {
  const others = NUMBERS.filter((other) => other !== n);
  return {
    ccr: 'adc_common.ccr',
    status: `adc_common.status${n}`,
    result: `adc_common.result${n}`,
    taken: `adc_common.taken${n}`,
    lost: `adc_common.lost${n}`,
    starts: others.map((other) => `adc${other}.started`),
    injecting: others.map((other) => `adc${other}.halted`),
  };
}

const adcRow = (n: number) => ({ irq: 18, ...gates(n), wires: { ...partnerWires(n), ...TRIGGERS } });

/* TIMERS-PENDING */
const TRIGGERS = Object.fromEntries(
  Object.entries(ADC_TRIGGER_WIRES).filter(([, source]) => source.startsWith('exti')),
);

/** Both channels of the DAC hear the same triggers. */
const DAC_WIRES = Object.fromEntries(
  [1, 2]
    .flatMap((n) => DAC_TRIGGERS.map((source, i) => [`ch${n}Trigger${i}`, source]))
    .filter(([, source]) => source!.startsWith('exti')),
);

export function analogRows(options: AnalogOptions = {}) {
  return {
    adc1: at(0x4001_2000, adc1(options), adcRow(1)),
    adc2: at(0x4001_2100, adc(2, options), adcRow(2)),
    adc3: at(0x4001_2200, adc(3, options), adcRow(3)),
    dac: at(0x4000_7400, dac(options), { irq: 54, ...on('APB1', 29), wires: DAC_WIRES }),
    adc_common: at(0x4001_2300, adcCommon(), {
      clock: 'apb2',
      reset: 'rcc.APB2RSTR.8',
      wires: { enabled: NUMBERS.map((n) => `rcc.APB2ENR.${7 + n}`) },
    }),
  };
}
