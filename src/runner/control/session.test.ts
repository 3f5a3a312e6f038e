import { describe, expect, test } from 'vitest';
import { clientOf, TestClient, targetWith } from './control-bench.js';

const ECHO = 'uart-echo/uart-echo.elf';

describe('negotiation', () => {
  test('the greeting says version, protocol and events', () => {
    const { messages } = new TestClient(targetWith(ECHO));
    expect(messages).toEqual([
      {
        fwtest: {
          version: { major: 0, minor: expect.any(Number), patch: expect.any(Number), text: expect.any(String) },
          protocol: 1,
          capabilities: ['UART', 'PIN', 'IRQ', 'FAULT', 'MISUSE'],
        },
      },
    ]);
  });
  test('comes before other commands, but for what describes the protocol', async () => {
    const client = new TestClient(targetWith(ECHO));
    expect(await client.refused('query-status')).toEqual({
      class: 'CommandNotFound',
      desc: "'query-status' comes after negotiation",
      remedy: 'send {"execute": "capabilities"} first',
    });
    await client.call('query-version');
    await client.call('query-commands');
    await client.call('capabilities');
    await client.call('query-status');
  });
});

describe('running', () => {
  test('run lets exactly so much time pass, and STOP comes before the answer', async () => {
    const client = await clientOf(targetWith(ECHO));
    const result = await client.call('run', { for: '5ms' });
    expect(result).toMatchObject({ reason: 'limit', time: 5_000_000, cycles: 80_000 });
    expect(client.messages.slice(-3)).toMatchObject([
      { event: 'RESUME', time: 0 },
      { event: 'STOP', data: { reason: 'limit' }, time: 5_000_000 },
      { return: { reason: 'limit' } },
    ]);
    expect(await client.call('run', { until: '6ms' })).toMatchObject({ time: 6_000_000, cycles: 96_000 });
    expect(await client.call('run', { for: '10cycles' })).toMatchObject({ cycles: 96_010 });
  });
  test('until a UART has written a text; then behind it', async () => {
    const client = await clientOf(targetWith(ECHO), ['UART']);
    expect(await client.call('run', { uart: { text: 'ready\r\n' } })).toMatchObject({ reason: 'met' });
    expect(client.text).toBe('ready\r\n');
    await client.call('uart-write', { data: 'hello\n' });
    const echoed = await client.call('run', { uart: { text: 'hello' }, for: '20ms' });
    expect(echoed['reason']).toBe('met');
    expect(await client.call('run', { uart: { text: 'hello' }, for: '20ms' })).toMatchObject({ reason: 'limit' });
    expect(client.text).toBe('ready\r\nhello\r\n');
  });
  test('cont answers at once; commands are executed between its slices; stop ends it', async () => {
    const client = await clientOf(targetWith('blinky/blinky.elf'));
    await client.call('cont');
    expect(await client.call('query-status')).toMatchObject({ running: true });
    expect(await client.refused('step')).toMatchObject({ class: 'MachineRunning' });
    await new Promise((done) => setTimeout(done, 30));
    expect((await client.call('hash'))['hash']).toMatch(/^[0-9a-f]{16}$/);
    expect(await client.call('stop')).toEqual({ running: true });
    await new Promise((done) => setTimeout(done, 30));
    expect(client.events('STOP')).toMatchObject([{ data: { reason: 'stop' } }]);
    const status = await client.call('query-status');
    expect(status).toMatchObject({ running: false, stop: { reason: 'stop' } });
    expect(status['time']).toBeGreaterThan(10_000_000);
  });
  test('commands behind a run wait for it, stop does not', async () => {
    const client = await clientOf(targetWith('blinky/blinky.elf'));
    const run = client.ask('run', {});
    const hash = client.ask('hash');
    const status = client.ask('query-status');
    const stop = client.ask('stop');
    await Promise.all([run, hash, status, stop]);
    const ids = client.messages.filter(({ id }) => id !== undefined).map(({ id }) => id);
    expect(ids).toEqual([1, 4, 5, 2, 3]);
  });
});
