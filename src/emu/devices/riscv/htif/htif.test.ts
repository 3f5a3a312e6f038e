import { describe, expect, test } from 'vitest';
import { DeviceHarness, ramBus } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { htif } from './htif.js';

const [FROMHOST, TOHOST] = [0, 8];
const BASE = 0x8000_0000;

function host() {
  const ram = new Uint8Array(0x1000);
  const one = new DeviceHarness(htif(), { name: 'htif', bus: ramBus(BASE, ram) });
  return Object.assign(one, {
    ram,
    /** As RV64 stores a double-word: the lower half first. */
    send: (device: number, command: number, payload: number) => {
      one.write(TOHOST, payload);
      one.write(TOHOST + 4, (device << 24) | (command << 16));
    },
    answer: () => [one.read(FROMHOST + 4), one.read(FROMHOST)],
    take: () => {
      one.write(FROMHOST, 0);
      one.write(FROMHOST + 4, 0);
    },
  });
}

describe('host-target interface', () => {
  test('an odd payload to the system ends the run with its upper bits', () => {
    const one = host();
    one.send(0, 0, 1);
    expect([one.handle.exitCode, one.signal('halt').level]).toEqual([0, 1]);
    const other = host();
    other.send(0, 0, (3 << 1) | 1);
    expect([other.handle.exitCode, other.events]).toEqual([3, [{ event: 'exit', detail: { code: 3 } }]]);
  });

  test('a program that stores the lower word only is heard a little later', () => {
    const one = host();
    one.write(TOHOST, 1);
    expect(one.handle.exitCode).toBeUndefined();
    one.run(64);
    expect(one.handle.exitCode).toBe(0);
  });

  test('the console writes, and tohost is empty again', () => {
    const one = host();
    for (const byte of new TextEncoder().encode('hé')) one.send(1, 1, byte);
    expect([one.handle.text, one.read(TOHOST), one.read(TOHOST + 4)]).toEqual(['hé', 0, 0]);
  });

  test('the console reads: an answer when there is a character, one at a time', () => {
    const one = host();
    one.send(1, 0, 0);
    expect(one.answer()).toEqual([0, 0]);
    one.handle.type('ab');
    expect(one.answer()).toEqual([0x0100_0000, 0x161]);
    one.send(1, 0, 0);
    expect(one.answer()).toEqual([0x0100_0000, 0x161]);
    one.take();
    expect(one.answer()).toEqual([0x0100_0000, 0x162]);
    one.take();
    expect(one.answer()).toEqual([0, 0]);
  });

  test('the system call write, and its result', () => {
    const one = host();
    const view = new DataView(one.ram.buffer);
    one.ram.set(new TextEncoder().encode('hello'), 0x100);
    for (const [i, value] of [64, 1, BASE + 0x100, 5].entries()) view.setUint32(8 * i, value, true);
    one.send(0, 0, BASE);
    expect([one.handle.text, view.getUint32(0, true), one.answer()]).toEqual(['hello', 5, [0, 1]]);
  });

  test('a system call that nobody serves is -ENOSYS, and said', () => {
    const one = host();
    const view = new DataView(one.ram.buffer);
    view.setUint32(0, 1024, true);
    one.send(0, 0, BASE);
    expect([view.getInt32(0, true), view.getInt32(4, true), one.problems.length]).toEqual([-38, -1, 1]);
  });

  test('a write of more than there is memory ends where memory does', () => {
    const one = host();
    const view = new DataView(one.ram.buffer);
    for (const [i, value] of [64, 1, BASE + 0xff0, 0xffff_ffff].entries()) view.setUint32(8 * i, value, true);
    one.send(0, 0, BASE);
    expect(one.handle.bytes).toHaveLength(16);
  });

  test('devices tell their names', () => {
    const one = host();
    one.send(1, 0xff, BASE + 0x40);
    expect(new TextDecoder().decode(one.ram.subarray(0x40, 0x44))).toBe('bcd\0');
  });

  test('with symbols the mailbox lies in memory', () => {
    const ram = new Uint8Array(0x1000);
    const device = htif({ tohost: BASE + 0x40, fromhost: BASE + 0x80 });
    const one = new DeviceHarness(device, { bus: ramBus(BASE, ram) });
    ram[0x40] = 0x58;
    ram.set([0x01, 0x01], 0x46);
    const [tohost] = one.watches;
    expect([tohost!.address, tohost!.length]).toEqual([BASE + 0x40, 8]);
    tohost!.fn(BASE + 0x44, 4);
    expect([one.handle.text, ram[0x40], ram[0x47]]).toEqual(['X', 0, 0]);
  });

  test('no state escapes', () => {
    const escaped = checkDeviceState(htif(), (one) => {
      one.handle.type('xy');
      one.write(TOHOST + 4, 0x0100_0000);
      one.write(TOHOST, 1);
      one.run(100);
      return one.read(FROMHOST);
    });
    expect(escaped).toBeUndefined();
  });
});
