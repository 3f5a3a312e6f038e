import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ZEPHYR_STYLE } from '../../../src/machine-file/devicetree/board-test-tree.js';
import { encodeDtb } from '../../../src/machine-file/devicetree/dtb.js';
import { parseDts } from '../../../src/machine-file/devicetree/dts.js';
import { importDevicetree } from '../../../src/machine-file/devicetree/import-tree.js';
import { readTree } from '../../../src/machine-file/devicetree/read-tree.js';
import { readImage } from '../../../src/machine-file/images.js';
import { fromSvd } from '../../../src/machine-file/imported.js';
import { machineFrom } from '../../../src/machine-file/index.js';
import { importSvd } from '../../../src/machine-file/svd/import-svd.js';
import { readSvd } from '../../../src/machine-file/svd/read-svd.js';
import { svdStub } from '../../../src/machine-file/svd/stub.js';
import { TEST_CHIP } from '../../../src/machine-file/svd/test-chip.js';
import { mutant, type Random, RISCV_TREE } from '../mutants.js';
import type { Attack } from './attack.js';
import { damagedChip, GOOD_CHIP } from './svd-mutants.js';
import { damagedTree, GOOD_TREES } from './tree-mutants.js';

/** Damaged files of all formats that machines are made from. */

/** With what it is damaged from, which must be right. */
export interface FileAttack extends Attack<Uint8Array> {
  readonly good: readonly Uint8Array[];
}

/** What the sources of trees include. */
export function writeIncluded(folder: string): void {
  writeFileSync(join(folder, 'data.bin'), Buffer.alloc(64, 1));
  writeFileSync(join(folder, 'self.dtsi'), '/include/ "self.dtsi"\n');
  writeFileSync(join(folder, 'node.dtsi'), 'more { a = <1>; };\n');
}

const bytesOf = (source: string) => new TextEncoder().encode(source);

/** One of the samples, with some bytes of it changed. */
const damagedBytes = (samples: readonly Uint8Array[]) => (random: Random) =>
  mutant(samples[random(samples.length)]!, random);

/** Up to the board for some: that takes longer than all before. */
const readerAt = (path: string) => (bytes: Uint8Array, round: number) => {
  const source = importDevicetree(readTree(bytes, path), { path, boardNamed: () => undefined });
  if (round % 4 === 0) machineFrom([source]);
};

export function dtbAttack(folder: string): FileAttack {
  const path = join(folder, 'file.dts');
  const good = [ZEPHYR_STYLE, RISCV_TREE, ...GOOD_TREES].map((source) => encodeDtb(parseDts(source, path)));
  const place = /^\S+\/file\.dts(:|, offset 0x|$)/;
  return { what: '.dtb', seed: 11, few: 300, good, input: damagedBytes(good), read: readerAt(path), place };
}

export function dtsAttack(folder: string): FileAttack {
  const path = join(folder, 'file.dts');
  const big = damagedBytes([ZEPHYR_STYLE, RISCV_TREE].map(bytesOf));
  return {
    what: '.dts',
    seed: 12,
    few: 300,
    good: GOOD_TREES.map(bytesOf),
    input: (random) => (random(10) === 0 ? big(random) : damagedTree(random)),
    read: readerAt(path),
    // Line markers, which preprocessors leave, name any file.
    place: /:\d+:\d+$|^\S+\/file\.dts/,
  };
}

export function svdAttack(folder: string): FileAttack {
  const path = join(folder, 'chip.svd');
  const read = (bytes: Uint8Array, round: number) => {
    const chip = readSvd(bytes, path);
    const { raw, where } = importSvd(chip, { boardNamed: () => undefined });
    for (const peripheral of chip.peripherals) svdStub(peripheral);
    if (round % 50 !== 0 || raw.devices === undefined) return;
    // Stubs are read from the file that they name.
    writeFileSync(path, bytes);
    const memory = { raw: { memory: { ram: { at: 0x2000_0000, size: 4096 } } }, where, folder };
    machineFrom([fromSvd(path, { hasCpu: false, memory: { ram: {} } }), memory]);
  };
  const big = damagedBytes([bytesOf(TEST_CHIP)]);
  return {
    what: '.svd',
    seed: 13,
    few: 300,
    good: [GOOD_CHIP, TEST_CHIP].map(bytesOf),
    input: (random) => (random(10) === 0 ? big(random) : damagedChip(random)),
    read,
    place: /^\S+\/chip\.svd(:\d+|$)/,
  };
}

/** 40 lines of 16 bytes. */
function hexFile(): Uint8Array {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const data = [16, i, 0, 0, ...Array.from({ length: 16 }, (_, j) => (i * j) & 0xff)];
    const all = [...data, -data.reduce((a, b) => a + b, 0) & 0xff];
    return `:${all.map((byte) => byte.toString(16).padStart(2, '0')).join('')}\n`;
  });
  return bytesOf(`:020000040800F2\n${lines.join('')}:00000001FF\n`);
}

function uf2Block(number: number): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const words = [0x0a32_4655, 0x9e5d_5157, 0x2000, 0x800_0000 + number * 256, 256, number, 4, 0x5775_5a57];
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  view.setUint32(508, 0x0ab1_6f30, true);
  return bytes;
}

export function imageAttacks(): readonly FileAttack[] {
  const [hex, uf2] = [hexFile(), Uint8Array.from(Buffer.concat([0, 1, 2, 3].map(uf2Block)))];
  const elf = readFileSync(resolve('examples/firmware-tests/hello/hello.elf'));
  const of = (
    name: string,
    seed: number,
    samples: readonly Uint8Array[],
    options: Parameters<typeof readImage>[1],
    place: RegExp,
  ): FileAttack => ({
    what: name,
    seed,
    few: 300,
    good: samples,
    input: damagedBytes(samples),
    read: (bytes) => readImage(name, { ...options, bytes }),
    place,
  });
  return [
    of('a.hex', 14, [hex], { format: 'hex' }, /^a\.hex/),
    of('a.uf2', 15, [uf2], { format: 'uf2' }, /^a\.uf2/),
    of('a.bin', 16, [uf2, elf, hex], {}, /^a\.bin/),
  ];
}
