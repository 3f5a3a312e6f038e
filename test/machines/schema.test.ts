import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BOARDS } from '../../src/machine-file/boards.js';
import { yamlOf } from '../../src/machine-file/dump.js';
import { fromFlags } from '../../src/machine-file/flags.js';
import { machineFrom } from '../../src/machine-file/index.js';
import { machineJsonSchema } from '../../src/machine-file/json-schema.js';
import { rawOf } from '../../src/machine-file/to-raw.js';
import { schemaErrors } from './json-schema-check.js';

/** What an editor says that checks a file by the published schema. */

const DOCS = join(import.meta.dirname, '../../docs');
const schema = machineJsonSchema();
const wrong = (yaml: string) => schemaErrors(schema, parse(yaml));

const blocks = readdirSync(DOCS)
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    const all = [...text.matchAll(/```yaml\n(# (\S+\.yaml)\n[\s\S]*?)```/g)];
    // That page's last one shows what mistakes look like.
    return all
      .filter(([, , name]) => name !== 'wrong.yaml')
      .map(([, yaml, name]) => ({ name: `${page}: ${name}`, yaml: yaml! }));
  });

test('the documents have machine files', () => {
  expect(blocks.map(({ name }) => name)).toEqual(expect.arrayContaining(['machines.md: small.yaml']));
});

test.each(blocks)('$name is right by the schema', ({ yaml }) => {
  expect(wrong(yaml)).toEqual([]);
});

test.each(BOARDS.map(({ name }) => name))('%s as a file is right by the schema', (name) => {
  const { model } = machineFrom([fromFlags({ machine: name }, '.')]);
  expect(wrong(yamlOf(rawOf(model)))).toEqual([]);
});

describe('wrong by the schema', () => {
  const machine = (rest: string) => `machine: none\n${rest}`;
  test.each([
    ['an unknown key', machine('memroy: {}')],
    ['an unknown option', machine('cpus: { c: { type: rv32, clock: 1MHz, colour: red } }')],
    ['no width', machine('cpus: { c: { type: riscv, isa: imac, modes: m, plic: none } }')],
    ['a wrong value', machine('devices: { p: { type: sifive-pwm, at: 0, width: 9 } }')],
    ['a missing type', machine('devices: { p: { at: 0 } }')],
  ])('%s', (_, yaml) => {
    expect(wrong(yaml)).not.toEqual([]);
  });

  test('where the first instruction is may be left to the image', () => {
    expect(wrong(machine('cpus: { c: { type: riscv, xlen: 32, isa: imac, modes: m, plic: none } }'))).toEqual([]);
  });
});
