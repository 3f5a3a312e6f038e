/** Why a run ended, as results and the event STOP carry it. */

import { z } from 'zod';
import { ERROR_CLASSES, type ErrorClass } from './failure.js';
import { STOPPERS, type Stop } from './run-control.js';
import type { Target } from './target.js';
import { exactInteger, hexOf, hexText, instant, instantOf, place } from './values.js';
import type { WatchHit } from './watchpoints.js';

export const watchHit = z.strictObject({
  id: z.int(),
  kind: z.enum(['read', 'write', 'access']),
  address: hexText,
  length: z.int(),
  access: z.strictObject({ address: hexText, size: z.int(), value: hexText, write: z.boolean(), pc: hexText }),
});

export const errorResult = z
  .strictObject({
    class: z.enum(Object.keys(ERROR_CLASSES) as ErrorClass[]),
    desc: z.string(),
    where: z.string().optional(),
    remedy: z.string().optional(),
  })
  .meta({ title: 'failure' });

export const stopResult = z
  .strictObject({
    reason: z
      .enum(['limit', 'met', 'stop', 'breakpoint', 'watchpoint', 'locked', 'error', ...STOPPERS])
      .describe('`met`: the condition came true; `locked`: the core stands for good (lockup, halted)'),
    ...instant,
    ...place,
    watchpoint: watchHit.optional(),
    exitCode: exactInteger.optional().describe('what the firmware ended with'),
    what: z.string().optional().describe('the fault, the report, the cause of the reset'),
    error: errorResult.optional(),
  })
  .meta({ title: 'stop' });

export function watchHitData({ access, address, ...point }: WatchHit): z.output<typeof watchHit> {
  const { size, write } = access;
  return {
    ...point,
    address: hexOf(address),
    access: { address: hexOf(access.address), size, value: hexOf(access.value), write, pc: hexOf(access.pc) },
  };
}

export function stopData(target: Target, stop: Stop): z.output<typeof stopResult> {
  const { bench } = target;
  const { watchpoint, ...rest } = stop;
  return {
    ...rest,
    ...instantOf(bench),
    ...target.where,
    ...(watchpoint ? { watchpoint: watchHitData(watchpoint) } : {}),
  };
}
