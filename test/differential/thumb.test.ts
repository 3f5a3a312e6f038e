import { describe, expect, it } from 'vitest';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import { bootCode, FLAVOURS, type Image, randomImage, type Sequence } from './thumb-image.js';
import { runHere } from './thumb-machine.js';
import { LOG, LOG_ENTRY, OUTPUT, OUTPUT_ENTRY, RAM } from './thumb-map.js';
import { QEMU, runInQemu } from './thumb-qemu.js';
import { missing } from './tools.js';

/**
 * Random programs over every row, on this project's engine and in QEMU's Cortex-M4: registers, flags, exceptions and memory
 * must be equal. Where QEMU and the manual differ is listed in docs/differential.md.
 */

const IMAGES = process.env['FWTEST_LONG'] ? 16 : 4;
/** Where everything is compiled, compiling is most of the work: code is executed once here. */
const SHARE = defaultEngine() === 'hot' ? 1 / 100 : 1;
const PER_IMAGE = 260_000 * SHARE;

/** Floating point has programs of its own. */
const ROWS = armv7em.rows.filter(({ guard }) => guard === undefined);

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

const WORDS = ['the registers but one in order, then lr', 'apsr', 'sp'];
const LINES = 60;

/** Where the runs differ: the registers after a sequence first, then the log of exceptions, then data. */
function differences(image: Image, ours: Uint8Array, theirs: Uint8Array): string[] {
  const a = new DataView(ours.buffer, ours.byteOffset);
  const b = new DataView(theirs.buffer, theirs.byteOffset);
  const lines: string[] = [];
  const told = new Set<Sequence>();
  const addresses = Array.from({ length: ours.length / 4 }, (_, i) => 4 * i).filter(
    (at) => a.getUint32(at, true) !== b.getUint32(at, true),
  );
  const rank = (at: number) => (at + RAM >= OUTPUT ? 0 : at + RAM >= LOG ? 1 : 2);
  for (const at of addresses.sort((x, y) => rank(x) - rank(y) || x - y)) {
    if (lines.length > LINES) break;
    const address = at + RAM;
    const hex = (view: DataView) => view.getUint32(at, true).toString(16).padStart(8, '0');
    const word = ((address - OUTPUT) % OUTPUT_ENTRY) / 4;
    const name = rank(at) === 0 ? ` (${WORDS[Math.max(0, word - 12)]}, word ${word})` : '';
    lines.push(`0x${address.toString(16)}${name}: fwtest ${hex(a)}, QEMU ${hex(b)}`);
    // Word 1 of a log entry is the address of the instruction that was interrupted.
    const pc = a.getUint32((at & ~(LOG_ENTRY - 1)) + 4, true);
    const sequence =
      rank(at) === 0
        ? image.sequences[Math.floor((address - OUTPUT) / OUTPUT_ENTRY)]
        : image.sequences.find(({ start, end }) => rank(at) === 1 && pc >= start && pc < end);
    if (sequence && !told.has(sequence)) lines.push(...listing(image.ram, sequence.start, sequence.end));
    if (sequence) told.add(sequence);
  }
  return lines.length === 0 ? [] : [`${addresses.length} words differ`, ...lines];
}

const reason = missing(QEMU, 'qemu-system-arm');

describe.skipIf(reason)(`random Thumb programs against ${QEMU}${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const counts = new Map<string, number>();
  it.each(Array.from({ length: IMAGES }, (_, i) => i))('image %i', { timeout: 120_000 }, async (index) => {
    const flavour = FLAVOURS[index % FLAVOURS.length]!;
    const image = randomImage(index + 1, PER_IMAGE, ROWS, flavour);
    for (const [row, count] of image.counts) counts.set(row.pattern.text, (counts.get(row.pattern.text) ?? 0) + count);
    const boot = bootCode(flavour);
    // QEMU runs beside us.
    const qemu = runInQemu(boot, image.ram);
    const [ours, theirs] = await Promise.all([Promise.resolve().then(() => runHere(boot, image.ram)), qemu]);
    expect(differences(image, ours, theirs)).toEqual([]);
    expect(new DataView(ours.buffer, ours.byteOffset).getUint32(LOG - RAM, true)).not.toBe(0);
  });

  it(`covered every row, and ${1_000_000 * SHARE} instructions`, () => {
    expect(ROWS.filter((row) => (counts.get(row.pattern.text) ?? 0) < 100 * SHARE).map((row) => row.text)).toEqual([]);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1_000_000 * SHARE);
  });
});
