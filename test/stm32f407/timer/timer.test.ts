import { describe, expect, test } from 'vitest';
import { boot, finish, results } from '../boot.js';

type Edges = Iterable<{ readonly cycles: number; readonly level: string }>;
/** Distances between the changes of a pin, in CPU cycles, with the level before each. */
function stretches(edges: Edges): [level: string, cycles: number][] {
  const all = [...edges];
  return all.slice(1).map((edge, i) => [all[i]!.level, edge.cycles - all[i]!.cycles]);
}

describe('firmware drives the timers', () => {
  test('a break and an external trigger that are there before their pins are routed', () => {
    const board = boot('timer/firmware/latepin.elf');
    board.pin('PA6').drive('high');
    board.pin('PD2').drive('high');
    const [enabled, after, flag, closed, open] = finish(board, '1ms');
    expect([enabled, after, flag, closed]).toEqual([1 << 15, 0, 1 << 7, 0]);
    expect(open).toBeGreaterThan(50);
    expect(board.guestErrors).toEqual([]);
  });

  test('PWM: each period has the width that the update interrupt preloaded, to the clock, whatever the CPU does', () => {
    const board = boot('timer/firmware/pwm.elf');
    board.run('1ms');
    const edges = [...board.pin('PD12').edges];
    const first = edges.findIndex(({ level }) => level === 'high');
    // 1000 of 1000 joins with the period before, 0 of 1000 has no pulse.
    const widths: [string, number][] = [
      ['high', 100],
      ['low', 900],
      ['high', 250],
      ['low', 750],
      ['high', 1],
      ['low', 999],
      ['high', 999],
      ['low', 1],
      ['high', 1000],
      ['low', 1000],
      ['high', 500],
      ['low', 500],
      ['high', 100],
    ];
    expect(stretches(edges.slice(first)).slice(0, 13)).toEqual(widths);
    expect(board.guestErrors).toEqual([]);
  });

  test('input capture by interrupt, then by DMA', () => {
    const board = boot('timer/firmware/capture.elf');
    board.run('100us');
    const pin = board.pin('PA1');
    pin.drive('low');
    board.run('100us');
    // A run ends with a whole instruction: what counts is when the pin really changed.
    const changed: number[] = [];
    for (const distance of [500, 123, 40, 777, 1600, 200]) {
      pin.drive(pin.level === 'high' ? 'low' : 'high');
      changed.push(board.cycles);
      board.run(`${distance}cycles`);
    }
    const captured = results(board).slice(1, 7);
    const differences = (list: readonly number[]) => list.slice(1).map((at, i) => at - list[i]!);
    expect(differences(captured)).toEqual(differences(changed));
    expect(results(board)[30]).toBe(0);
    board.runUntil(() => board.memory.read32('finished') === 1, { within: '1ms' });
    pin.drive('low');
    board.run('1000cycles');
    // A glitch of fewer than eight clocks, then pulses.
    pin.drive('high');
    board.run('7cycles');
    pin.drive('low');
    board.run('100cycles');
    for (const distance of [300, 450, 999]) {
      pin.drive('high');
      board.run('100cycles');
      pin.drive('low');
      board.run(`${distance - 100}cycles`);
    }
    const words = new Uint32Array(board.memory.bytes('captured', 16).slice().buffer);
    const [a, b, c, none] = words;
    expect([b! - a!, c! - b!, none]).toEqual([300, 450, 0]);
    expect(board.guestErrors).toEqual([]);
  });

  test('an encoder turned by the test', () => {
    const board = boot('timer/firmware/encoder.elf');
    const [a, b] = [board.pin('PC6'), board.pin('PC7')];
    a.drive('low');
    b.drive('low');
    finish(board, '1ms');
    const step = (pin: typeof a) => {
      pin.drive(pin.level === 'high' ? 'low' : 'high');
      board.run('20us');
    };
    for (let i = 0; i < 25; i++) for (const pin of [a, b]) step(pin);
    expect(board.tim3.CNT.value).toBe(0x8000 + 50);
    expect(board.tim3.CR1.DIR).toBe(0);
    for (let i = 0; i < 35; i++) for (const pin of [b, a]) step(pin);
    expect(board.tim3.CNT.value).toBe(0x8000 - 20);
    expect(board.tim3.CR1.DIR).toBe(1);
  });

  test('one pulse for each trigger', () => {
    const board = boot('timer/firmware/onepulse.elf');
    board.pin('PC7').drive('low');
    finish(board, '1ms');
    for (let i = 0; i < 3; i++) {
      board.pin('PC7').drive('high');
      const start = board.cycles;
      board.run('200cycles');
      board.pin('PC7').drive('low');
      board.run('200cycles');
      const [rise, fall] = [...board.pin('PC6').edges].slice(-2);
      // 3 clocks to the trigger, 1 to CNT_EN, 40 counts.
      expect([rise!.level, rise!.cycles - start, fall!.cycles - start]).toEqual(['high', 44, 104]);
    }
    expect(board.tim3.CR1.CEN).toBe(0);
  });

  test('timers in a row, and one that gates another', () => {
    const board = boot('timer/firmware/cascade.elf');
    finish(board, '1ms');
    const start = board.tim2.CNT.value;
    const gated = board.tim9.CNT.value;
    board.run('1000000cycles');
    expect([board.tim2.CNT.value, board.tim3.CNT.value, board.tim4.CNT.value]).toEqual([start, 0, 10]);
    // A quarter of the time, modulo 2^16.
    expect((board.tim9.CNT.value - gated) & 0xffff).toBe(250_000 & 0xffff);
  });

  test('a half bridge with dead time, and its break', () => {
    const board = boot('timer/firmware/deadtime.elf');
    finish(board, '1ms');
    board.run('200us');
    const [main, complement] = ['PE9', 'PE8'].map((name) => stretches([...board.pin(name).edges].slice(-5)));
    // 800 clocks a period; on for 200, each rise 16 later.
    expect(main!.map(([level, cycles]) => [level, cycles])).toEqual(
      main![0]![0] === 'high'
        ? [
            ['high', 184],
            ['low', 616],
            ['high', 184],
            ['low', 616],
          ]
        : [
            ['low', 616],
            ['high', 184],
            ['low', 616],
            ['high', 184],
          ],
    );
    expect(complement!.map(([level, cycles]) => [level, cycles])).toEqual(
      complement![0]![0] === 'high'
        ? [
            ['high', 584],
            ['low', 216],
            ['high', 584],
            ['low', 216],
          ]
        : [
            ['low', 216],
            ['high', 584],
            ['low', 216],
            ['high', 584],
          ],
    );
    expect([results(board)[0], board.pin('PE15').level]).toEqual([0, 'high']);
    const start = board.cycles;
    board.pin('PE15').drive('low');
    board.run('100cycles');
    expect([board.pin('PE9').level, board.pin('PE8').level]).toEqual(['low', 'high']);
    expect([...board.pin('PE8').edges].at(-1)!.cycles - start).toBeLessThanOrEqual(16);
    expect(results(board).slice(0, 3)).toEqual([1, expect.any(Number), (1 << 12) | (1 << 10) | 16]);
    expect(results(board)[1]! & 0x80).toBe(0x80);
  });

  test('a DMA burst sets four channels with each update', () => {
    const board = boot('timer/firmware/burst.elf');
    finish(board, '1ms');
    board.run('1000cycles');
    const widths = ['PC6', 'PC7', 'PC8', 'PC9'].map((name) =>
      stretches(board.pin(name).edges)
        .filter(([level]) => level === 'high')
        .map(([, cycles]) => cycles)
        .slice(1, 7),
    );
    expect(widths).toEqual([
      [50, 90, 10, 50, 90, 10],
      [60, 15, 20, 60, 15, 20],
      [70, 25, 30, 70, 25, 30],
      [80, 35, 40, 80, 35, 40],
    ]);
    expect(board.guestErrors).toEqual([]);
  });

  test('hall sensors: the time between edges of any of three', () => {
    const board = boot('timer/firmware/hall.elf');
    const pins = ['PB6', 'PB7', 'PB8'].map((name) => board.pin(name));
    for (const pin of pins) pin.drive('low');
    finish(board, '1ms');
    const distances = [1000, 900, 800, 850, 950, 1234];
    pins[0]!.drive('high');
    for (const [i, distance] of distances.entries()) {
      board.run(`${distance}cycles`);
      const pin = pins[(i + 1) % 3]!;
      pin.drive(pin.level === 'high' ? 'low' : 'high');
    }
    board.run('100cycles');
    const [count, , ...times] = results(board);
    expect(count).toBe(7);
    // The count before it is reset: a distance less one.
    expect(times.slice(0, 6)).toEqual(distances.map((distance) => distance - 1));
  });

  test('a millisecond tick, timed with 32 bits', () => {
    const board = boot('timer/firmware/timebase.elf');
    const ticks = finish(board, '20ms').slice(0, 16);
    expect(ticks.slice(1).map((at, i) => (at - ticks[i]!) >>> 0)).toEqual(Array(15).fill(16_000));
    expect(board.guestErrors).toEqual([]);
  });

  test('timers run at twice their bus where that is divided', () => {
    const board = boot('timer/firmware/clocks.elf');
    finish(board, '10ms');
    board.run('100us');
    expect(
      stretches(board.pin('PA8').edges)
        .slice(1, 21)
        .map(([, cycles]) => cycles),
    ).toEqual(Array(20).fill(200));
    expect(
      stretches(board.pin('PC6').edges)
        .slice(1, 21)
        .map(([, cycles]) => cycles),
    ).toEqual(Array(20).fill(600));
    expect(board.guestErrors).toEqual([]);
  });

  test('LSI and HSE are measured', () => {
    const board = boot('timer/firmware/measure.elf');
    const [lsi, hse] = finish(board, '10ms');
    // Eight periods of 32 kHz and of 1 MHz, in clocks of 16 MHz.
    expect([lsi, hse]).toEqual([4000, 128]);
    expect(board.guestErrors).toEqual([]);
  });

  test.each(['pwm', 'deadtime', 'burst', 'cascade'])('%s ends in the same state however its run is divided', (name) => {
    const whole = boot(`timer/firmware/${name}.elf`);
    const parts = boot(`timer/firmware/${name}.elf`);
    whole.run('8000cycles');
    for (let i = 1; i <= 50; i++) {
      // A run ends with a whole instruction.
      parts.run(`${Math.max(0, i * 160 - parts.cycles)}cycles`);
      // To look changes nothing.
      void [parts.tim1, parts.tim2, parts.tim3, parts.tim4].map(({ CNT, SR, CR1 }) => CNT.value + SR.value + CR1.value);
    }
    const kept = parts.snapshot();
    expect(parts.hash()).toBe(whole.hash());
    parts.run('300us');
    const later = parts.hash();
    parts.restore(kept);
    parts.run('300us');
    expect(parts.hash()).toBe(later);
  });

  test('a timer stands while its clock is off, and forgets all in its reset', () => {
    const board = boot('timer/firmware/encoder.elf');
    finish(board, '1ms');
    const [APB1ENR, APB1RSTR, TIM7] = [0x4002_3840, 0x4002_3820, 0x4000_1400];
    board.memory.write32(APB1ENR, 1 << 5);
    board.memory.write32(TIM7, 1);
    board.run('1000cycles');
    expect(board.tim7.CNT.value).toBe(999);
    board.memory.write32(APB1ENR, 0);
    board.run('1000cycles');
    expect(board.tim7.CNT.value).toBe(999);
    board.memory.write32(APB1ENR, 1 << 5);
    board.run('10cycles');
    // The block's clock comes up to two clocks late (errata ES0182).
    expect(board.memory.read32(TIM7 + 0x24)).toBe(board.tim7.CNT.value);
    expect(board.tim7.CNT.value).toBeGreaterThanOrEqual(1007);
    expect(board.tim7.CNT.value).toBeLessThanOrEqual(1009);
    board.memory.write32(APB1RSTR, 1 << 5);
    board.memory.write32(APB1RSTR, 0);
    board.run('1000cycles');
    expect([board.tim7.CNT.value, board.tim7.CR1.value, board.tim7.ARR.value]).toEqual([0, 0, 0xffff]);
  });
});
