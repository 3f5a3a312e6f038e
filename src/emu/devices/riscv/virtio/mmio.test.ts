import { describe, expect, test } from 'vitest';
import { DeviceHarness } from '../../../device-harness.js';
import { checkDeviceState } from '../../../device-state-check.js';
import { virtioBlock } from './block.js';
import { virtioConsole } from './console.js';
import { virtioEntropy } from './entropy.js';
import { virtioMmio, virtioSlot } from './mmio.js';
import { RAM, TestDriver } from './test-driver.js';

const DATA = RAM + 0x8_0000;
const NEEDS_RESET = 0x40;

describe('the registers (virtio 1.1 4.2)', () => {
  test('an empty slot says magic, version and vendor, and device 0', () => {
    const h = new DeviceHarness(virtioSlot());
    expect([0, 4, 8, 12].map((offset) => h.read(offset))).toEqual([0x7472_6976, 1, 0, 0x554d_4551]);
    const modern = new DeviceHarness(virtioSlot({ legacy: false }));
    expect([modern.read(4), modern.read(8), modern.read(0x70)]).toEqual([2, 0, 0]);
  });

  test('a device says what it is and what it offers', () => {
    const h = new DeviceHarness(virtioMmio(virtioEntropy(), { legacy: false }));
    expect([h.read(4), h.read(8)]).toEqual([2, 4]);
    const features = [0, 1, 2].map((word) => {
      h.write(0x14, word);
      return h.read(0x10);
    });
    expect(features).toEqual([0x3000_0000, 1, 0]);
    h.write(0x30, 0);
    expect(h.read(0x34)).toBe(1024);
    h.write(0x30, 1);
    expect(h.read(0x34)).toBe(0);
    expect(h.read(0xb0)).toBe(0xffff_ffff);
  });

  test('FEATURES_OK holds only if all that was accepted is offered (3.1.1); VERSION_1 may be left out (6.1)', () => {
    const driver = new TestDriver(virtioEntropy());
    driver.begin(0x3000_0000, 1);
    expect(driver.status).toBe(11);
    driver.begin(0, 0);
    expect(driver.status).toBe(11);
    driver.begin(1 << 5, 1);
    expect(driver.status).toBe(3);
    expect(driver.h.problems.map(({ what }) => what)).toEqual([
      'virtio-rng: the driver accepts features that the device does not offer',
    ]);
  });

  test('writing 0 to Status resets: queues, interrupt, features', () => {
    const driver = new TestDriver(virtioEntropy());
    driver.begin();
    driver.queue(0);
    driver.start();
    driver.offer(0, [{ address: DATA, length: 4, write: true }]);
    driver.notify(0);
    expect([driver.irq, driver.h.read(0x60), driver.h.read(0x44)]).toEqual([1, 1, 1]);
    driver.h.write(0x70, 0);
    expect([driver.irq, driver.h.read(0x60), driver.h.read(0x44), driver.status]).toEqual([0, 0, 0, 0]);
  });

  test('the interrupt falls when it is acknowledged', () => {
    const driver = new TestDriver(virtioEntropy(), true);
    driver.begin();
    driver.queue(0);
    driver.start();
    driver.offer(0, [{ address: DATA, length: 4, write: true }]);
    driver.notify(0);
    driver.h.write(0x64, 2);
    expect(driver.irq).toBe(1);
    driver.h.write(0x64, 1);
    expect([driver.irq, driver.h.read(0x60)]).toEqual([0, 0]);
  });
});

