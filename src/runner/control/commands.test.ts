import { describe, expect, test } from 'vitest';
import { defineBoard, defineChip } from '../../boards/define.js';
import { KiB, MHz, ram } from '../../boards/rows.js';
import { riscv } from '../../emu/cpu/riscv/core.js';
import { type AnyBoard, createStation } from '../station.js';
import { clientOf, targetWith } from './control-bench.js';
import { Target } from './target.js';

const ECHO = 'uart-echo/uart-echo.elf';

test('the same as a test does with the board handle gives the same state', async () => {
  const { board } = targetWith(ECHO);
  const handle = board as typeof board & { usart2: { type(text: string): void }; button: { press(): void } };
  handle.run('5ms');
  handle.usart2.type('hello\n');
  handle.run('1234cycles');
  handle.button.press();
  handle.pin('PA1').drive('high');
  handle.memory.write32(0x2000_4000, 0x1234_5678);
  handle.step(7);
  const client = await clientOf(targetWith(ECHO));
  await client.call('run', { for: '5ms' });
  await client.call('uart-write', { data: 'hello\n' });
  await client.call('run', { for: '1234cycles' });
  await client.call('part-call', { part: 'button', action: 'press' });
  await client.call('pin-drive', { pin: 'PA1', level: 'high' });
  await client.call('word-write', { address: 0x2000_4000, value: '0x12345678' });
  await client.call('step', { count: 7 });
  expect(await client.call('hash')).toEqual({ hash: board.hash() });
});

describe('memory', () => {
  test('bytes and words, exact to 64 bits', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('memory-write', { address: '0x20004000', data: 'f00dfecaefbeadde' });
    expect(await client.call('word-read', { address: '0x20004000', size: 8 })).toEqual({
      address: '0x20004000',
      value: '0xdeadbeefcafe0df0',
    });
    await client.call('word-write', { address: '0x20004000', value: '0xfedcba9876543211', size: 8 });
    expect(await client.call('memory-read', { address: '0x20004000', length: 8 })).toEqual({
      address: '0x20004000',
      length: 8,
      data: '1132547698badcfe',
    });
    await client.call('memory-write', { address: '0x20004000', data: 'aGk=', encoding: 'base64' });
    expect(await client.call('memory-read', { address: 536887296, length: 2, encoding: 'utf8' })).toMatchObject({
      data: 'hi',
    });
    expect((await client.call('word-read', { address: '0x20004000', size: 2 }))['value']).toBe('0x6968');
  });
  test('what is none, and what is too much', async () => {
    const client = await clientOf(targetWith(ECHO));
    expect(await client.refused('memory-read', { address: '0xc0000000', length: 4 })).toMatchObject({
      class: 'UsageError',
      desc: 'there is no memory at 0xc0000000',
    });
    expect(await client.refused('memory-read', { address: '0x2001fff0', length: 64 })).toMatchObject({
      class: 'UsageError',
    });
    expect(await client.refused('memory-read', { address: 0, length: 1e9 })).toMatchObject({
      class: 'InvalidArguments',
      desc: expect.stringContaining('length: '),
    });
    expect(await client.refused('word-write', { address: '0x20000000', value: 256, size: 1 })).toMatchObject({
      desc: '256 does not fit the word, which has 8 bits',
    });
  });
});

/** Two harts that wait; the second one is 3. */
const two = defineBoard({
  name: 'two',
  chip: defineChip({
    name: 'two',
    cpu: riscv({
      name: 'rv32',
      xlen: 32,
      isa: 'imac',
      modes: 'msu',
      pmpEntries: 0,
      misaligned: 'do',
      harts: [0, 3].map((hartId) => ({ hartId, resetVector: 0x8000_0000 })),
      timebase: MHz(1),
    }),
    hertz: MHz(100),
    memories: { ram: ram(0x8000_0000, KiB(64)) },
    devices: {},
  }),
}) as unknown as AnyBoard;

