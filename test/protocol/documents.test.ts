import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestClient, targetWith } from '../../src/runner/control/control-bench.js';
import { codeBlocks } from '../package/markdown.js';
import { protocolReference, protocolSchema } from './reference.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/protocol.md');
const page = readFileSync(PAGE, 'utf8');

// After a change of the commands: npx vitest run --project cold test/protocol -u
test('the reference is that of the commands', async () => {
  const parts = page.split(/(?<=<!-- commands -->\n)[\s\S]*(?=<!-- end of commands -->)/);
  expect(parts.length).toBe(2);
  await expect(`${parts[0]}\n${protocolReference()}\n${parts[1]}`).toMatchFileSnapshot(PAGE);
});

test('the schema is that of the commands', async () => {
  const text = `${JSON.stringify(protocolSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(ROOT, 'schema/protocol.schema.json'));
});

const blocks = codeBlocks(page);
const first = blocks.findIndex(({ notes }) => notes.has('conversation'));

test('the conversation is what is said', async () => {
  const lines = blocks
    .slice(first)
    .filter(({ language, text }) => language === 'text' && /^[←→]/.test(text))
    .flatMap(({ text }) => text.trimEnd().split('\n'));
  const client = new TestClient(targetWith(blocks[first]!.notes.get('conversation')));
  const said: string[] = [];
  const hear = () => said.push(...client.messages.splice(0).map((message) => `← ${JSON.stringify(message)}`));
  hear();
  for (const line of lines.filter((one) => one.startsWith('→'))) {
    said.push(line);
    client.session.receive(line.slice(1));
    while (client.session.busy) await new Promise((done) => setImmediate(done));
    await Promise.resolve();
    hear();
  }
  expect(client.ended).toBe(true);
  const versions = /"version":\{[^}]*\}/;
  const [told, shown] = [said, lines].map((all) => all.join('\n').replace(versions, '"version":…'));
  expect(told).toBe(shown);
});
