import { describe, expect, it } from 'vitest';
import { Bus } from './bus.js';
import { ACCESS } from './bus-access.js';
import { BusFault } from './bus-fault.js';
import { defineDevice } from './device.js';
import { DeviceHarness } from './device-harness.js';
import { CODE_TABLE, GUEST_BASE, PAGE_SIZE, READ_TABLE, WRITE_TABLE } from './isa/layout.js';
import { MemoryPool } from './memory.js';
import { reg, registers, rw } from './registers.js';

const SRAM = 0x2000_0000;

function fixture() {
  const pool = new MemoryPool([
    { name: 'flash', kind: 'rom', size: 0x4000 },
    { name: 'sram', kind: 'ram', size: 0x4000 },
    { name: 'ccm', kind: 'ram', size: 0x2000, execute: false },
    { name: 'tiny', kind: 'ram', size: 0x100 },
  ]);
  const [flash, sram, ccm, tiny] = pool.blocks as [never, never, never, never];
  const bus = new Bus(pool);
  const word = (table: number, address: number) => new Int32Array(pool.memory.buffer)[(table >> 2) + (address >>> 12)]!;
  const codeByte = (address: number) => new Uint8Array(pool.memory.buffer)[CODE_TABLE + (address >>> 12)]!;
  return { pool, bus, flash, sram, ccm, tiny, word, codeByte };
}

const device = defineDevice({
  name: 'dev',
  size: 0x100,
  registers: registers({ CR: reg(0, { CR: rw(0, 32) }), B: reg(4, { B: rw(0, 32) }, 0x80) }),
});

describe('plain memory', () => {
  it('is reached by the engine directly, stores only once the page is dirty', () => {
    const { pool, bus, sram, flash, word } = fixture();
    bus.mapMemory(sram, SRAM);
    bus.mapMemory(flash, 0x0800_0000);
    expect(word(READ_TABLE, SRAM + PAGE_SIZE)).toBe((GUEST_BASE + 0x4000 - SRAM) | 0);
    expect(word(WRITE_TABLE, SRAM)).toBe(0);
    bus.write(SRAM + 8, 4, 0x1234_5678);
    expect(word(WRITE_TABLE, SRAM)).toBe((GUEST_BASE + 0x4000 - SRAM) | 0);
    expect(word(WRITE_TABLE, SRAM + PAGE_SIZE)).toBe(0);
    pool.clean();
    expect(word(WRITE_TABLE, SRAM)).toBe(0);
    bus.poke(0x0800_0010, 4, 1);
    expect(word(WRITE_TABLE, 0x0800_0000)).toBe(0);
    expect(bus.read(0x0800_0010, 4)).toBe(1);
  });

  it('keeps stores beside decoded code on the slow path, and drops what they overwrite', () => {
    const { pool, bus, sram, word, codeByte } = fixture();
    bus.mapMemory(sram, SRAM);
    const dropped: string[] = [];
    pool.onCodeChanged((address, length) => dropped.push(`${address.toString(16)}+${length}`));
    bus.write(SRAM, 4, 1);
    bus.codeDecoded(SRAM + 0x20, 2);
    expect([word(WRITE_TABLE, SRAM), codeByte(SRAM)]).toEqual([0, 1]);
    bus.write(SRAM + 0x20, 4, 7);
    bus.poke(SRAM + PAGE_SIZE - 2, 4, 7);
    expect(dropped).toEqual(['20000020+4', '20000ffe+2']);
    pool.clean();
    expect(codeByte(SRAM)).toBe(0);
    pool.replace(4, pool.page(4).slice().fill(9, 0x21, 0x22));
    expect(dropped.slice(2)).toEqual(['20000020+4']);
  });

  it('is one memory at all its addresses', () => {
    const { pool, bus, sram, codeByte } = fixture();
    bus.mapMemory(sram, SRAM);
    const low = bus.mapMemory(sram, 0, 0, 0x2000);
    const dropped: number[] = [];
    pool.onCodeChanged((address) => dropped.push(address));
    bus.write(0x1000, 4, 0xcafe);
    expect(bus.read(SRAM + 0x1000, 4)).toBe(0xcafe);
    bus.codeDecoded(0x1000, 2);
    expect([codeByte(0x1000), codeByte(SRAM + 0x1000)]).toEqual([0, 0]);
    bus.write(SRAM + 0x1000, 2, 1);
    expect(dropped).toEqual([SRAM + 0x1000, 0x1000]);
    bus.unmap(low);
    expect(dropped.slice(2)).toEqual([0x1000]);
    expect(() => bus.read(0, 4)).toThrow('nothing is mapped there');
    expect(bus.read(SRAM + 0x1000, 2)).toBe(1);
  });

  it('allows unaligned accesses over pages, and none over its end', () => {
    const { bus, sram, tiny } = fixture();
    bus.mapMemory(sram, SRAM);
    bus.mapMemory(tiny, SRAM + 0x4000);
    bus.write(SRAM + 0x3ffe, 4, 0x4433_2211);
    expect(bus.read(SRAM + 0x4000, 2)).toBe(0x4433);
    expect(bus.read(SRAM + 0x3ffd, 4)).toBe(0x3322_1100);
    expect(() => bus.read(SRAM + 0x40fe, 4)).toThrow('read of 0x20004100: nothing is mapped there');
    expect(bus.peek(SRAM + 0x40fe, 4)).toBeUndefined();
  });

  it('can be without fetch', () => {
    const { bus, ccm } = fixture();
    bus.mapMemory(ccm, 0x1000_0000);
    bus.write(0x1000_0000, 2, 0xbf00);
    expect(() => bus.fetch16(0x1000_0000)).toThrow("fetch from 0x10000000: no instruction can be fetched from 'ccm'");
  });
});

