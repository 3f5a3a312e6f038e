import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readElf } from '../emu/debug/elf.js';
import type { LoadSegment } from '../emu/machine-description.js';
import { BOARDS } from './boards.js';
import { yamlOf } from './dump.js';
import { fromFlags } from './flags.js';
import { flagsFor } from './flags-for.js';
import { type AnyBoard, modelOf } from './from-board.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';
import { rawOf } from './to-raw.js';

const folder = mkdtempSync(join(tmpdir(), 'fwtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** For RISC-V, at the start of RAM: counts in a register and in memory. */
const COUNTING = Uint32Array.of(
  0x0000_0317, // auipc t1, 0
  0x0012_8293, // addi t0, t0, 1
  0x0453_2023, // sw t0, 64(t1)
  0xff5f_f06f, // j -12
);

function imageFor({ chip }: AnyBoard): readonly LoadSegment[] {
  if (chip.cpu.name.startsWith('cortex')) return readElf('examples/firmware-tests/uart-echo/uart-echo.elf').segments;
  return [{ physicalAddress: 0x8000_0000, data: new Uint8Array(COUNTING.buffer) }];
}

/** State after some time with an image. */
function stateOf(board: AnyBoard): string {
  const machine = board.createMachine({ image: imageFor(board) });
  machine.runCycles(50_000);
  expect(machine.guestErrors).toEqual([]);
  return machine.hash();
}

describe.each(BOARDS.map((one) => [one.name, one] as const))('%s', (_name, kind) => {
  const board = kind.make({});
  const raw = () => rawOf(modelOf(board));

  test('rebuilt by YAML alone it behaves the same', () => {
    const yaml = yamlOf(raw());
    const again = machineFrom([parseYaml(yaml, 'dump.yaml', '.')]);
    expect(stateOf(again.board)).toBe(stateOf(board));
    expect(yamlOf(rawOf(again.model))).toBe(yaml);
  });

  test('rebuilt by flags alone it behaves the same', () => {
    const again = machineFrom([fromFlags(flagsFor(raw(), folder), '.')]);
    expect(stateOf(again.board)).toBe(stateOf(board));
  });
});
