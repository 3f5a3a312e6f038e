import { describe, expect, it } from 'vitest';
import type { GuestReport } from '../../../src/emu/guest-report.js';
import { misuseKindOf } from '../../../src/emu/misuse.js';
import { matchers } from '../../../src/matchers/index.js';
import { boot, finish } from '../boot.js';

/** Each kind of misuse by a firmware that commits it: what, the line of C, the manual's section and the remedy. */

const reports = (board: { readonly guestErrors: readonly GuestReport[] }) =>
  board.guestErrors.map(({ rule, what, where, remedy, section }) => ({ rule, what, where, remedy, section }));

describe('misuse', () => {
  it('flags cleared by read-modify-write', () => {
    const board = boot('misuse/firmware/flag-clearing.elf');
    const [before, after, last] = finish(board, '1ms');
    expect([before, after, last]).toEqual([3, 0, 0]);
    expect(reports(board)).toMatchInlineSnapshot(`
      [
        {
          "remedy": "write the flag alone: EXTI->PR = flag",
          "rule": "flag-clearing",
          "section": "RM0090 12.3.6",
          "what": "EXTI.PR was changed in place (|=), which clears every flag that was set: PR0, PR1",
          "where": "0x08000202 main+0x32 (flag-clearing.c:16)",
        },
      ]
    `);
  });

  it('flags cleared by read-modify-write, in a debug build', () => {
    const board = boot('misuse/firmware/flag-clearing-debug.elf');
    expect(finish(board, '1ms').slice(0, 3)).toEqual([3, 0, 0]);
    expect(reports(board).map(({ rule }) => rule)).toEqual(['flag-clearing']);
  });

  it('flags cleared together by a computed mask are no misuse', () => {
    const board = boot('misuse/firmware/orr.elf');
    expect(finish(board, '1ms').slice(0, 3)).toEqual([3, 0, 0]);
    expect(reports(board)).toEqual([]);
  });

  it('an interrupt without a handler', () => {
    const board = boot('misuse/firmware/interrupt-handler.elf');
    board.run('5ms');
    expect(reports(board)).toMatchInlineSnapshot(`
      [
        {
          "remedy": "define its handler under the name that the vector table has, or do not enable it",
          "rule": "interrupt-handler",
          "section": "ARMv7-M B1.5.3",
          "what": "SysTick was taken, and what its vector points to is an endless loop, not a handler",
          "where": "0x08000188 default_handler (cortex-m4.h:75)",
        },
      ]
    `);
  });

  it('flash programmed without being erased', () => {
    const board = boot('misuse/firmware/flash-programming.elf');
    expect(finish(board, '10ms')[0]).toBe(0x12340000);
    expect(reports(board)).toMatchInlineSnapshot(`
      [
        {
          "remedy": "erase the sector first",
          "rule": "flash-programming",
          "section": "RM0090 3.6.4",
          "what": "flash at 0x080e0000 is programmed, but is not erased: bits that are 0 stay 0",
          "where": "0x080001f8 main+0x28 (flash-programming.c:17)",
        },
      ]
    `);
  });

  it.each([
    'clock-gated',
    'pin-function',
    'clock-limit',
    'flash-latency',
    'dma-memory',
    'unmapped-access',
    'unaligned-device',
  ])('%s', (kind) => {
    const board = boot(`misuse/firmware/${kind}.elf`);
    finish(board, '100ms');
    expect(reports(board)).toMatchSnapshot();
  });

  it.each(['accuracy', 'reserved', 'unmodelled'] as const)('%s', (kind) => {
    const board = boot(`misuse/firmware/${kind}.elf`);
    finish(board, '1ms');
    expect(board.guestErrors.map(misuseKindOf)).toEqual([kind]);
    expect(reports(board)).toMatchSnapshot();
    expect(matchers.toHaveMisuse.call({}, board, kind).pass).toBe(true);
  });

  it('a DMA stream on a channel that the peripheral does not ask on', () => {
    const board = boot('misuse/firmware/dma-routing.elf');
    board.runUntil(() => board.memory.read32('results') === 1, { within: '1ms' });
    board.usart2.type('abcd');
    finish(board, '20ms');
    expect(reports(board)).toMatchInlineSnapshot(`
      [
        {
          "remedy": "use DMA1 stream 5 channel 4",
          "rule": "dma-routing",
          "section": "RM0090 10.3.3, tables 42 and 43",
          "what": "DMA1.S5PAR points at USART2, but DMA1 stream 5 channel 3 carries TIM2_CH1",
          "where": "0x0800023e main+0x6e (dma-routing.c:23)",
        },
      ]
    `);
  });

  it('a stack that grows into data: where it did, and nothing before', () => {
    const board = boot('misuse/firmware/stack-overflow.elf');
    finish(board, '30ms');
    expect(matchers.toHaveMisuse.call({}, board).pass).toBe(false);
    board.run('5ms');
    const result = matchers.toHaveNoMisuse.call({}, board, 'stack-overflow');
    expect(result.pass).toBe(false);
    expect(result.message().split('\n').slice(2, 6)).toMatchInlineSnapshot(`
      [
        "  Expected  no misuse (stack-overflow)",
        "  Misuse    the main stack has grown into the data below it",
        "              at 0x080001d2 depth+0x2 (stack-overflow.c:8)",
        "              remedy: make the stack larger, or what is on it smaller",
      ]
    `);
  });
});
