import { expect, test } from 'vitest';
import { functionOf, PIN_FUNCTIONS, pinsOf } from './alternate-functions.js';

test('every pin of ports A to H, and PI0 to PI11, is in the table once', () => {
  const pins = [...'ABCDEFGH'].flatMap((port) => Array.from({ length: 16 }, (_, i) => `P${port}${i}`));
  expect([...PIN_FUNCTIONS.keys()].sort()).toEqual([...pins, ...Array.from({ length: 12 }, (_, i) => `PI${i}`)].sort());
});

test('the USARTs lie on the pins of data sheet table 9', () => {
  const where = (name: string) => pinsOf(name).map(({ pin, af }) => `${pin} AF${af}`);
  expect(where('USART1_TX')).toEqual(['PA9 AF7', 'PB6 AF7']);
  expect(where('USART1_RX')).toEqual(['PA10 AF7', 'PB7 AF7']);
  expect(where('USART2_TX')).toEqual(['PA2 AF7', 'PD5 AF7']);
  expect(where('USART2_RX')).toEqual(['PA3 AF7', 'PD6 AF7']);
  expect(where('USART3_TX')).toEqual(['PB10 AF7', 'PC10 AF7', 'PD8 AF7']);
  expect(where('USART3_RX')).toEqual(['PB11 AF7', 'PC11 AF7', 'PD9 AF7']);
  expect(where('UART4_TX')).toEqual(['PA0 AF8', 'PC10 AF8']);
  expect(where('UART4_RX')).toEqual(['PA1 AF8', 'PC11 AF8']);
  expect(where('UART5_TX')).toEqual(['PC12 AF8']);
  expect(where('UART5_RX')).toEqual(['PD2 AF8']);
  expect(where('USART6_TX')).toEqual(['PC6 AF8', 'PG14 AF8']);
  expect(where('USART6_RX')).toEqual(['PC7 AF8', 'PG9 AF8']);
  expect(where('USART2_CTS')).toEqual(['PA0 AF7', 'PD3 AF7']);
  expect(where('USART2_RTS')).toEqual(['PA1 AF7', 'PD4 AF7']);
});

test('AF15 is EVENTOUT, an empty place is undefined', () => {
  expect(functionOf('PC13', 15)).toBe('EVENTOUT');
  expect(functionOf('PC13', 7)).toBeUndefined();
});
