import { expect, test } from 'vitest';
import { DeviceHarness, ramBus } from '../../device-harness.js';
import { fwCfg } from './fw-cfg.js';

const RAM = 0x8000_0000;
const FILES = { 'opt/greeting': new TextEncoder().encode('hello'), 'etc/first': Uint8Array.of(1, 2, 3) };

function harness() {
  const ram = new Uint8Array(0x1000);
  const h = new DeviceHarness(fwCfg({ cpus: 4, files: FILES }), { bus: ramBus(RAM, ram) });
  const swap16 = (value: number) => ((value & 0xff) << 8) | (value >> 8);
  const select = (key: number) => h.write(8, swap16(key), 2);
  const take = (count: number) => Uint8Array.from({ length: count }, () => h.read(0, 1));
  /** A DMA request at the start of RAM; @returns what control says afterwards */
  const dma = (control: number, length: number, address: number) => {
    const view = new DataView(ram.buffer);
    for (const [i, word] of [control, length, 0, address].entries()) view.setUint32(4 * i, word);
    h.write(16, 0);
    h.write(20, 0x80); // 0x8000_0000, big-endian
    return view.getUint32(0);
  };
  return { h, ram, select, take, dma };
}

test('signature, interfaces and number of harts', () => {
  const { h, select } = harness();
  select(0);
  expect(h.read(0)).toBe(0x554d_4551);
  select(1);
  expect(h.read(0)).toBe(3);
  select(5);
  expect([h.read(0, 2), h.read(0, 2)]).toEqual([4, 0]);
  expect([h.read(16), h.read(20)]).toEqual([0x554d_4551, 0x4746_4320]);
});

test('the directory names the files, which can be read by their keys', () => {
  const { select, take } = harness();
  select(0x19);
  expect([...take(4)]).toEqual([0, 0, 0, 2]);
  const entry = take(64);
  expect([...entry.subarray(0, 8)]).toEqual([0, 0, 0, 3, 0, 0x20, 0, 0]);
  expect(new TextDecoder().decode(entry.subarray(8, 18))).toBe('etc/first\0');
  select(0x21);
  expect(new TextDecoder().decode(take(6))).toBe('hello\0');
});

test('DMA selects, skips and reads; behind the end there are zeros', () => {
  const { ram, dma, h } = harness();
  expect(dma((0x21 << 16) | 8 | 4, 2, 0)).toBe(0);
  expect(dma(2, 5, RAM + 0x100)).toBe(0);
  expect(new TextDecoder().decode(ram.subarray(0x100, 0x105))).toBe('llo\0\0');
  expect(dma(2, 4, 0x10)).toBe(1);
  expect(dma(16, 4, RAM)).toBe(1);
  expect(h.problems).toEqual([]);
});

test('what cannot be done is told', () => {
  const { h } = harness();
  h.write(20, 0x20);
  h.write(0, 1, 1);
  expect(h.problems.map(({ what }) => what)).toEqual([
    'fw_cfg: there is no memory at the address of the DMA request',
    'fw_cfg was written with 1 byte at offset 0: the write is lost',
  ]);
});