describe('cores', () => {
  test('harts by name', async () => {
    const { board } = createStation(two, undefined, { hostTimeout: Number.POSITIVE_INFINITY });
    const client = await clientOf(new Target(two, board));
    expect(await client.call('query-cpus')).toMatchObject({
      present: 'hart0',
      cpus: [
        { name: 'hart0', bits: 32, pc: '0x80000000', instructionSet: 'riscv' },
        { name: 'hart3', bits: 32 },
      ],
    });
    await client.call('registers-set', { cpu: 'hart3', values: { a0: '0xfedcba98', pc: '0x80000100' } });
    expect(await client.call('registers-get', { cpu: 'hart3', names: ['a0', 'pc', 'mhartid'] })).toEqual({
      cpu: 'hart3',
      registers: { a0: '0xfedcba98', pc: '0x80000100', mhartid: '0x00000003' },
    });
    expect((await client.call('registers-get', { names: ['a0'] }))['registers']).toEqual({ a0: '0x00000000' });
    expect(await client.refused('registers-get', { cpu: 'hart1' })).toMatchObject({ class: 'UsageError' });
  });
  test('registers of 64 bits, exact', async () => {
    const client = await clientOf(targetWith(undefined, 'riscv-virt64'));
    const values = { a0: '0xfedcba9876543210', t6: -1, pc: '0xffffffff80000000', mscratch: '18446744073709551615' };
    await client.call('registers-set', { values });
    expect((await client.call('registers-get', { names: ['a0', 't6', 'pc', 'mscratch', 'x0'] }))['registers']).toEqual({
      a0: '0xfedcba9876543210',
      t6: '0xffffffffffffffff',
      pc: '0xffffffff80000000',
      mscratch: '0xffffffffffffffff',
      x0: '0x0000000000000000',
    });
    expect(await client.call('query-status')).toMatchObject({ cpu: 'hart0', pc: '0xffffffff80000000' });
    expect((await client.call('query-cpus'))['cpus']).toMatchObject([{ bits: 64, pc: '0xffffffff80000000' }]);
  });
  test('registers of a Cortex-M4, and all or none are set', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('registers-set', { values: { r0: -1, r1: '0x80000000' } });
    const wrong = { r2: 5, nosuch: 1 };
    expect(await client.refused('registers-set', { values: wrong })).toMatchObject({ class: 'UsageError' });
    expect((await client.call('registers-get', { names: ['r0', 'R1', 'r2'] }))['registers']).toEqual({
      r0: '0xffffffff',
      R1: '0x80000000',
      r2: '0x00000000',
    });
    expect(await client.refused('registers-set', { values: { r0: '0x100000000' } })).toMatchObject({
      desc: '0x100000000 does not fit register r0, which has 32 bits',
    });
  });
  test('instructions, of both lengths, and what is none', async () => {
    const client = await clientOf(targetWith(ECHO));
    // ARMv7-M A7.7.76 T1 MOV, A7.7.18 BL T1, A7.7.194 UDF T2.
    await client.call('memory-write', { address: '0x20004000', data: '012000f002f8f0f700a0' });
    const { instructions } = await client.call('disassemble', { address: '0x20004000', count: 3 });
    expect((instructions as { bytes: string; text: string }[]).map(({ bytes, text }) => [bytes, text])).toEqual([
      ['0120', expect.stringMatching(/^movs r0, #1$/)],
      ['00f002f8', expect.stringMatching(/^bl 0x2000400a$/)],
      ['f0f700a0', expect.stringMatching(/^udf|^\.4byte 0xa000f7f0$/)],
    ]);
  });
});

describe('devices', () => {
  test('registers and fields by name; a write is the firmware’s', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('run', { uart: { text: 'ready' } });
    // RM0090 30.6.3: at 115200 baud from 16 MHz USARTDIV is 8.6875, 0x8b.
    expect(await client.call('register-read', { register: 'USART2.BRR' })).toEqual({
      register: 'usart2.BRR',
      address: '0x40004408',
      value: 0x8b,
      fields: { DIV_Fraction: 11, DIV_Mantissa: 8 },
    });
    expect(await client.call('register-write', { register: 'gpiod.ODR.ODR12', value: 1 })).toMatchObject({
      register: 'gpiod.ODR.ODR12',
    });
    const before = (await client.call('register-read', { register: 'RCC.AHB1ENR' }))['value'] as number;
    await client.call('register-write', { register: 'RCC.AHB1ENR.GPIODEN', value: 1 });
    expect(await client.call('register-read', { register: 'RCC.AHB1ENR' })).toMatchObject({ value: before | 8 });
    await client.call('register-write', { register: 'GPIOD.MODER.MODER12', value: 1 });
    await client.call('register-write', { register: 'GPIOD.BSRR', value: 1 << 12 });
    expect(await client.call('pin-query', { pin: 'PD12' })).toMatchObject({ level: 'high', strength: 'driven' });
    expect(await client.call('part-get', { part: 'green', property: 'lit' })).toEqual({ value: true });
  });
  test.each([
    ['microchip-icicle-kit', 'mmuart0', 0x2000_0000, 4],
    ['riscv-virt', 'uart0', 0x1000_0000, 1],
  ] as const)('of a UART whose registers lie apart: %s', async (board, uart, base, stride) => {
    const client = await clientOf(targetWith(undefined, board));
    const at = (register: number) => `0x${(base + register * stride).toString(16)}`;
    // PC16550D, table II: LCR is register 3, LSR 5, SCR 7; the PolarFire SoC's MMUART has a word for each.
    expect(await client.call('register-read', { register: `${uart}.LSR` })).toMatchObject({
      address: at(5),
      value: 0x60,
    });
    expect(await client.call('register-write', { register: `${uart}.LCR.DLAB`, value: 1 })).toMatchObject({
      address: at(3),
    });
    expect(await client.call('register-read', { register: `${uart}.LCR.DLAB` })).toMatchObject({ value: 1 });
    expect(await client.call('register-write', { register: `${uart}.SCR`, value: 0x5a })).toMatchObject({
      address: at(7),
      value: 0x5a,
    });
  });
  test('what is misspelt', async () => {
    const client = await clientOf(targetWith(ECHO));
    const remedies: string[] = [];
    for (const register of ['USRT2.CR1', 'USART2.CR1.EU', 'USART2', 'USART2.CR1.UE.x', 'sysTick.CSR']) {
      remedies.push((await client.refused('register-read', { register })).remedy ?? '');
    }
    expect(remedies[0]).toBe("did you mean 'usart2'?");
    expect(remedies[1]).toMatch(/^it has .*UE/);
    expect(remedies[2]).toContain("'USART2.CR1'");
  });
});

