import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineJsonSchema } from '../../src/machine-file/json-schema.js';
import { machineReference } from '../../src/machine-file/reference.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/machine-file.md');

// After a change of devices, parts, CPUs or keys: npx vitest run --project cold test/machines/documents.test.ts -u
test('the schema is that of the files', async () => {
  const text = `${JSON.stringify(machineJsonSchema(), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(join(ROOT, 'schema/machine.schema.json'));
});

test('the reference is that of the schema', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const parts = page.split(/(?<=<!-- reference -->\n)[\s\S]*(?=<!-- end of reference -->)/);
  expect(parts.length).toBe(2);
  await expect(`${parts[0]}\n${machineReference()}\n\n${parts[1]}`).toMatchFileSnapshot(PAGE);
});
