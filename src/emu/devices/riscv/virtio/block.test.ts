import { describe, expect, test } from 'vitest';
import { type VirtioBlockOptions, virtioBlock } from './block.js';
import { RAM, TestDriver } from './test-driver.js';

const HEADER = RAM + 0x8_0000;
const DATA = RAM + 0x8_1000;
const STATUS = RAM + 0x8_0100;
const [IN, OUT, FLUSH, ID, DISCARD, WRITE_ZEROES] = [0, 1, 4, 8, 11, 13];

const IMAGE = Uint8Array.from({ length: 4 * 512 }, (_, i) => (i >> 9) * 16 + (i & 15));

/** VIRTIO_BLK_F_CONFIG_WCE, DISCARD, WRITE_ZEROES. */
const FEATURES = (1 << 11) | (1 << 13) | (1 << 14);

function disk(options: VirtioBlockOptions = { image: IMAGE }, legacy = false, features = FEATURES) {
  const driver = new TestDriver(virtioBlock(options), legacy);
  driver.begin(features);
  driver.queue(0);
  driver.start();
  /** One request with `length` bytes of data; @returns status and bytes written by the device */
  const request = (type: number, sector: number, length: number, sectorHigh = 0) => {
    const header = new DataView(new ArrayBuffer(16));
    for (const [i, word] of [type, 0, sector, sectorHigh].entries()) header.setUint32(4 * i, word, true);
    driver.put(HEADER, new Uint8Array(header.buffer));
    driver.put(STATUS, Uint8Array.of(0xee));
    const data = { address: DATA, length, write: type === IN || type === ID };
    const buffers = [
      { address: HEADER, length: 16 },
      ...(length > 0 ? [data] : []),
      { address: STATUS, length: 1, write: true },
    ];
    driver.offer(0, buffers);
    driver.notify(0);
    const { index, entries } = driver.used(0);
    return [driver.bytes(STATUS, 1)[0], entries[(index - 1) % 8]![1]];
  };
  return { driver, request };
}

describe.each([
  ['version 2', false],
  ['version 1', true],
] as const)('a disk, %s (virtio 1.1 5.2)', (_, legacy) => {
  test('reads sectors', () => {
    const { driver, request } = disk(undefined, legacy);
    expect(request(IN!, 1, 1024)).toEqual([0, 1025]);
    expect(driver.bytes(DATA, 1024)).toEqual(IMAGE.slice(512, 1536));
  });
  test('writes sectors; the image stays as it was', () => {
    const { driver, request } = disk(undefined, legacy);
    driver.put(DATA, new Uint8Array(512).fill(0xaa));
    expect(request(OUT!, 3, 512)).toEqual([0, 1]);
    expect(driver.h.handle.contents(3 * 512)).toEqual(new Uint8Array(512).fill(0xaa));
    expect(driver.h.handle.contents(0, 512)).toEqual(IMAGE.slice(0, 512));
    expect(IMAGE[3 * 512]).toBe(48);
  });
});