describe('wires', () => {
  test('are listed, and those of the core are known', async () => {
    const client = await clientOf(targetWith(ECHO));
    const { wires } = await client.call('wire-list', { device: 'usart2' });
    expect(wires).toContainEqual({ wire: 'usart2.irq', direction: 'output', level: 0 });
    expect(await client.call('wire-query', { wire: 'cpu.irq.38' })).toEqual({
      wire: 'cpu.irq.38',
      direction: 'input',
      level: 0,
    });
    for (const wire of ['usart2.irk', 'cpu.nosuch', 'cpu.constructor', 'constructor']) {
      expect(await client.refused('wire-query', { wire })).toMatchObject({ class: 'UsageError' });
    }
  });
  test('setting one is heard behind it', async () => {
    const client = await clientOf(targetWith('hello/hello.elf', 'riscv-virt'));
    await client.call('wire-set', { wire: 'cpu.mtip', level: 1 });
    // Priv 3.1.9: MTIP is bit 7 of mip.
    const { registers } = await client.call('registers-get', { names: ['mip'] });
    expect(Number((registers as { mip: string }).mip) & 0x80).toBe(0x80);
  });
});

describe('pins', () => {
  test('are driven, pulled, set to a voltage and let go', async () => {
    const client = await clientOf(targetWith(ECHO));
    expect(await client.call('pin-query', { pin: 'PE9' })).toEqual({ pin: 'PE9', level: 'floating', strength: 'none' });
    expect(await client.call('pin-pull', { pin: 'PE9', level: 'low' })).toMatchObject({
      level: 'low',
      strength: 'pulled',
    });
    expect(await client.call('pin-drive', { pin: 'PE9', level: 'high' })).toMatchObject({
      voltage: 3.3,
      strength: 'driven',
    });
    expect(await client.call('pin-voltage', { pin: 'PE9', volts: 1.2 })).toMatchObject({ voltage: 1.2 });
    expect(await client.call('pin-release', { pin: 'PE9' })).toMatchObject({ level: 'floating' });
    const { edges } = await client.call('pin-edges', { pin: 'PE9', last: 2 });
    expect(edges).toHaveLength(2);
    const { pins } = await client.call('pin-list');
    expect(pins).toContainEqual({ pin: 'PE9', level: 'floating', strength: 'none' });
  });
  test('a run waits for one', async () => {
    const client = await clientOf(targetWith('button/button.elf'));
    await client.call('run', { uart: { text: 'ready' } });
    await client.call('part-call', { part: 'button', action: 'press', arguments: [{ for: '50ms' }] });
    expect(await client.call('run', { pin: { name: 'PD12', level: 'high' }, for: '100ms' })).toMatchObject({
      reason: 'met',
    });
    expect(await client.call('run', { pin: { name: 'PD12', level: 'low' }, for: '1ms' })).toMatchObject({
      reason: 'limit',
    });
  });
});