describe.each([
  ['version 2', false],
  ['version 1', true],
] as const)('rings, %s (virtio 1.1 2.6)', (_, legacy) => {
  const running = (features = 0) => {
    const driver = new TestDriver(virtioEntropy(), legacy);
    driver.begin(features);
    driver.queue(0);
    driver.start();
    return driver;
  };

  test('requests are given back in order, with the bytes written, and the ring wraps', () => {
    const driver = running();
    for (let i = 0; i < 20; i++) {
      driver.offer(0, [{ address: DATA + 64 * i, length: i + 1, write: true }], i % 8);
      driver.notify(0);
      expect(driver.used(0).entries[i % 8]).toEqual([i % 8, i + 1]);
    }
    expect(driver.used(0).index).toBe(20);
    expect(new Set(driver.bytes(DATA + 64 * 19, 20)).size).toBeGreaterThan(10);
  });

  test('nothing happens at once: the device takes its time', () => {
    const driver = running();
    driver.offer(0, [{ address: DATA, length: 4, write: true }]);
    driver.h.write(0x50, 0);
    expect(driver.used(0).index).toBe(0);
    driver.h.runNanoseconds(9_000);
    expect(driver.used(0).index).toBe(0);
    driver.h.runNanoseconds(2_000);
    expect(driver.used(0).index).toBe(1);
  });

  test('no interrupt where the driver asked for none (2.6.7)', () => {
    const driver = running();
    driver.word16(0, 'available', 0, 1);
    driver.offer(0, [{ address: DATA, length: 4, write: true }]);
    driver.notify(0);
    expect([driver.used(0).index, driver.irq]).toEqual([1, 0]);
  });

  test('with EVENT_IDX: an interrupt for the entry asked for, and word when to notify (2.6.7, 2.6.10)', () => {
    const driver = running(1 << 29);
    driver.word16(0, 'available', 4 + 2 * 8, 1);
    const levels = [0, 1, 2].map((i) => {
      driver.offer(0, [{ address: DATA, length: 4, write: true }], i);
      driver.notify(0);
      const level = driver.irq;
      driver.h.write(0x64, 1);
      return level;
    });
    expect(levels).toEqual([0, 1, 0]);
    expect(driver.word16(0, 'used', 4 + 8 * 8)).toBe(3);
  });

  test('indirect descriptors (2.6.5.3)', () => {
    const driver = running(1 << 28);
    const table = DATA + 0x1000;
    driver.descriptorAt(table, { address: DATA, length: 3, write: true }, 1, 1);
    driver.descriptorAt(table + 16, { address: DATA + 8, length: 2, write: true }, 0, 0);
    driver.descriptor(0, 5, { address: table, length: 32 }, 4, 0);
    driver.announce(0, 5);
    driver.notify(0);
    expect(driver.used(0).entries).toEqual([[5, 5]]);
  });

  const hostile: readonly (readonly [string, (driver: TestDriver<object>) => void, string])[] = [
    ['a loop', (d) => d.descriptor(0, 0, { address: DATA, length: 4, write: true }, 1, 0), 'has a loop'],
    [
      'a descriptor outside',
      (d) => d.descriptor(0, 0, { address: DATA, length: 4, write: true }, 1, 8),
      'descriptor 8',
    ],
    ['no bytes', (d) => d.descriptor(0, 0, { address: DATA, length: 0, write: true }, 0, 0), 'has no bytes'],
    [
      'no memory',
      (d) => d.descriptor(0, 0, { address: 0x100, length: 4, write: true }, 0, 0),
      '0x100 cannot be written',
    ],
    [
      'the end of memory',
      (d) => d.descriptor(0, 0, { address: RAM + 0xf_fff0, length: 64, write: true }, 0, 0),
      'cannot be written',
    ],
    ['above 4 GiB', (d) => d.descriptor(0, 0, { address: 2 ** 33, length: 4, write: true }, 0, 0), 'above 4 GiB'],
    ['an index far ahead', (d) => void d.word16(0, 'available', 2, 100), 'went ahead by 101'],
    [
      'an indirect table, not negotiated',
      (d) => d.descriptor(0, 0, { address: DATA, length: 16 }, 4, 0),
      'not negotiated',
    ],
  ];
  test.each(hostile)('%s: the device asks for a reset and does nothing more', (_name, spoil, complaint) => {
    const driver = running();
    spoil(driver);
    driver.announce(0, 0);
    driver.notify(0);
    expect(driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(driver.h.problems.at(-1)!.what).toContain(complaint);
    expect([driver.irq, driver.h.read(0x60)]).toEqual([1, 2]);
    driver.notify(0);
    expect(driver.used(0).index).toBe(0);
    driver.h.write(0x70, 0);
    expect([driver.status, driver.irq]).toEqual([0, 0]);
  });

  test('an indirect table with a loop, and one in another', () => {
    for (const [flags, complaint] of [
      [1, 'has a loop'],
      [4, 'refers to another one'],
    ] as const) {
      const driver = running(1 << 28);
      const table = DATA + 0x1000;
      driver.descriptorAt(table, { address: table, length: 16, write: flags === 1 }, flags, 0);
      driver.descriptor(0, 0, { address: table, length: 16 }, 4, 0);
      driver.announce(0, 0);
      driver.notify(0);
      expect(driver.h.problems.at(-1)!.what).toContain(complaint);
    }
  });

  test('a queue of a size that is none', () => {
    const driver = new TestDriver(virtioEntropy(), legacy);
    driver.begin();
    driver.queue(0, 3);
    expect(driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(driver.h.problems.at(-1)!.what).toContain('a queue of 3 entries');
  });
});

describe('entropy (virtio 1.1 5.4)', () => {
  const numbers = (seed?: number) => {
    const driver = new TestDriver(virtioEntropy(seed === undefined ? {} : { seed }));
    driver.begin();
    driver.queue(0);
    driver.start();
    driver.offer(0, [{ address: DATA, length: 32, write: true }]);
    driver.notify(0);
    return driver.bytes(DATA, 32).join();
  };
  test('the seed decides', () => {
    expect(numbers()).toBe(numbers());
    expect(numbers(7)).not.toBe(numbers(8));
  });
});

describe('console (virtio 1.1 5.3)', () => {
  const running = () => {
    const driver = new TestDriver(virtioConsole());
    driver.begin(1 << 2);
    driver.queue(0);
    driver.queue(1);
    driver.start();
    return driver;
  };
  test('what the driver sends is its text', () => {
    const driver = running();
    driver.put(DATA, new TextEncoder().encode('hello\nworld'));
    driver.offer(1, [
      { address: DATA, length: 6 },
      { address: DATA + 6, length: 5 },
    ]);
    driver.notify(1);
    expect(driver.h.handle.lines).toEqual(['hello', 'world']);
    expect(driver.h.events).toHaveLength(11);
  });
  test('what is typed fills the buffers that are there, and waits for more', () => {
    const driver = running();
    driver.h.handle.type('ab');
    driver.offer(0, [{ address: DATA, length: 8, write: true }], 0);
    driver.offer(0, [{ address: DATA + 8, length: 8, write: true }], 1);
    driver.notify(0);
    driver.h.handle.type('cdefghijkl');
    expect(driver.used(0).entries).toEqual([
      [0, 2],
      [1, 8],
    ]);
    expect(driver.irq).toBe(1);
    expect(new TextDecoder().decode(driver.bytes(DATA + 8, 8))).toBe('cdefghij');
    driver.offer(0, [{ address: DATA, length: 8, write: true }], 2);
    driver.notify(0);
    expect(driver.used(0).entries[2]).toEqual([2, 2]);
  });
  test('an emergency write needs no queue', () => {
    const driver = new TestDriver(virtioConsole());
    driver.h.write(0x108, 0x21);
    expect(driver.h.handle.text).toBe('!');
  });
});

test.each([true, false])('whatever memory holds, a device goes on or asks for a reset (version 1: %s)', (legacy) => {
  let seed = 12_345;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const backends = [virtioEntropy(), virtioConsole(), virtioBlock({ size: 8192 })];
  const ends = { running: 0, reset: 0 };
  for (let round = 0; round < 300; round++) {
    const driver = new TestDriver(backends[round % 3]!, legacy);
    driver.begin(random(2) << 28);
    driver.queue(0);
    driver.queue(1);
    driver.start();
    for (let i = 0; i < 8; i++) {
      const address = random(4) === 0 ? random(2 ** 24) * 256 : RAM + random(0x10_0000);
      const length = random(3) === 0 ? random(2 ** 24) * 256 : random(5000);
      for (const queue of [0, 1]) {
        driver.descriptor(
          queue,
          i,
          { address, length, write: random(2) === 0 },
          random(5) === 0 ? 5 : random(2),
          random(9),
        );
      }
    }
    for (let i = 0; i < 4; i++) driver.announce(random(2), random(9));
    driver.notify(0);
    driver.notify(1);
    ends[driver.status & NEEDS_RESET ? 'reset' : 'running']++;
    driver.h.write(0x70, 0);
    expect([driver.status, driver.irq]).toEqual([0, 0]);
  }
  expect(Math.min(ends.running, ends.reset)).toBeGreaterThan(20);
});

test('nothing of a device is outside its state', () => {
  expect(checkDeviceState(virtioMmio(virtioEntropy()), (h) => [h.read(0), h.read(0x10)])).toBeUndefined();
  const disk = virtioMmio(virtioBlock({ size: 4096 }), { legacy: false });
  expect(checkDeviceState(disk, (h) => h.handle.contents(0, 8))).toBeUndefined();
});
