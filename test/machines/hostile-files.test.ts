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
import { importSvd } from '../../src/machine-file/svd/import-svd.js';
import { readSvd } from '../../src/machine-file/svd/read-svd.js';
import { svdStub } from '../../src/machine-file/svd/stub.js';
import { TEST_CHIP } from '../../src/machine-file/svd/test-chip.js';

/** Damaged files of all formats that machines are made from: each is read, or refused with a message; nothing hangs, crashes or grows. */

const LONG = process.env['FWTEST_LONG'] === '1';
/** 10⁵ files together in the long run. */
const RUNS = LONG ? 20_000 : 400;

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The same numbers in every run (xorshift32). */
function* randoms(seed: number): Generator<number, never> {
  for (let x = seed | 1; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

type Random = (below: number) => number;

/** Bytes that mean something to one of the formats. */
const TOKENS = [
  '{',
  '}',
  '<',
  '>',
  ';',
  '&',
  '/',
  '"',
  "'",
  '(',
  ')',
  '/*',
  '*/',
  '//',
  '[',
  ']',
  '@',
  ':',
  '#',
  '0x',
  '%s',
  '</',
  '/>',
  '\0',
  '\n',
].map((text) => new TextEncoder().encode(text));

/** One change: bytes set, cut out, doubled, put in, or numbers made extreme. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random(bytes.length + 1);
  const length = 1 + random(Math.min(64, bytes.length + 1));
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const joined = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
  switch (random(7)) {
    case 0:
      return joined(
        head,
        middle.map(() => random(256)),
        tail,
      );
    case 1:
      return joined(head, tail);
    case 2:
      return joined(head, middle, middle, tail);
    case 3:
      return joined(head, TOKENS[random(TOKENS.length)]!, middle, tail);
    case 4:
      return joined(
        head,
        middle.map(() => (random(2) === 0 ? 0xff : 0)),
        tail,
      );
    case 5: {
      const from = random(bytes.length);
      return joined(head, bytes.subarray(from, from + length * 4), tail);
    }
    default:
      return bytes.slice(0, at);
  }
}

/** Reads mutants; gives how many were refused. Anything but a refusal with a message fails. */
function refusals(seed: number, samples: readonly Uint8Array[], read: (bytes: Uint8Array) => unknown): number {
  const numbers = randoms(seed);
  const random: Random = (below) => (below <= 0 ? 0 : numbers.next().value % below);
  let refused = 0;
  for (let run = 0; run < RUNS; run++) {
    let bytes = samples[run % samples.length]!;
    for (let change = random(4); change >= 0; change--) bytes = mutate(bytes, random);
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
  expect(performance.now() - started).toBeLessThan(LONG ? 300_000 : 30_000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(HEAP);
  return refused;
}

const path = join(folder, 'file');
const text = (source: string) => new TextEncoder().encode(source);

const RISCV = `/dts-v1/; /memreserve/ 0x80000000 0x1000;
/ { #address-cells = <1>; #size-cells = <1>; aliases { serial0 = &uart; }; chosen { stdout-path = "serial0:115200"; };
  cpus { #address-cells = <1>; #size-cells = <0>; timebase-frequency = <(1000 * 1000)>;
    cpu@0 { device_type = "cpu"; compatible = "riscv"; reg = <0>; riscv,isa = "rv32imac";
      intc: ic { interrupt-controller; #interrupt-cells = <1>; }; }; };
  clk: clk { compatible = "fixed-factor-clock"; clocks = <&osc>; clock-mult = <2>; clock-div = <4>; #clock-cells = <0>; };
  osc: osc { compatible = "fixed-clock"; clock-frequency = <'a' 0x10>; #clock-cells = <0>; };
  memory@80000000 { device_type = "memory"; reg = <0x80000000 0x100000>; };
  soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x40000000>;
    clint@2000000 { compatible = "riscv,clint0"; reg = <0x2000000 0x10000>; interrupts-extended = <&intc 3 &intc 7>; };
    plic: plic@c000000 { compatible = "riscv,plic0"; reg = <0xc000000 0x4000000>; interrupt-controller; #interrupt-cells = <1>; };
    map: map { #interrupt-cells = <1>; #address-cells = <1>; interrupt-map-mask = <0 3>; interrupt-map = <0 1 &plic 5 0 2 &map 1>; };
    uart: serial@10000000 { compatible = "ns16550a"; reg = <0x10000000 0x100>; interrupt-parent = <&map>; interrupts = <1 2>; clocks = <&clk>; };
    npu@11000000 { compatible = "acme,npu"; reg = <0x11000000 0x1000>, <0x12000000 0x1000>; }; }; };`;

const importTree = (bytes: Uint8Array) =>
  importDevicetree(readTree(bytes, path), { path, boardNamed: () => undefined });

describe(`${RUNS} damaged files each`, () => {
  test('.dtb', () => {
    const samples = [ZEPHYR_STYLE, RISCV].map((source) => encodeDtb(parseDts(source, path)));
    for (const sample of samples) importTree(sample);
    expect(bounded(() => refusals(1, samples, importTree))).toBeGreaterThan(0);
  });

  test('.dts', () => {
    const samples = [ZEPHYR_STYLE, RISCV].map(text);
    for (const sample of samples) importTree(sample);
    expect(bounded(() => refusals(2, samples, importTree))).toBeGreaterThan(0);
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
