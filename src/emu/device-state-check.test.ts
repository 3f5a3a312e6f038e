import { describe, expect, it } from 'vitest';
import { defineDevice } from './device.js';
import { checkDeviceState } from './device-state-check.js';
import { mmioCalculator } from './devices/mmio-calculator.js';
import { r, reg, registers, rw } from './registers.js';
import { i32 } from './state.js';

const LAYOUT = registers({ DATA: reg(0, { D: rw(0, 32) }), COUNT: reg(4, { N: r(0, 32) }) });

function counter(where: 'closure' | 'state') {
  return defineDevice({
    name: `counter in ${where}`,
    size: 8,
    registers: LAYOUT,
    state: { writes: i32() },
    setup(d) {
      let writes = 0;
      d.onWrite(d.regs.DATA, () => {
        writes++;
        d.state.writes[0]!++;
      });
      d.onRead(d.regs.COUNT, () => (where === 'closure' ? writes : d.state.writes[0]!));
    },
  });
}

describe('the check for state that escaped', () => {
  const scenario = (h: { write(o: number, v: number): void; read(o: number): number }) => {
    h.write(0, 1);
    return h.read(4);
  };

  it('finds a variable of a closure', () => {
    expect(checkDeviceState(counter('closure'), scenario)).toEqual({
      device: 'counter in closure',
      first: 'returned 1',
      second: 'returned 2',
    });
  });

  it('accepts declared state', () => {
    expect(checkDeviceState(counter('state'), scenario)).toBeUndefined();
  });

  it('accepts the reference calculator, busy in the middle', () => {
    const escaped = checkDeviceState(mmioCalculator({ busyCycles: 16 }), (h) => {
      h.write(0, 6);
      h.write(4, 7);
      h.write(8, 2);
      h.write(12, 3);
      h.run(8);
      const busy = h.read(0x14);
      h.run(8);
      return [busy, h.read(0x14), h.read(0x10), h.signal('irq').level];
    });
    expect(escaped).toBeUndefined();
  });
});
