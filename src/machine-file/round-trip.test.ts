import { describe, expect, test } from 'vitest';
import { BOARDS } from './boards.js';
import { yamlOf } from './dump.js';
import { modelOf } from './from-board.js';
import { machineFrom } from './index.js';
import { parseYaml } from './load-yaml.js';
import { rawOf } from './to-raw.js';

describe.each(BOARDS.map((one) => [one.name, one] as const))('%s', (_name, kind) => {
  test('written out as YAML and read again, it is the same machine', () => {
    const board = kind.make({});
    const yaml = yamlOf(rawOf(modelOf(board)));
    if (process.env['SHOW']) console.log(yaml);
    const again = machineFrom([parseYaml(yaml, 'dump.yaml', '.')]).board;
    const [one, other] = [board.createMachine(), again.createMachine()];
    for (const machine of [one, other]) machine.runCycles(10_000);
    expect(other.hash()).toBe(one.hash());
  });
});
