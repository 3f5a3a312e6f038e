import { expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';

const code = (volts: number): number => Math.round((volts / 3.3) * 4095);
const [V1, V2, V3] = [code(1), code(2), code(3)] as const;

/** 1, 2 and 3 V on PA1, PA2 and PA3. */
function withVoltages(elf: string) {
  const board = boot(elf);
  for (const n of [1, 2, 3]) board.pin(`PA${n}`).setVoltage(n);
  return board;
}

test('by polling: single, scan, injected, internal channels, calibration words', () => {
  const board = withVoltages('adc/firmware/adc_polled.elf');
  board.adc1.temperature = 30;
  board.pin('VBAT').setVoltage(3);
  const values = finish(board, '10ms').slice(0, 12);
  const [vrefint, sensor30, sensor110] = [code(1.21), code(0.7725), code(0.9725)];
  expect(values).toEqual([
    V1,
    V1 >> 2,
    V3,
    V2,
    V1,
    V2 - 100,
    sensor30,
    vrefint,
    code(1.5),
    vrefint,
    sensor30,
    sensor110,
  ]);
  expect(board.guestErrors).toEqual([]);
});

test('by DMA and by interrupt, with the watchdog', () => {
  const board = withVoltages('adc/firmware/adc_dma.elf');
  const values = finish(board, '10ms');
  expect(values.slice(1, 7)).toEqual([V1, V2, V3, V1, V2, V3]);
  // 24 conversions of 480 + 12 cycles at 8 MHz; entering the handler adds a little
  expect(values[0]).toBeGreaterThanOrEqual(24 * 492 * 2);
  expect(values[0]).toBeLessThan(24 * 492 * 2 + 200);
  expect(values[7]).toBe(0);
  expect(values.slice(8, 11)).toEqual([V1, V2, V3]);
  expect(values.slice(12, 14)).toEqual([0, 1]);
  expect(board.guestErrors).toEqual([]);
});

test('two converters at once, three interleaved, by DMA', () => {
  const board = withVoltages('adc/firmware/adc_dual.elf');
  const values = finish(board, '10ms');
  expect(values.slice(0, 4)).toEqual(Array(4).fill(((V2 << 16) | V1) >>> 0));
  expect(values.slice(4, 13)).toEqual([V1, V2, V3, V1, V2, V3, V1, V2, V3]);
  expect(board.guestErrors).toEqual([]);
});

test('triggered by timers and by EXTI lines', () => {
  const board = withVoltages('adc/firmware/adc_timer.elf');
  // a step for each period of TIM3, 100 µs
  board.pin('PA1').setVoltage((seconds) => Math.floor(seconds * 10_000) / 100);
  board.runUntil(() => board.memory.read32('results') !== 0, { within: '2ms' });
  const values = results(board);
  // eight periods of 1600 cycles, and the last conversion: 15 cycles of 8 MHz
  expect(values[0]).toBeGreaterThanOrEqual(8 * 1600 + 30);
  expect(values[0]).toBeLessThan(8 * 1600 + 30 + 60);
  board.runUntil(() => results(board)[11] === 1, { within: '2ms' });
  const steps = results(board).slice(1, 9);
  const first = steps[0]!;
  expect(steps.map((step, i) => Math.abs(step - first - code(0.01) * i) <= 4)).toEqual(Array(8).fill(true));
  expect(results(board).slice(20, 23)).toEqual([V2, V2, V2]);
  board.pin('PB15').drive('high');
  board.run('10us');
  board.pin('PA1').setVoltage(1);
  board.pin('PB11').drive('high');
  const end = finish(board, '1ms');
  expect([end[23], end[12]]).toEqual([V2, V1]);
  expect(board.guestErrors).toEqual([]);
});

test('follows a voltage that is a function of time, and goes on from a snapshot', () => {
  const board = withVoltages('adc/firmware/adc_dma.elf');
  board.pin('PA2').setVoltage((seconds) => 1.65 + Math.sin(seconds * 20_000));
  board.run('400us');
  const middle = board.snapshot();
  const goOn = () => {
    const values = finish(board, '10ms');
    return `${values} ${board.hash()}`;
  };
  const first = goOn();
  board.pin('PA2').setVoltage(0);
  board.restore(middle);
  expect(goOn()).toBe(first);
});
