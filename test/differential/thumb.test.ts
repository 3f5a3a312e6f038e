import { describe, expect, it } from 'vitest';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { disassemble } from '../../src/emu/isa/disassembler.js';
import { bootCode, type Image, randomImage } from './thumb-image.js';
import { runHere } from './thumb-machine.js';
import { LOG, OUTPUT, OUTPUT_ENTRY, RAM, STACK, STACK_TOP } from './thumb-map.js';
import { QEMU, runInQemu } from './thumb-qemu.js';
import { available } from './tools.js';

/**
 * Random programs over every row, in the cold engine and in QEMU's Cortex-M4: registers, flags, exceptions and memory
 * must be equal. Where QEMU and the manual differ is listed in docs/differential.md.
 */

const IMAGES = process.env['FWTEST_LONG'] ? 12 : 3;
const PER_IMAGE = 20_000;

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

/** The first words that differ, and the sequence that left them where that is known. */
function differences(image: Image, ours: Uint8Array, theirs: Uint8Array): string[] {
  const a = new DataView(ours.buffer, ours.byteOffset);
  const b = new DataView(theirs.buffer, theirs.byteOffset);
  const lines: string[] = [];
  for (let at = 0; at < ours.length && lines.length < 60; at += 4) {
    if (at + RAM >= STACK && at + RAM < STACK_TOP) continue;
    if (a.getUint32(at, true) === b.getUint32(at, true)) continue;
    const address = at + RAM;
    const hex = (view: DataView) => view.getUint32(at, true).toString(16).padStart(8, '0');
    lines.push(`0x${address.toString(16)}: fwtest ${hex(a)}, QEMU ${hex(b)}`);
    const sequence = address >= OUTPUT ? image.sequences[Math.floor((address - OUTPUT) / OUTPUT_ENTRY)] : undefined;
    if (sequence)
      lines.push(
        `word ${((address - OUTPUT) % OUTPUT_ENTRY) / 4}`,
        ...listing(image.ram, sequence.start, sequence.end),
      );
  }
  return lines;
}

describe.skipIf(!available(QEMU))(`random Thumb programs against ${QEMU}`, () => {
  const counts = new Map<string, number>();
  it.each(Array.from({ length: IMAGES }, (_, i) => i))('image %i', { timeout: 120_000 }, async (index) => {
    const flavour = { divideTraps: index % 2 === 1 };
    const image = randomImage(index + 1, PER_IMAGE, armv7em.rows);
    for (const [row, count] of image.counts) counts.set(row.pattern.text, (counts.get(row.pattern.text) ?? 0) + count);
    const boot = bootCode(flavour);
    const qemu = runInQemu(boot, image.ram);
    const ours = runHere(boot, image.ram);
    expect(differences(image, ours, await qemu)).toEqual([]);
    expect(new DataView(ours.buffer, ours.byteOffset).getUint32(LOG - RAM, true)).not.toBe(0);
  });

  it('covered every row, and a million instructions', () => {
    expect(armv7em.rows.filter((row) => (counts.get(row.pattern.text) ?? 0) < 100).map((row) => row.text)).toEqual([]);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1_000_000);
  });
});
