import { expect, test } from 'vitest';
import { commands } from '../../src/runner/control/commands.js';
import { clientOf, targetWith } from '../../src/runner/control/control-bench.js';
import { REQUESTS } from './requests.js';

test('every command is among the requests', () => {
  const known = new Set(REQUESTS.map(([name]) => name));
  expect(commands.map(({ name }) => name).filter((name) => !known.has(name))).toEqual(['quit']);
});

// `call` holds each result against the schema of its command.
test('each is executed, and gives what its schema says', async () => {
  const client = await clientOf(targetWith('uart-echo/uart-echo.elf'));
  await client.call('snapshot-save', { name: 'a' });
  await client.call('breakpoint-set', { address: 'main' });
  for (const [name, args] of REQUESTS) {
    await client.call(name, args);
    if (name === 'cont') {
      await client.call('stop');
      await new Promise((done) => setImmediate(done));
    }
  }
});
