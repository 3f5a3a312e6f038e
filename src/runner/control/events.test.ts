import { describe, expect, test } from 'vitest';
import { clientOf, targetWith } from './control-bench.js';

describe('UART', () => {
  test('comes in few pieces, before the answer, with all that was written', async () => {
    const client = await clientOf(targetWith('uart-echo/uart-echo.elf'), ['UART']);
    await client.call('run', { for: '20ms' });
    expect(client.text).toBe('ready\r\n');
    expect(client.events('UART').length).toBeLessThan(4);
    const places = client.messages.flatMap(({ event, id }) => event ?? (id === undefined ? [] : 'answer'));
    expect(places.lastIndexOf('UART')).toBeLessThan(places.lastIndexOf('answer'));
  });
  test('of the UARTs that were asked for only', async () => {
    const client = await clientOf(targetWith('uart-echo/uart-echo.elf'));
    await client.call('subscribe', { events: ['UART'], uarts: ['usart3'] });
    await client.call('run', { for: '5ms' });
    expect(client.text).toBe('');
    await client.call('subscribe', { events: ['UART'], uarts: ['console'] });
    await client.call('uart-write', { data: 'x\n' });
    await client.call('run', { for: '5ms' });
    expect(client.text).toBe('x\r\n');
    await client.call('unsubscribe', { events: ['UART'] });
    await client.call('uart-write', { data: 'y\n' });
    await client.call('run', { for: '5ms' });
    expect(client.text).toBe('x\r\n');
  });
});

test('PIN: each change with its instant', async () => {
  const client = await clientOf(targetWith('blinky/blinky.elf'));
  await client.call('subscribe', { events: ['PIN'], pins: ['PD12'] });
  await client.call('run', { for: '2s' });
  const pins = client.events('PIN');
  expect(pins.length).toBeGreaterThan(2);
  expect(pins.every(({ data }) => data?.['pin'] === 'PD12')).toBe(true);
  const { edges } = await client.call('pin-edges', { pin: 'PD12' });
  const told = pins.map(({ data, time }) => ({ time, level: data?.['level'] }));
  expect((edges as { time: number; level: string }[]).map(({ time, level }) => ({ time, level }))).toEqual(told);
});

test('IRQ: what the core says', async () => {
  const client = await clientOf(targetWith('blinky/blinky.elf'), ['IRQ']);
  await client.call('run', { for: '30ms' });
  expect(client.events('IRQ')[0]).toMatchObject({ data: { source: 'cpu', exception: 15 } });
});

test('FAULT and MISUSE, and runs that end at them', async () => {
  const client = await clientOf(targetWith('fault/fault.elf'), ['FAULT', 'MISUSE']);
  await client.call('run', { for: '20ms' });
  await client.call('uart-write', { data: 'd' });
  const stop = await client.call('run', { for: '50ms', stopOn: ['fault'] });
  expect(stop).toMatchObject({ reason: 'fault', what: expect.stringMatching(/^HardFault .*\(fault\.c:\d+\)/) });
  expect(client.events('FAULT')).toMatchObject([{ data: { name: 'HardFault', text: stop['what'] } }]);
  expect(await client.call('fault-list')).toMatchObject({ count: 1, faults: [{ name: 'HardFault' }] });
  expect(await client.call('register-write', { register: 'USART3.CR1', value: 1 })).toBeDefined();
  expect(client.events('MISUSE')).toMatchObject([{ data: { kind: 'clock-gated', device: 'usart3' } }]);
  expect((await client.call('misuse-list', { kind: 'clock-gated' }))['reports']).toHaveLength(1);
});

test('RESET by the client and by the firmware', async () => {
  const client = await clientOf(targetWith('blinky/blinky.elf'));
  await client.call('reset', { cause: 'watchdog' });
  await client.call('power-cycle');
  expect(client.events('RESET').map(({ data }) => data?.['cause'])).toEqual(['watchdog', 'power-on']);
  // RM0090 7.3.21: IWDGRSTF is bit 29 of RCC_CSR; a power-on sets PORRSTF instead.
  expect((await client.call('register-read', { register: 'RCC.CSR.PORRSTF' }))['value']).toBe(1);
  // AIRCR.SYSRESETREQ (ARMv7-M B3.2.6).
  await client.call('word-write', { address: '0xe000ed0c', value: '0x05fa0004' });
  expect((await client.call('run', { for: '1ms', stopOn: ['reset'] }))['reason']).toBe('reset');
});

test('nothing comes before negotiation', async () => {
  const target = targetWith('blinky/blinky.elf');
  const client = await clientOf(target);
  const before = client.messages.length;
  target.board.reset();
  expect(client.messages.length).toBe(before + 1);
});

test('a firmware that ends ends the run', async () => {
  const client = await clientOf(targetWith('hello/hello.elf', 'riscv-virt'), ['UART']);
  expect(await client.call('run', {})).toMatchObject({ reason: 'exit', exitCode: 0 });
  expect(await client.call('query-status')).toMatchObject({ exitCode: 0, locked: true });
  // The last bytes are on their way.
  expect(await client.call('run', { for: '1ms' })).toMatchObject({ reason: 'limit' });
  expect(client.text).toBe('hello from rv32\n');
  await client.call('cont');
  while (client.session.busy) await new Promise((done) => setImmediate(done));
  expect(client.events('STOP').at(-1)).toMatchObject({ data: { reason: 'locked' } });
});

test('what floods is given to the client in time', async () => {
  const client = await clientOf(targetWith('blinky/blinky.elf'));
  await client.call('subscribe', { events: ['IRQ'] });
  await client.call('run', { for: '10s' });
  expect(client.events('IRQ').length).toBeGreaterThan(5000);
});
