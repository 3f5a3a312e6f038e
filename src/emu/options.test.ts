import { expect, it } from 'vitest';
import { checkEvent } from './machine-events.js';
import { checkNames, checkRange } from './options.js';

it('options are refused that nobody knows, or that are missing', () => {
  const check = (options: unknown, needed: string[] = ['max']) => checkNames('call', options, ['max', 'min'], needed);
  expect(() => check({ max: 1, min: 2 })).not.toThrow();
  expect(() => check(undefined, [])).not.toThrow();
  expect(() => check({ maxx: 1 })).toThrowErrorMatchingInlineSnapshot(`
    [UsageError: call: \`max\` is missing: there is no option 'maxx'
      remedy: did you mean 'max'?]
  `);
  expect(() => check({ max: 1, least: 2 })).toThrow("call: there is no option 'least'");
  expect(() => check(undefined)).toThrow('call: `max` is missing');
  expect(() => check('fast')).toThrow('call takes options, not "fast"');
});

it('numbers are refused that are out of range or none', () => {
  expect(() => checkRange('x', 1, 0, 1)).not.toThrow();
  for (const wrong of [Number.NaN, 1.1, '1']) expect(() => checkRange('x', wrong, 0, 1)).toThrow('give 0 to 1');
});

it('events are refused that look misspelt; a device may have names of its own', () => {
  for (const fine of ['uart', 'misuse', 'blink']) expect(() => checkEvent('board.on', fine)).not.toThrow();
  expect(() => checkEvent('board.on', 'mis_uses')).toThrow("did you mean 'misuse'?");
  expect(() => checkEvent('board.on', 'uarts')).toThrow("board.on: there is no event 'uarts'");
});