describe('parts', () => {
  test('say what they have', async () => {
    const client = await clientOf(targetWith(ECHO));
    const { parts } = await client.call('part-list');
    expect(parts).toContainEqual({
      name: 'button',
      kind: 'button',
      pins: ['PA0'],
      properties: ['pin', 'pressed'],
      actions: ['press', 'release'],
    });
    const acceleration = { x: 0.5, y: 0, z: -1 };
    expect(
      await client.call('part-set', { part: 'accelerometer', property: 'acceleration', value: acceleration }),
    ).toEqual({
      value: acceleration,
    });
  });
  test.each([
    [{ part: 'buton', action: 'press' }, "did you mean 'button'?"],
    [{ part: 'button', action: 'pres' }, "did you mean 'press'?"],
    [{ part: 'button', action: 'pressed' }, expect.any(String)],
    [{ part: 'button', action: 'constructor' }, expect.any(String)],
    [{ part: '__proto__', action: 'press' }, expect.any(String)],
    [{ part: 'button', action: 'press', arguments: [{ fore: '1ms' }] }, "did you mean 'for'?"],
    [{ part: 'button', action: 'press', arguments: [null] }, expect.any(String)],
  ])('%j is refused', async (args, remedy) => {
    const client = await clientOf(targetWith(ECHO));
    expect(await client.refused('part-call', args)).toMatchObject({ class: 'UsageError', remedy });
  });
  test('a property that only shows is not set', async () => {
    const client = await clientOf(targetWith(ECHO));
    expect(await client.refused('part-set', { part: 'green', property: 'lit', value: true })).toMatchObject({
      desc: 'green.lit cannot be set',
    });
  });
});

describe('UARTs', () => {
  test('are read from where the last answer ended', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('run', { for: '5ms' });
    const first = await client.call('uart-read', {});
    expect(first).toEqual({ uart: 'usart2', data: 'ready\r\n', next: 7 });
    await client.call('uart-write', { uart: 'console', data: '6869 0a'.replace(' ', ''), encoding: 'hex' });
    await client.call('run', { for: '5ms' });
    expect(await client.call('uart-read', { from: first['next'] })).toMatchObject({ data: 'hi\r\n', next: 11 });
  });
  test('unknown ones, ones without a way in, and too much', async () => {
    const client = await clientOf(targetWith(ECHO));
    expect(await client.refused('uart-read', { uart: 'usart9' })).toMatchObject({ class: 'UsageError' });
    expect(await client.refused('uart-write', { uart: 'itm', data: 'x' })).toMatchObject({
      desc: 'itm has no way in',
    });
    expect(await client.refused('uart-write', { data: 'x'.repeat(20_000) })).toMatchObject({ class: 'UsageError' });
  });
});

describe('snapshots', () => {
  test('go back, are compared, and end', async () => {
    const client = await clientOf(targetWith(ECHO), ['UART']);
    await client.call('run', { for: '5ms' });
    await client.call('snapshot-save', { name: 'a' });
    const { hash } = await client.call('hash');
    await client.call('word-write', { address: '0x20004000', value: 1 });
    await client.call('register-write', { register: 'RCC.AHB1ENR', value: 0x10_0018 });
    const { differences } = await client.call('snapshot-diff', { from: 'a' });
    expect((differences as { what: string }[]).map(({ what }) => what)).toContain('rcc.AHB1ENR');
    expect(await client.call('snapshot-restore', { name: 'a' })).toEqual({
      name: 'a',
      time: 5_000_000,
      cycles: 80_000,
    });
    expect(await client.call('hash')).toEqual({ hash });
    expect(await client.refused('snapshot-restore', { name: 'b' })).toMatchObject({ class: 'UsageError' });
    await client.call('snapshot-delete', { name: 'a' });
    expect(await client.call('snapshot-list')).toEqual({ snapshots: [] });
  });
  test('what the console wrote, and what was waited for, goes back too', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('snapshot-save', { name: 'a' });
    for (let i = 0; i < 2; i++) {
      expect((await client.call('run', { uart: { text: 'ready' }, for: '10ms' }))['reason']).toBe('met');
      await client.call('snapshot-restore', { name: 'a' });
    }
    expect(await client.call('uart-read', {})).toMatchObject({ data: '' });
  });
  test('no more than 256', async () => {
    const client = await clientOf(targetWith(ECHO));
    for (let i = 0; i < 256; i++) await client.call('snapshot-save', { name: `${i}` });
    expect(await client.refused('snapshot-save', { name: 'one more' })).toMatchObject({ class: 'UsageError' });
    await client.call('snapshot-save', { name: '0' });
  });
});

