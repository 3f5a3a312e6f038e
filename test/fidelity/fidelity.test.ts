import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Coverage, fidelityPage, fidelityRows } from './table.js';

const root = join(import.meta.dirname, '../..');
const coverage = JSON.parse(readFileSync(join(import.meta.dirname, 'coverage.json'), 'utf8')) as Coverage;

test('docs/fidelity.md says what the register tables say (npm run fidelity)', () => {
  expect(readFileSync(join(root, 'docs/fidelity.md'), 'utf8')).toBe(fidelityPage(coverage));
});

test('the tests it names are there', () => {
  const missing = [...new Set(Object.values(coverage).flat())].filter((path) => !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});

/** What is promised to be modelled, by the manual's names: whatever the tables say of themselves. */
const PROMISED = [
  ...['FPU', 'MPU', 'NVIC', 'SCB', 'SYSTICK', 'DWT', 'ITM', 'FPB', 'DBGMCU', 'SIGNATURE'],
  ...['RCC', 'PWR', 'FLASH', 'SYSCFG', 'EXTI', 'DMA1', 'DMA2', 'CRC', 'RNG', 'RTC', 'IWDG', 'WWDG', 'CAN1', 'CAN2'],
  ...[
    'ADC1',
    'ADC2',
    'ADC3',
    'ADC_COMMON',
    'DAC',
    'SPI1',
    'SPI2',
    'SPI3',
    'I2S2EXT',
    'I2S3EXT',
    'I2C1',
    'I2C2',
    'I2C3',
  ],
  ...['USART1', 'USART2', 'USART3', 'UART4', 'UART5', 'USART6'],
  ...[...'ABCDEFGHI'].map((port) => `GPIO${port}`),
  ...Array.from({ length: 14 }, (_, i) => `TIM${i + 1}`),
];

test('at least 95 % of the registers of the blocks that are promised are modelled', () => {
  const rows = fidelityRows().filter(({ block }) => PROMISED.includes(block));
  expect(PROMISED.filter((block) => !rows.some((row) => row.block === block))).toEqual([]);
  const have = rows.filter(({ fidelity }) => fidelity !== 'not');
  expect(have.length / rows.length).toBeGreaterThanOrEqual(0.95);
});

/** Registers of one description under many names (filter banks, port and stream copies) count as one. */
const family = (register: string) => register.replaceAll(/\d+/g, '#');

test('every register that is modelled is accessed by a test', () => {
  const tested = new Set(Object.keys(coverage).map(family));
  const rows = fidelityRows().filter(({ fidelity }) => fidelity === 'modelled' || fidelity === 'partly');
  const untested = rows.filter(({ type, register }) => !tested.has(family(`${type} ${register}`)));
  expect(untested.map(({ block, register }) => `${block}.${register}`)).toEqual([]);
});

test('the registers that tests are known for are there', () => {
  const rows = new Set(fidelityRows().map(({ type, register }) => `${type} ${register}`));
  expect(Object.keys(coverage).filter((key) => !rows.has(key))).toEqual([]);
});

test('every register of a block that is modelled names its section', () => {
  const without = fidelityRows().filter(({ fidelity, section }) => fidelity !== 'not' && section === '');
  expect(without.map(({ block, register }) => `${block}.${register}`)).toEqual([]);
});
