import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rational } from './rational.js';
import { Scheduler } from './scheduler.js';
import { Arena } from './state.js';
import { Timebase } from './time.js';

function world(cpuHertz: number) {
  const arena = new Arena();
  const timebase = new Timebase(arena, cpuHertz);
  const scheduler = new Scheduler(arena, timebase);
  const runTo = (end: number): void => {
    scheduler.fireDue();
    while (timebase.tick < end) {
      timebase.advanceTo(Math.min(end, scheduler.next));
      scheduler.fireDue();
    }
  };
  return { arena, timebase, scheduler, runTo, run: (ticks: number) => runTo(timebase.tick + ticks) };
}

describe('machine time', () => {
  it('is exact over clock switches', () => {
    const { timebase, run } = world(16_000_000);
    run(16);
    timebase.cpuClock.set(168_000_000);
    run(21);
    expect(timebase.time()).toEqual(Rational.of(1125, 1_000_000_000));
    expect(timebase.nanoseconds()).toBe(1125);
    run(1);
    expect(timebase.time()).toEqual(Rational.of(1125, 1_000_000_000).add(Rational.of(1, 168_000_000)));
    expect(timebase.nanoseconds()).toBe(1130);
    expect(timebase.cpuClock.now()).toBe(38);
  });

  it('lets an event straddle a PLL switch', () => {
    // 10 bits of 115,200 baud at PCLK 16 MHz ÷ 139: half of it at 16 MHz, then the CPU goes to 168 and PCLK to 42 MHz.
    const { timebase, scheduler, run, runTo } = world(16_000_000);
    const pclk = timebase.clock('pclk', 16_000_000);
    let fired: Rational | undefined;
    scheduler
      .event('byte', pclk, () => {
        fired = timebase.time();
      })
      .after(1390);
    run(695);
    timebase.cpuClock.set(168_000_000);
    pclk.set(42_000_000);
    runTo(695 + 2779);
    expect(fired).toBeUndefined();
    runTo(695 + 2780);
    expect(fired).toEqual(Rational.of(695, 16_000_000).add(Rational.of(695, 42_000_000)));
  });

  it('passes while the CPU clock stands', () => {
    const { timebase, scheduler, run } = world(16_000_000);
    const rtc = timebase.clock('rtc', 32_768);
    run(1000);
    timebase.cpuClock.set(0);
    const wake = scheduler.event('wake', rtc, () => timebase.cpuClock.set(16_000_000));
    wake.after(3);
    timebase.advanceTo(scheduler.next);
    scheduler.fireDue();
    expect(timebase.cpuClock.running).toBe(true);
    expect(timebase.cpuClock.now()).toBe(1000);
    // Tick 2 of the RTC was in progress (1000 / 16 MHz = 2.048 ticks), so it fires at tick 5 = 5 / 32,768 s, up to 1 ns later.
    expect(timebase.nanoseconds()).toBe(Math.ceil((5 / 32_768) * 1e9));
    run(16);
    expect(timebase.cpuClock.now()).toBe(1016);
  });

  it('keeps the fraction of a tick in progress over stops', () => {
    const { timebase, run } = world(1000);
    const clock = timebase.clock('c', 100);
    for (let i = 0; i < 10; i++) {
      run(7);
      clock.set(0);
      run(13);
      clock.set(100);
    }
    expect(clock.now()).toBe(7);
  });

  it('shortens the slice for an event armed inside it', () => {
    const { timebase, scheduler } = world(16_000_000);
    const event = scheduler.event('e', timebase.cpuClock, () => {});
    timebase.beginSlice(1000);
    timebase.budgetCell[0] = timebase.budgetCell[0]! - 100;
    expect(timebase.tick).toBe(100);
    event.after(50);
    expect(timebase.sliceEnd).toBe(150);
    expect(timebase.budgetCell[0]).toBe(50);
    expect(timebase.tick).toBe(100);
    timebase.requestStop();
    expect(timebase.budgetCell[0]).toBe(0);
    expect(timebase.tick).toBe(100);
  });

  it('orders events by exact instant, then by registration', () => {
    const { timebase, scheduler, run } = world(1_000_000);
    const [a, b] = [timebase.clock('a', 300_000), timebase.clock('b', 700_000)];
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    scheduler.event('a1', a, note('a1')).at(2); // 6.67 µs: base tick 7
    scheduler.event('b1', b, note('b1')).at(4); // 5.71 µs: base tick 6
    scheduler.event('a2', a, note('a2')).at(5); // 16.67 µs: 17
    scheduler.event('b2', b, note('b2')).at(11); // 15.71 µs: 16
    scheduler.event('cpu', timebase.cpuClock, note('cpu')).at(17);
    scheduler.event('a3', a, note('a3')).at(19); // 63.33 µs: 64
    scheduler.event('b3', b, note('b3')).at(44.2); // 45 ticks: 64.29 µs: 65
    scheduler.event('a4', a, note('a4')).at(19);
    run(100);
    expect(order).toEqual(['b1', 'a1', 'b2', 'a2', 'cpu', 'a3', 'a4', 'b3']);
  });

  it('keeps a period exact on a clock that divides nothing', () => {
    const { timebase, scheduler, run } = world(168_000_000);
    const lse = timebase.clock('lse', 32_768);
    let fired = 0;
    const tick = scheduler.event('tick', lse, () => {
      fired++;
      tick.after(1);
    });
    tick.after(1);
    run(168_000_000);
    expect(fired).toBe(32_768);
  });
});

