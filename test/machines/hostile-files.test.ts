import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/emu/errors.js';
import { ZEPHYR_STYLE } from '../../src/machine-file/devicetree/board-test-tree.js';
import { encodeDtb } from '../../src/machine-file/devicetree/dtb.js';
import { parseDts } from '../../src/machine-file/devicetree/dts.js';
import { importDevicetree } from '../../src/machine-file/devicetree/import-tree.js';
import { readTree } from '../../src/machine-file/devicetree/read-tree.js';
import { readImage } from '../../src/machine-file/images.js';
import { machineFrom } from '../../src/machine-file/index.js';
import { importSvd } from '../../src/machine-file/svd/import-svd.js';
import { readSvd } from '../../src/machine-file/svd/read-svd.js';
import { svdStub } from '../../src/machine-file/svd/stub.js';
import { TEST_CHIP } from '../../src/machine-file/svd/test-chip.js';
import { mutant, RISCV_TREE, randomOf } from './mutants.js';

/** Damaged files of all formats that machines are made from: each is read, or refused with a message; nothing hangs, crashes or grows. */

const HOSTILE = process.env['FWTEST_HOSTILE'] !== undefined;
const LONG = HOSTILE || process.env['FWTEST_LONG'] === '1';
/** 10⁵ files together in the long run, of each format with FWTEST_HOSTILE=1. */
const RUNS = HOSTILE ? 100_000 : LONG ? 20_000 : 400;
/** Host ms for one format. */
const PATIENCE = HOSTILE ? 3_600_000 : LONG ? 300_000 : 30_000;

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads mutants; gives how many were refused. Anything but a refusal with a message fails. */
function refusals(
  seed: number,
  samples: readonly Uint8Array[],
  read: (bytes: Uint8Array) => unknown,
  runs = RUNS,
): number {
  const random = randomOf(seed);
  let refused = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = mutant(samples[run % samples.length]!, random);
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      expect(error.problem.what.length).toBeLessThan(10_000);
      refused++;
    }
  }
  return refused;
}

/** So much heap may remain behind: results that nobody keeps. */
const HEAP = 400 * 1024 * 1024;

function bounded(work: () => number): number {
  const started = performance.now();
  const before = process.memoryUsage().heapUsed;
  const refused = work();
  expect(performance.now() - started).toBeLessThan(PATIENCE);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP);
  return refused;
}

const path = join(folder, 'file');
const text = (source: string) => new TextEncoder().encode(source);

const importTree = (bytes: Uint8Array) =>
  importDevicetree(readTree(bytes, path), { path, boardNamed: () => undefined });

describe(`${RUNS} damaged files each`, { timeout: 2 * PATIENCE }, () => {
  test('.dtb', () => {
    const samples = [ZEPHYR_STYLE, RISCV_TREE].map((source) => encodeDtb(parseDts(source, path)));
    for (const sample of samples) importTree(sample);
    expect(bounded(() => refusals(1, samples, importTree))).toBeGreaterThan(0);
  });

  test('.dts', () => {
    const samples = [ZEPHYR_STYLE, RISCV_TREE].map(text);
    for (const sample of samples) importTree(sample);
    expect(bounded(() => refusals(2, samples, importTree))).toBeGreaterThan(0);
  });

  test('.dts, up to the board', () => {
    const samples = [ZEPHYR_STYLE, RISCV_TREE].map(text);
    const make = (bytes: Uint8Array) => machineFrom([importTree(bytes)]);
    for (const sample of samples) make(sample);
    expect(bounded(() => refusals(7, samples, make, RUNS / 4))).toBeGreaterThan(0);
  });

  test('.svd', () => {
    const read = (bytes: Uint8Array) => {
      const chip = readSvd(bytes, path);
      importSvd(chip, { boardNamed: () => undefined });
      for (const peripheral of chip.peripherals) svdStub(peripheral);
    };
    read(text(TEST_CHIP));
    expect(bounded(() => refusals(3, [text(TEST_CHIP)], read))).toBeGreaterThan(0);
  });

  test('.hex', () => {
    const lines = Array.from({ length: 40 }, (_, i) => {
      const data = [16, i, 0, 0, ...Array.from({ length: 16 }, (_, j) => (i * j) & 0xff)];
      const all = [...data, -data.reduce((a, b) => a + b, 0) & 0xff];
      return `:${all.map((byte) => byte.toString(16).padStart(2, '0')).join('')}\n`;
    });
    const sample = text(`:020000040800F2\n${lines.join('')}:00000001FF\n`);
    readImage('a.hex', { bytes: sample });
    expect(
      bounded(() => refusals(4, [sample], (bytes) => readImage('a.hex', { bytes, format: 'hex' }))),
    ).toBeGreaterThan(0);
  });

  test('.uf2', () => {
    const block = (number: number) => {
      const bytes = new Uint8Array(512);
      const view = new DataView(bytes.buffer);
      const words = [0x0a32_4655, 0x9e5d_5157, 0x2000, 0x800_0000 + number * 256, 256, number, 4, 0x5775_5a57];
      for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
      view.setUint32(508, 0x0ab1_6f30, true);
      return bytes;
    };
    const sample = Uint8Array.from(Buffer.concat([0, 1, 2, 3].map(block)));
    readImage('a.uf2', { bytes: sample });
    const elf = readFileSync(fileURLToPath(new URL('../../examples/firmware-tests/hello/hello.elf', import.meta.url)));
    expect(
      bounded(() => refusals(5, [sample], (bytes) => readImage('a.uf2', { bytes, format: 'uf2' }))),
    ).toBeGreaterThan(0);
    expect(bounded(() => refusals(6, [sample, elf], (bytes) => readImage('a.bin', { bytes })))).toBeGreaterThan(0);
  });
});