describe('requests', () => {
  test('beyond the end, or not of whole sectors: an error', () => {
    const { request } = disk();
    expect(request(IN!, 4, 512)).toEqual([1, 1]);
    expect(request(IN!, 3, 1024)).toEqual([1, 1]);
    expect(request(OUT!, 0, 100)).toEqual([1, 1]);
    expect(request(IN!, 0, 512, 1)).toEqual([1, 1]);
    expect(request(IN!, 0xffff_ffff, 512, 0xffff_ffff)).toEqual([1, 1]);
  });
  test('a disk for reading only', () => {
    const { driver, request } = disk({ image: IMAGE, readOnly: true });
    driver.h.write(0x14, 0);
    expect((driver.h.read(0x10) >>> 5) & 1).toBe(1);
    expect([request(OUT!, 0, 512), request(IN!, 0, 512)]).toEqual([
      [1, 1],
      [0, 513],
    ]);
  });
  test('flush, and what does not exist', () => {
    const { request } = disk();
    expect([request(FLUSH!, 0, 0), request(99, 0, 0)]).toEqual([
      [0, 1],
      [2, 1],
    ]);
  });
  test('the serial number has 20 bytes', () => {
    const { driver, request } = disk({ image: IMAGE, serial: 'fwtest-1' });
    expect(request(ID!, 0, 20)).toEqual([0, 21]);
    expect(new TextDecoder().decode(driver.bytes(DATA, 20))).toBe('fwtest-1'.padEnd(20, '\0'));
  });
  test.each([DISCARD!, WRITE_ZEROES!])('request %i leaves zeros', (type) => {
    const { driver, request } = disk();
    const range = new DataView(new ArrayBuffer(16));
    range.setUint32(0, 1, true);
    range.setUint32(8, 2, true);
    driver.put(DATA, new Uint8Array(range.buffer));
    expect(request(type, 0, 16)).toEqual([0, 1]);
    expect(driver.h.handle.contents(512, 1024)).toEqual(new Uint8Array(1024));
    expect(driver.h.handle.contents(1536)).toEqual(IMAGE.slice(1536));
    range.setUint32(8, 4, true);
    driver.put(DATA, new Uint8Array(range.buffer));
    expect(request(type, 0, 16)).toEqual([1, 1]);
  });
  /** Status of a request for sector 1, and whether its bytes are still there. */
  const clear = (type: number, flags: number, features = FEATURES, readOnly = false) => {
    const { driver, request } = disk({ image: IMAGE, readOnly }, false, features);
    driver.put(DATA, new Uint8Array(Uint32Array.of(1, 0, 1, flags).buffer));
    const [status] = request(type, 0, 16);
    return [status, driver.h.handle.contents(512, 512)[0] !== 0];
  };
  test('a flag that the request does not have is unsupported (5.2.6.2)', () => {
    expect([clear(DISCARD!, 1), clear(DISCARD!, 2), clear(DISCARD!, 1 << 31)]).toEqual(Array(3).fill([2, true]));
    expect([clear(WRITE_ZEROES!, 2), clear(WRITE_ZEROES!, 3)]).toEqual(Array(2).fill([2, true]));
  });
  test('zeros are written with unmap, too', () => expect(clear(WRITE_ZEROES!, 1)).toEqual([0, false]));
  test('a request whose feature was not negotiated is unsupported', () => {
    expect([clear(DISCARD!, 0, 1 << 14), clear(WRITE_ZEROES!, 0, 1 << 13)]).toEqual(Array(2).fill([2, true]));
    expect(clear(WRITE_ZEROES!, 0, 0, true)).toEqual([2, true]);
  });
  test('a header in pieces is a header (2.6.4)', () => {
    const { driver } = disk();
    driver.put(HEADER, new Uint8Array(16));
    driver.offer(0, [
      { address: HEADER, length: 7 },
      { address: HEADER + 7, length: 9 },
      { address: DATA, length: 300, write: true },
      { address: DATA + 300, length: 213, write: true },
    ]);
    driver.notify(0);
    expect(driver.used(0).entries[0]).toEqual([0, 513]);
    expect(driver.bytes(DATA, 512)).toEqual(IMAGE.slice(0, 512));
  });
  test('without header or status the device asks for a reset', () => {
    const { driver } = disk();
    driver.offer(0, [{ address: HEADER, length: 16 }]);
    driver.notify(0);
    expect([driver.status & 0x40, driver.h.problems.at(-1)!.section]).toEqual([0x40, 'virtio 1.1 5.2.6']);
  });
});

test('the configuration (5.2.4): capacity in sectors, block size, write cache', () => {
  const { driver } = disk({ size: 5000 * 512 + 1 });
  const { h } = driver;
  expect([h.read(0x100), h.read(0x104), h.read(0x114), h.read(0x120, 1), h.read(0x122, 2)]).toEqual([
    5001, 0, 512, 1, 1,
  ]);
  h.write(0x120, 0, 1);
  expect(h.read(0x120, 1)).toBe(0);
});

test('a disk is part of what is saved and restored', () => {
  const { driver, request } = disk();
  const saved = driver.h.save();
  driver.put(DATA, new Uint8Array(512).fill(0xaa));
  request(OUT!, 0, 512);
  driver.h.restore(saved);
  expect(driver.h.handle.contents()).toEqual(IMAGE);
});