/** Base ticks to run, then a change: which clock, to which rate. */
const RATES = [0, 32_768, 32_000, 1_000_000, 8_000_000, 16_000_000, 25_000_000, 84_000_000, 168_000_000, 37_333_333];
const move = fc.record({
  ticks: fc.integer({ min: 0, max: 20_000 }),
  clock: fc.integer({ min: 0, max: 2 }),
  rate: fc.constantFrom(...RATES),
  arm: fc.integer({ min: 1, max: 3_000 }),
});

describe('clocks, against exact fractions', () => {
  it('agree over ten thousand random switches', () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 500, maxLength: 500, size: 'max' }), (moves) => {
        const { timebase, scheduler, runTo } = world(168_000_000);
        const clocks = [timebase.cpuClock, timebase.clock('a', 32_768), timebase.clock('b', 42_000_000)];
        const counts = clocks.map(() => Rational.ZERO);
        let time = Rational.ZERO;
        let tick = 0;
        /** The reference: everything advances by the same stretch of exact time. */
        const follow = (): void => {
          const base = timebase.cpuClock.running ? timebase.cpuClock.frequency : Rational.of(1_000_000_000);
          const stretch = Rational.of(timebase.tick - tick).div(base);
          tick = timebase.tick;
          time = time.add(stretch);
          for (const [i, clock] of clocks.entries()) counts[i] = counts[i]!.add(stretch.mul(clock.frequency));
        };
        const wanted = [0, 0, 0];
        const events = clocks.map((clock, i) =>
          scheduler.event(`e${i}`, clock, () => {
            follow();
            const reached = counts[i]!.compare(Rational.of(wanted[i]!)) >= 0;
            const base = timebase.cpuClock.running ? timebase.cpuClock.frequency : Rational.of(1_000_000_000);
            const aTickAgo = counts[i]!.sub(clock.frequency.div(base));
            expect(reached && aTickAgo.compare(Rational.of(wanted[i]!)) < 0).toBe(true);
          }),
        );
        for (const { ticks, clock, rate, arm } of moves) {
          runTo(timebase.tick + ticks);
          follow();
          expect(timebase.time().equals(time)).toBe(true);
          for (const [i, one] of clocks.entries()) expect(one.now()).toBe(Number(counts[i]!.floor()));
          clocks[clock]!.set(rate);
          const other = arm % 3;
          wanted[other] = clocks[other]!.now() + arm;
          events[other]!.at(wanted[other]);
        }
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it('fire at the same instants whatever the slices', () => {
    const trace = (slices: readonly number[]): string[] => {
      const { timebase, scheduler, runTo } = world(168_000_000);
      const lse = timebase.clock('lse', 32_768);
      const apb = timebase.clock('apb', 42_000_000);
      const fired: string[] = [];
      const note = (name: string) => void fired.push(`${name} ${timebase.time()}`);
      const a = scheduler.event('a', lse, () => {
        note('a');
        a.after(3);
        timebase.cpuClock.set(fired.length % 2 === 0 ? 16_000_000 : 168_000_000);
      });
      const b = scheduler.event('b', apb, () => {
        note('b');
        b.after(1237);
      });
      a.after(1);
      b.after(5);
      let i = 0;
      while (timebase.tick < 400_000) runTo(Math.min(400_000, timebase.tick + slices[i++ % slices.length]!));
      return fired;
    };
    const whole = trace([400_000]);
    expect(whole.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 20 }), (slices) => {
        expect(trace(slices)).toEqual(whole);
      }),
      { numRuns: 10, seed: 3 },
    );
  });
});
