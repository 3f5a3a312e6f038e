import { describe, expect, it } from 'vitest';
import { keypad } from './keypad.js';
import { PartBench } from './part-bench.js';
import { i2cPeer, spiPeer } from './peers.js';
import { potentiometer } from './potentiometer.js';
import { rotaryEncoder } from './rotary-encoder.js';
import { servo } from './servo.js';

const MILLISECOND = 1_000_000;

describe('a rotary encoder', () => {
  it('closes A before B clockwise, B before A the other way', () => {
    const bench = new PartBench(rotaryEncoder({ a: 'PA0', b: 'PA1', button: 'PA2' }));
    const levels = () => [bench.pin('PA0').digital, bench.pin('PA1').digital].join('');
    expect([levels(), bench.pin('PA2').level]).toEqual(['11', 'high']);
    bench.part.turn(1, { every: '1ms' });
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      bench.run(MILLISECOND);
      seen.push(levels());
    }
    expect(seen).toEqual(['01', '00', '10', '11']);
    expect([bench.part.position, bench.part.turning]).toEqual([1, false]);
    bench.part.turn(-2, { every: '1ms' });
    bench.run(MILLISECOND);
    expect(levels()).toBe('10');
    bench.run(7 * MILLISECOND);
    expect(bench.part.position).toBe(-1);
    bench.part.press();
    expect(bench.pin('PA2').level).toBe('low');
  });
});

describe('a keypad', () => {
  const made = () => new PartBench(keypad({ rows: ['PA0', 'PA1'], columns: ['PB0', 'PB1'], keys: '12*#' }));

  it('joins row and column, whichever of them is driven', () => {
    const bench = made();
    for (const row of ['PA0', 'PA1']) bench.drive(row, 'pull-up');
    bench.part.press('#');
    bench.drive('PB0', 'low');
    expect([bench.pin('PA0').level, bench.pin('PA1').level]).toEqual(['high', 'high']);
    bench.drive('PB0', 'none');
    bench.drive('PB1', 'low');
    expect([bench.pin('PA0').level, bench.pin('PA1').level]).toEqual(['high', 'low']);
    bench.part.release('#');
    expect(bench.pin('PA1').level).toBe('high');
    bench.part.press('1', { for: '5ms' });
    bench.drive('PB1', 'none');
    bench.drive('PA0', 'low');
    expect(bench.pin('PB0').level).toBe('low');
    bench.run(5 * MILLISECOND);
    expect([bench.part.pressed, bench.pin('PB0').level]).toEqual([[], 'floating']);
  });

  it('has ghost keys: three in a rectangle look like four', () => {
    const bench = made();
    for (const row of ['PA0', 'PA1']) bench.drive(row, 'pull-up');
    for (const key of ['1', '2', '*']) bench.part.press(key);
    bench.drive('PB1', 'low');
    expect([bench.pin('PA0').level, bench.pin('PA1').level]).toEqual(['low', 'low']);
  });

  it('names its keys when asked for another', () => {
    expect(() => made().part.press('7')).toThrow("part has no key '7'\n  remedy: its keys are 1 2 * #");
    expect(() => keypad({ rows: ['PA0'], columns: ['PB0'], keys: '12' })).toThrow('2 keys');
  });
});

it('a potentiometer puts a share of the supply on its pin, and stays where it was without power', () => {
  const bench = new PartBench(potentiometer('PA1', { position: 0.25, supply: 4 }));
  expect(bench.pin('PA1').voltage).toBe(1);
  bench.part.position = 0.75;
  bench.machine.reset('power-on');
  expect([bench.pin('PA1').voltage, bench.part.position]).toEqual([3, 0.75]);
  expect(() => {
    bench.part.position = 2;
  }).toThrow('part.position cannot be 2');
});

it('a servo goes where the last pulse tells it to', () => {
  const bench = new PartBench(servo('PA0'));
  expect(bench.part.angle).toBeUndefined();
  for (const us of [1000, 1500, 2000, 2500]) {
    bench.drive('PA0', 'high');
    bench.run(us * 1000);
    bench.drive('PA0', 'low');
    bench.run(10 * MILLISECOND);
    expect([bench.part.pulse, bench.part.angle]).toEqual([us, Math.min(180, (us - 1000) * 0.18)]);
  }
});

it('peers note what comes and answer what was laid ready', () => {
  const i2c = new PartBench(i2cPeer('bus', { address: 0x40 }));
  i2c.part.reply(1, 2);
  i2c.i2cWrite(0x40, [7, 8]);
  i2c.i2cWrite(0x41, [9]);
  expect(i2c.i2cRead(0x40, 3)).toEqual([1, 2, 0xff]);
  expect(i2c.part.received).toEqual([[7, 8]]);
  i2c.part.present(false);
  expect(i2c.i2cRead(0x40, 1)).toBeUndefined();

  const spi = new PartBench(spiPeer('bus', { select: 'PA4' }));
  spi.drive('PA4', 'high');
  spi.part.reply(0x1234);
  expect(spi.spiTransfer([1], 16)).toEqual([0xffff]);
  spi.drive('PA4', 'low');
  expect(spi.spiTransfer([2, 3], 16)).toEqual([0x1234, 0]);
  expect(spi.part.received).toEqual([2, 3]);
});
