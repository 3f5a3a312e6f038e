import { describe, expect, it } from 'vitest';
import type { CanBusHandle, CarriedFrame } from '../emu/can-link.js';
import { FakeBench } from './fake-bench.js';
import { introduce } from './subject.js';
import { toHaveCanFrame } from './to-have-can-frame.js';

const frame = (more: Partial<CarriedFrame>): CarriedFrame => ({
  ns: 1_500_000,
  from: 'can1',
  id: 0x123,
  extended: false,
  rtr: false,
  dlc: 2,
  data: Uint8Array.from([10, 11]),
  ...more,
});

function controller(frames: readonly CarriedFrame[], joined = true) {
  const bus = { frames, joined, injectError: () => {} } as unknown as CanBusHandle;
  const handle = { bus, moveTo: () => {} };
  introduce(handle, { bench: new FakeBench(), name: 'can1' });
  return handle;
}
const call = (received: unknown, expected: Parameters<typeof toHaveCanFrame>[1], isNot = false) =>
  toHaveCanFrame.call({ isNot }, received, expected);

describe('toHaveCanFrame', () => {
  const can = controller([
    frame({}),
    frame({ id: 0x1234_5678, extended: true, rtr: true, dlc: 4, data: new Uint8Array() }),
  ]);

  it('looks at what it is given', () => {
    expect(call(can, { id: 0x123 }).pass).toBe(true);
    expect(call(can, { id: 0x123, data: [10, 11] }).pass).toBe(true);
    expect(call(can, { data: [10] }).pass).toBe(false);
    expect(call(can, { id: 0x1234_5678, extended: true, rtr: true, dlc: 4 }).pass).toBe(true);
    expect(call(can, { id: 0x123, extended: true }).pass).toBe(false);
  });
  it('means frames of the controller, unless told otherwise', () => {
    const two = controller([frame({ from: 'test' })]);
    expect(call(two, { id: 0x123 }).pass).toBe(false);
    expect(call(two, { id: 0x123, from: 'test' }).pass).toBe(true);
    const part = { bus: two.bus };
    introduce(part, { bench: new FakeBench(), name: 'bus' });
    expect(call(part, { id: 0x123 }).pass).toBe(true);
  });
  it('shows the frames there were', () => {
    expect(call(can, { id: 0x124, data: [1] }).message()).toMatchInlineSnapshot(`
      "expect(can1).toHaveCanFrame({ id: 292, data: [1] })

        Expected  0x124 01 from can1
        Frames    0x123 [2] 0a 0b from can1 at 1.5 ms
                  0x12345678 [4] remote from can1 at 1.5 ms
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      "
    `);
    expect(call(can, { id: 0x123 }, true).message()).toMatchInlineSnapshot(`
      "expect(can1).not.toHaveCanFrame({ id: 291 })

        Expected  not 0x123 from can1
        Frames    0x123 [2] 0a 0b from can1 at 1.5 ms
                  0x12345678 [4] remote from can1 at 1.5 ms
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
      "
    `);
  });
  it('says when nobody acknowledges', () => {
    expect(call(controller([], false), { id: 1 }).message()).toMatchInlineSnapshot(`
      "expect(can1).toHaveCanFrame({ id: 1 })

        Expected  0x001 from can1
        Frames    none
        At        0 ns of machine time
        CPU       pc 0x08001a2c wait_for_pll+0x10 (clock.c:41), thread mode
        Hint      nobody on the bus acknowledges frames: bus.join() makes the test a node, canBus([…]) wires a second controller
      "
    `);
  });
  it('refuses what is no controller', () => {
    const led = { pin: 'PD12' };
    introduce(led, { bench: new FakeBench(), name: 'green' });
    expect(() => call(led, { id: 1 })).toThrow('this matcher wants a CAN controller or a CAN bus, not green');
  });
});
