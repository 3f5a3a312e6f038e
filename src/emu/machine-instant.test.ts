import { describe, expect, it } from 'vitest';
import { defineBoard, defineChip } from '../boards/define.js';
import { at, KiB, ram } from '../boards/rows.js';
import { defineDevice } from './device.js';
import { fakeCpu } from './fake-cpu.js';
import { f64 } from './state.js';

/** Fires every 10 ticks and notes when, by its clock and by machine time; each time another device hears of it. */
const beat = defineDevice({
  name: 'beat',
  size: 4,
  state: { ticks: f64(4), ns: f64(4), count: f64() },
  setup(d) {
    const out = d.output('out');
    const event = d.event('beat', () => {
      const { ticks, ns, count } = d.state;
      ticks[count[0]!] = d.clock.now();
      ns[count[0]!] = d.time.ns();
      count[0]!++;
      out.set(count[0]! & 1);
      if (count[0]! < 4) event.after(10);
    });
    d.onReset(() => event.after(10));
    return { ticks: d.state.ticks, ns: d.state.ns };
  },
});
/** Does something 2 ticks after it heard. */
const echo = defineDevice({
  name: 'echo',
  size: 4,
  state: { ticks: f64(4), count: f64() },
  setup(d) {
    const event = d.event('echo', () => {
      d.state.ticks[d.state.count[0]!] = d.clock.now();
      d.state.count[0]!++;
    });
    d.input('in', () => event.after(2));
    return { ticks: d.state.ticks };
  },
});

const board = defineBoard({
  name: 'test-board',
  chip: defineChip({
    name: 'test-chip',
    // Every instruction takes 7 ticks.
    cpu: fakeCpu(() => 7),
    hertz: 1_000_000_000,
    memories: { sram: ram(0x2000_0000, KiB(4)) },
    devices: {
      beat: at(0x4000_0000, beat),
      echo: at(0x4000_0400, echo, { wires: { in: 'beat.out' } }),
    },
  }),
});

describe('what an event does', () => {
  it('happens at the instant it was due at, in the middle of an instruction or not', () => {
    const machine = board.createMachine();
    machine.runCycles(60);
    const { beat, echo } = board.handlesOf(machine);
    expect([...beat.ticks]).toEqual([10, 20, 30, 40]);
    expect([...beat.ns]).toEqual([10, 20, 30, 40]);
    expect([...echo.ticks]).toEqual([12, 22, 32, 42]);
    // Two of them lay inside instructions: time itself has gone on to the instructions' ends.
    expect(machine.cycles).toBe(63);
  });
});