describe('bit-band aliases', () => {
  it('read and change single bits of SRAM and of devices', () => {
    const { bus, sram } = fixture();
    const dev = new DeviceHarness(device);
    bus.mapMemory(sram, SRAM);
    bus.mapBitBand(0x2200_0000, SRAM, 0x10_0000);
    bus.mapDevice(dev.instance, 0x4000_0000);
    bus.mapBitBand(0x4200_0000, 0x4000_0000, 0x10_0000);
    // ARMv7-M / Cortex-M4 TRM 3.7.3: 0x2200_0000 + 0x300 × 32 + 2 × 4 is bit 2 of 0x2000_0300.
    bus.write(SRAM + 0x300, 4, 0xffff_0000);
    bus.write(0x2200_6008, 4, 0xffff_ffff);
    expect(bus.read(SRAM + 0x300, 4)).toBe(0xffff_0004);
    expect(bus.read(0x2200_6008, 4)).toBe(1);
    bus.write(0x2200_6000 + 31 * 4, 4, 0x10); // bit 0 of the value counts
    expect(bus.read(SRAM + 0x300, 4)).toBe(0x7fff_0004);
    bus.write(0x2200_6000 + 9 * 4, 1, 1);
    expect(bus.read(SRAM + 0x300, 4)).toBe(0x7fff_0204);
    bus.write(0x4200_0000 + 4 * 32 + 7 * 4, 4, 0);
    expect(bus.read(0x4000_0004, 4)).toBe(0);
    bus.write(0x4200_0000 + 20 * 4, 4, 1);
    expect(dev.handle.CR.CR).toBe(1 << 20);
    expect(() => bus.read(0x2200_0000 + 0x8000 * 32, 4)).toThrow(BusFault);
  });
});

describe('devices on the bus', () => {
  it('can be for privileged software only', () => {
    const { bus } = fixture();
    bus.mapDevice(new DeviceHarness(device).instance, 0xe000_e000, { privileged: true });
    expect(bus.read(0xe000_e004, 4)).toBe(0x80);
    expect(() => bus.read(0xe000_e004, 4, ACCESS.unprivileged)).toThrow('for privileged software only');
  });

  it('share a page, and refuse to overlap', () => {
    const { bus } = fixture();
    const [a, b] = [new DeviceHarness(device), new DeviceHarness(device, { name: 'other' })];
    bus.mapDevice(a.instance, 0x4000_0000);
    bus.mapDevice(b.instance, 0x4000_0400);
    bus.write(0x4000_0400, 4, 5);
    expect([bus.read(0x4000_0000, 4), bus.read(0x4000_0400, 4)]).toEqual([0, 5]);
    expect(() => bus.read(0x4000_0200, 4)).toThrow('nothing is mapped there');
    expect(() => bus.mapDevice(a.instance, 0x4000_04f0)).toThrow("'dev' and 'other' overlap");
  });
});

describe('watchpoints', () => {
  it('see accesses of their kind to their bytes, and leave no trace', () => {
    const { bus, sram, word } = fixture();
    bus.mapMemory(sram, SRAM);
    bus.write(SRAM, 4, 0);
    const seen: string[] = [];
    const note = (what: string) => (access: { address: number; value: number }) =>
      void seen.push(`${what} ${access.address.toString(16)} ${access.value}`);
    const endWrite = bus.watch(SRAM + 0x10, 4, 'write', note('w'));
    const endRead = bus.watch(SRAM + 0x10, 1, 'read', note('r'));
    expect([word(READ_TABLE, SRAM), word(WRITE_TABLE, SRAM)]).toEqual([0, 0]);
    bus.write(SRAM + 0x0e, 4, 7);
    bus.write(SRAM + 0x14, 4, 8);
    bus.read(SRAM + 0x10, 4);
    bus.read(SRAM + 0x11, 1);
    expect(seen).toEqual(['w 2000000e 7', 'r 20000010 0']);
    endWrite();
    endRead();
    expect([word(READ_TABLE, SRAM), word(WRITE_TABLE, SRAM)].every((entry) => entry !== 0)).toBe(true);
  });
});
