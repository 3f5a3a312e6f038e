import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../boards/stm32f4-discovery.js';
import { Net } from './net.js';
import { Arena } from './state.js';

function node(seconds = { now: 0 }) {
  const arena = new Arena();
  const net = new Net('PA1', arena, { ns: () => seconds.now * 1e9, cycles: () => 0 });
  return { net, arena, seconds };
}

describe('voltage of a node', () => {
  it('is that of what drives or pulls it', () => {
    const { net } = node();
    expect(net.voltage).toBeUndefined();
    net.external.set('pull-up');
    expect(net.voltage).toBe(3.3);
    net.external.set('low');
    expect(net.voltage).toBe(0);
    net.driver('chip').set('high');
    expect(net.voltage).toBeUndefined(); // a conflict
  });
  it('is that of a source, constant or as a function of time', () => {
    const { net, seconds } = node();
    net.externalVoltage.set(1.65);
    expect(net.voltage).toBe(1.65);
    net.externalVoltage.set((time) => 2 * time);
    seconds.now = 0.5;
    expect([net.voltage, net.voltageAt(0.25)]).toEqual([1, 0.5]);
    net.externalVoltage.set(undefined);
    expect(net.voltage).toBeUndefined();
  });
  it('moves digital inputs at 0.3 and 0.7 VDD, with hysteresis (DS8626 table 48)', () => {
    const { net } = node();
    const levels = [0, 0.98, 1.65, 2.3, 2.32, 1.65, 1.0, 0.98].map((volts) => {
      net.externalVoltage.set(volts);
      return net.digital;
    });
    expect(levels).toEqual([0, 0, 0, 0, 1, 1, 1, 0]);
    expect(net.edges.length).toBe(3);
  });
  it('keeps in its state which source is in force', () => {
    const { net, arena } = node();
    net.externalVoltage.set(1);
    const one = arena.bytes().slice();
    net.externalVoltage.set(() => 2);
    const two = arena.bytes().slice();
    net.externalVoltage.set(() => 3);
    arena.bytes().set(one);
    expect(net.voltage).toBe(1);
    arena.bytes().set(two);
    expect(net.voltage).toBe(2);
  });
});

describe('pins of the chip', () => {
  it('show to inputs what a voltage is, and nothing in analog mode', () => {
    const machine = stm32f4Discovery.createMachine();
    const { bus } = machine;
    bus.write(0x4002_3830, 4, 1);
    const idr = () => (bus.read(0x4002_0010, 4) >>> 1) & 1;
    const net = machine.pin('PA1');
    net.externalVoltage.set(3);
    expect([idr(), net.analog]).toEqual([1, false]);
    bus.write(0x4002_0000, 4, 0xa800_000c);
    expect([idr(), net.analog]).toEqual([0, true]);
    machine.reset('pin');
    expect(net.analog).toBe(false);
  });
  it('are at the rails while the chip drives them', () => {
    const machine = stm32f4Discovery.createMachine();
    const { bus } = machine;
    bus.write(0x4002_3830, 4, 8);
    bus.write(0x4002_0c00, 4, 1 << 24);
    expect(machine.pin('PD12').voltage).toBe(0);
    bus.write(0x4002_0c14, 4, 1 << 12);
    expect(machine.pin('PD12').voltage).toBe(3.3);
  });
});
