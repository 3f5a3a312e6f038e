import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
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

/** State after some time without an image: what a board's own ROMs do, and everything that runs by itself. */
function stateOf(board: AnyBoard): string {
  const machine = board.createMachine();
  machine.runCycles(10_000);
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