describe('symbols', () => {
  test('by name and by address', async () => {
    const client = await clientOf(targetWith(ECHO));
    const main = await client.call('symbol-lookup', { address: 'main' });
    expect(main).toMatchObject({ symbol: 'main', offset: 0, kind: 'function', file: expect.stringContaining('.c') });
    expect(await client.call('symbol-lookup', { address: 'main+2' })).toMatchObject({ symbol: 'main', offset: 2 });
    expect(await client.call('symbol-list', { match: 'serial_', limit: 1 })).toMatchObject({
      symbols: [{ name: expect.stringContaining('serial_') }],
      more: expect.any(Number),
    });
    expect(await client.refused('symbol-lookup', { address: 'man' })).toMatchObject({
      remedy: expect.stringContaining('main'),
    });
  });
});

describe('running', () => {
  test('what cannot be waited for', async () => {
    const client = await clientOf(targetWith(ECHO));
    for (const args of [
      { for: 'soon' },
      { for: '1ms', until: '1ms' },
      { for: '200000000min' },
      { until: '9007199254740991cycles' },
      { uart: { text: 'x' }, pin: { name: 'PA0', level: 'high' } },
      { pin: { name: 'PX0', level: 'high' } },
    ]) {
      expect(await client.refused('run', args), JSON.stringify(args)).toMatchObject({ class: 'UsageError' });
    }
    expect(await client.refused('run', { for: 5 })).toMatchObject({ class: 'InvalidArguments' });
    expect(await client.refused('run', { fore: '5ms' })).toMatchObject({
      class: 'InvalidArguments',
      desc: 'Unrecognized key: "fore"',
    });
  });
  test('cycles that never come are an error, as in a test', async () => {
    const client = await clientOf(targetWith(ECHO));
    await client.call('memory-write', { address: '0x20004000', data: '30bf' });
    await client.call('registers-set', { values: { pc: '0x20004000' } });
    // SCR.SLEEPDEEP (ARMv7-M B3.2.7): WFI stops all clocks (RM0090 5.3.5).
    await client.call('register-write', { register: 'scb.SCR', value: 4 });
    expect(await client.refused('run', { for: '1000cycles' })).toMatchObject({
      class: 'GuestError',
      desc: expect.stringContaining('the cycles to wait for never come'),
    });
    expect(client.events('STOP')).toMatchObject([{ data: { reason: 'error', error: { class: 'GuestError' } } }]);
    expect(await client.call('run', { for: '1ms' })).toMatchObject({ reason: 'limit' });
  });
  test('a machine that waits for something from outside lets no time pass, and goes on with it', async () => {
    const client = await clientOf(targetWith(ECHO), ['UART']);
    await client.call('cont');
    await new Promise((done) => setTimeout(done, 100));
    const { time } = await client.call('query-status');
    expect(time).toBeLessThan(20_000_000);
    await client.call('uart-write', { data: 'hello\n' });
    while (!client.text.includes('hello\r\n')) await new Promise((done) => setTimeout(done, 5));
    await client.call('stop');
  });
  test('pace keeps machine time behind the clock on the wall', async () => {
    const client = await clientOf(targetWith('blinky/blinky.elf'));
    const start = performance.now();
    await client.call('cont', { pace: 0.5 });
    await new Promise((done) => setTimeout(done, 200));
    await client.call('stop');
    while (client.session.busy) await new Promise((done) => setImmediate(done));
    const { time } = await client.call('query-status');
    expect(Number(time) / 1e6).toBeLessThan((performance.now() - start) * 0.5 + 25);
    expect(Number(time)).toBeGreaterThan(1e6);
  });
});
