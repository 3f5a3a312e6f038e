import { describe, expect, it } from 'vitest';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { FLOAT_ENTRY, FLOAT_ROWS, type FloatImage, randomFloatImage } from './thumb-float-image.js';
import { bootCode, type Flavour } from './thumb-image.js';
import { runHere } from './thumb-machine.js';
import { LOG, OUTPUT, RAM } from './thumb-map.js';
import { QEMU, runInQemu } from './thumb-qemu.js';
import { missing } from './tools.js';

/**
 * Random floating-point programs on this project's engine and in QEMU's Cortex-M4: every row, every rounding mode, with and
 * without flush-to-zero, default NaN and the alternative half precision. S0–S31, FPSCR, core registers and memory must be equal.
 */

const IMAGES = process.env['FWTEST_LONG'] ? 16 : 4;
/** Where everything is compiled, compiling is most of the work: code is executed once here. */
const SHARE = defaultEngine() === 'hot' ? 1 / 400 : 1;
const PER_IMAGE = 260_000 * SHARE;
const FLAVOURS: readonly Flavour[] = [['bx lr'], ['push {r4, lr}', 'pop {r4, pc}']].map((exceptionReturn) => ({
  divideTraps: false,
  unalignedTraps: false,
  float: true,
  exceptionReturn,
}));
const DIFFERENCES = 10;

const decoder = new Decoder(armv7em);

function listing(ram: Uint8Array, from: number, to: number): string[] {
  const view = new DataView(ram.buffer, ram.byteOffset);
  const lines: string[] = [];
  for (let pc = from; pc < to; ) {
    const decoded = decoder.decode(view.getUint16(pc - RAM, true), view.getUint16(pc - RAM + 2, true));
    lines.push(`${pc.toString(16)}  ${decoded ? disassemble(armv7em, decoded, pc) : '.short'}`);
    pc += decoded?.length ?? 2;
  }
  return lines;
}

function nameOf(at: number): string {
  const word = ((at - OUTPUT) % FLOAT_ENTRY) / 4;
  if (at < OUTPUT) return at >= LOG ? 'log' : 'data';
  return word < 32 ? `s${word}` : word === 45 ? 'fpscr' : word === 46 ? 'apsr' : `register ${word - 32}`;
}

/** The output first: what differs there makes everything else differ. */
function differences({ sequences, ram }: FloatImage, ours: Uint8Array, theirs: Uint8Array): string[] {
  const [a, b] = [ours, theirs].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset)) as [DataView, DataView];
  const found: number[] = [];
  for (let at = 0; at < ours.length; at += 4) if (a.getUint32(at, true) !== b.getUint32(at, true)) found.push(at + RAM);
  const lines: string[] = [];
  for (const at of found.sort((x, y) => Number(y >= OUTPUT) - Number(x >= OUTPUT) || x - y).slice(0, DIFFERENCES)) {
    const hex = (view: DataView) =>
      view
        .getUint32(at - RAM, true)
        .toString(16)
        .padStart(8, '0');
    lines.push(`0x${at.toString(16)} (${nameOf(at)}): fwtest ${hex(a)}, QEMU ${hex(b)}`);
    const sequence = at >= OUTPUT ? sequences[Math.floor((at - OUTPUT) / FLOAT_ENTRY)] : undefined;
    if (sequence) lines.push(...listing(ram, sequence.start, sequence.end));
  }
  return lines.length === 0 ? [] : [`${found.length} words differ`, ...lines];
}

const reason = missing(QEMU, 'qemu-system-arm');

describe.skipIf(reason)(
  `random floating-point programs against ${QEMU}${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    const counts = new Map<Row, number>();
    it.each(Array.from({ length: IMAGES }, (_, i) => i))('image %i', { timeout: 120_000 }, async (index) => {
      const image = randomFloatImage(index + 1, PER_IMAGE);
      for (const [row, count] of image.counts) counts.set(row, (counts.get(row) ?? 0) + count);
      const boot = bootCode(FLAVOURS[index % FLAVOURS.length]!);
      const qemu = runInQemu(boot, image.ram);
      const [ours, theirs] = await Promise.all([Promise.resolve().then(() => runHere(boot, image.ram)), qemu]);
      expect(differences(image, ours, theirs)).toEqual([]);
    });

    it(`covered every row, and ${1_000_000 * SHARE} instructions`, () => {
      expect(FLOAT_ROWS.filter((row) => (counts.get(row) ?? 0) < 100 * SHARE).map((row) => row.text)).toEqual([]);
      expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1_000_000 * SHARE);
    });
  },
);
