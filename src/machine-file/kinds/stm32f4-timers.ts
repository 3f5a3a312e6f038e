import { adc as makeAdc, adc1 as makeAdc1 } from '../../emu/devices/stm32f4/adc/adc.js';
import { adcCommon as makeAdcCommon } from '../../emu/devices/stm32f4/adc/adc-common.js';
import type { AnalogOptions } from '../../emu/devices/stm32f4/analog-options.js';
import { dac as makeDac } from '../../emu/devices/stm32f4/dac/dac.js';
import * as timers from '../../emu/devices/stm32f4/timer/timer-device.js';
import { deviceKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Timers and converters of the STM32F4. */

const timer = <const T extends readonly string[]>(type: string, summary: string, labels: T) => ({
  type,
  summary,
  takes: ['label'],
  shape: (o: OptionSchemas) => ({ label: o.z.enum(labels).optional().describe('which one; by its name if not given') }),
  fromName: (name: string) => ({ label: labels.find((one) => one.toLowerCase() === name) ?? labels[0] }),
});

export const advancedTimer = deviceKind(
  timer('stm32-timer-advanced', 'TIM1, TIM8 (RM0090 17)', ['TIM1', 'TIM8']),
  timers.advancedTimer,
);
export const tim2 = deviceKind({ type: 'stm32-timer-tim2', summary: 'TIM2, 32 bits (RM0090 18)' }, timers.tim2);
export const tim5 = deviceKind({ type: 'stm32-timer-tim5', summary: 'TIM5, 32 bits (RM0090 18)' }, timers.tim5);
export const generalTimer = deviceKind(
  timer('stm32-timer-general', 'TIM3, TIM4 (RM0090 18)', ['TIM3', 'TIM4']),
  timers.generalTimer,
);
export const twoChannelTimer = deviceKind(
  timer('stm32-timer-two-channels', 'TIM9, TIM12 (RM0090 19)', ['TIM9', 'TIM12']),
  timers.twoChannelTimer,
);
export const oneChannelTimer = deviceKind(
  timer('stm32-timer-one-channel', 'TIM10, TIM13, TIM14 (RM0090 19)', ['TIM10', 'TIM13', 'TIM14']),
  timers.oneChannelTimer,
);
export const tim11 = deviceKind({ type: 'stm32-timer-tim11', summary: 'TIM11 (RM0090 19)' }, timers.tim11);
export const basicTimer = deviceKind(
  timer('stm32-timer-basic', 'TIM6, TIM7 (RM0090 20)', ['TIM6', 'TIM7']),
  timers.basicTimer,
);

const analog = (o: OptionSchemas) => ({
  vdda: o.number.optional().describe('volts'),
  vref: o.number.optional().describe('volts; VDDA if not given'),
  vbat: o.number.optional().describe('volts of the battery'),
  temperature: o.number.optional().describe('°C; 25 if not given'),
});

export const adc1 = deviceKind(
  { type: 'stm32f4-adc1', summary: 'ADC1, with the internal channels (RM0090 13)', takes: ['...'], shape: analog },
  makeAdc1,
);
export const adc = deviceKind(
  {
    type: 'stm32f4-adc',
    summary: 'ADC2, ADC3 (RM0090 13)',
    takes: ['unit', '...'],
    shape: (o) => ({ unit: o.oneOf(2, 3).optional(), ...analog(o) }),
    fromName: (name) => ({ unit: name === 'adc3' ? 3 : 2 }),
  },
  (unit: 2 | 3, options: AnalogOptions = {}) => makeAdc(unit, options),
);
export const adcCommon = deviceKind(
  { type: 'stm32f4-adc-common', summary: 'what the ADCs share (RM0090 13.13.15)' },
  makeAdcCommon,
);
export const dac = deviceKind(
  { type: 'stm32f4-dac', summary: 'digital-to-analog converters (RM0090 14)', takes: ['...'], shape: analog },
  makeDac,
);
