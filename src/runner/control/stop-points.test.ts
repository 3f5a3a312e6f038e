import { describe, expect, test } from 'vitest';
import { clientOf, targetWith } from './control-bench.js';

const BLINKY = 'blinky/blinky.elf';

describe('breakpoints', () => {
  test('end a run before their instruction; the next one goes on behind it', async () => {
    const client = await clientOf(targetWith('calculator/calculator-riscv-virt.elf', 'riscv-virt'));
    const { address } = await client.call('breakpoint-set', { address: 'main' });
    const stop = await client.call('run', { for: '10ms' });
    expect(stop).toMatchObject({ reason: 'breakpoint', pc: address, place: expect.stringMatching(/^main/) });
    expect(client.events('BREAKPOINT')).toMatchObject([{ data: { address } }]);
    expect((await client.call('run', { for: '1ms' }))['reason']).toBe('limit');
    await client.call('reset');
    expect(await client.call('run', {})).toMatchObject({ reason: 'breakpoint', pc: address });
    await client.call('breakpoint-remove', { address: 'main' });
    await client.call('reset');
    expect((await client.call('run', { for: '1ms' }))['reason']).toBe('limit');
  });
  test('one set where the core stands is met when it comes back', async () => {
    const client = await clientOf(targetWith(BLINKY));
    await client.call('breakpoint-set', { address: 'SysTick_Handler' });
    const first = await client.call('run', { for: '20ms' });
    expect(first['reason']).toBe('breakpoint');
    await client.call('breakpoint-remove');
    await client.call('breakpoint-set', { address: first['pc'] as string });
    const second = await client.call('run', { for: '20ms' });
    expect(second).toMatchObject({ reason: 'breakpoint', pc: first['pc'] });
    expect(Number(second['cycles']) - Number(first['cycles'])).toBeGreaterThan(1000);
  });
  test('change nothing in what is executed', async () => {
    const hashes: unknown[] = [];
    for (const stops of [false, true]) {
      const client = await clientOf(targetWith(BLINKY));
      if (stops) await client.call('breakpoint-set', { address: 'SysTick_Handler' });
      for (;;) if ((await client.call('run', { until: '30ms' }))['reason'] === 'limit') break;
      if (stops) expect(client.events('BREAKPOINT').length).toBeGreaterThan(3);
      hashes.push((await client.call('hash'))['hash']);
    }
    expect(hashes[1]).toBe(hashes[0]);
  });
  test('are refused where there is no memory, and when there is none to remove', async () => {
    const client = await clientOf(targetWith(BLINKY));
    expect(await client.refused('breakpoint-set', { address: '0x40000000' })).toMatchObject({ class: 'UsageError' });
    expect(await client.refused('breakpoint-remove', { address: 'main' })).toMatchObject({
      desc: expect.stringMatching(/^there is no breakpoint at 0x08/),
    });
    await client.call('breakpoint-set', { address: 'main' });
    expect((await client.call('breakpoint-list'))['breakpoints']).toEqual([
      { address: expect.stringMatching(/^0x08/), place: expect.stringMatching(/^main/) },
    ]);
  });
});

describe('watchpoints', () => {
  test('end a run after the access, which is told', async () => {
    const client = await clientOf(targetWith(BLINKY));
    const { registers } = await client.call('device-registers', { device: 'gpiod' });
    const bsrr = (registers as { name: string; address: string }[]).find(({ name }) => name === 'BSRR')!.address;
    const { id } = await client.call('watchpoint-set', { address: bsrr, kind: 'write' });
    const stop = await client.call('run', { for: '2s' });
    expect(stop).toMatchObject({
      reason: 'watchpoint',
      watchpoint: { id, kind: 'write', address: bsrr, access: { address: bsrr, size: 4, write: true } },
    });
    // Bit n of BSRR sets pin n, bit n + 16 clears it (RM0090 8.4.7).
    const value = Number((stop['watchpoint'] as { access: { value: string } }).access.value);
    expect([1 << 12, 1 << 28]).toContain(value);
    expect(client.events('BREAKPOINT')).toHaveLength(1);
    await client.call('watchpoint-remove', { id });
    expect((await client.call('run', { for: '2s' }))['reason']).toBe('limit');
  });
  test('on memory, of reads', async () => {
    const client = await clientOf(targetWith('uart-echo/uart-echo.elf'));
    await client.call('run', { uart: { text: 'ready' } });
    await client.call('watchpoint-set', { address: 'serial_dropped', length: 4, kind: 'access' });
    expect(await client.call('run', { for: '10ms' })).toMatchObject({ reason: 'limit' });
    expect((await client.call('watchpoint-list'))['watchpoints']).toMatchObject([{ kind: 'access', length: 4 }]);
    expect(await client.refused('watchpoint-remove', { id: 99 })).toMatchObject({ desc: 'there is no watchpoint 99' });
    expect(await client.refused('watchpoint-set', { address: '0xc0000000' })).toMatchObject({ class: 'UsageError' });
  });
});
