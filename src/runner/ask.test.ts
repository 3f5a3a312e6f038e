import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { UsageError } from '../emu/errors.js';
import { ask, choose } from './ask.js';
import { Interrupted } from './exit-code.js';

const CTRL_C = '\x03';
const CTRL_D = '\x04';

/** A person who types these lines, one at each question. */
function person(...lines: string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (data: Buffer) => {
    shown += String(data);
    if (/\? (\[[^\]]*\] )?$/.test(String(data)) && lines.length > 0) setImmediate(() => input.write(lines.shift()!));
  });
  return { terminal: { input, output }, shown: () => shown };
}

test('Enter takes the proposal', async () => {
  expect(await ask('Which image?', 'build/app.elf', person('\r').terminal)).toBe('build/app.elf');
  expect(await ask('Which image?', 'build/app.elf', person('other.elf\r').terminal)).toBe('other.elf');
});

test('a wrong choice says why it is asked again', async () => {
  const { terminal, shown } = person('stm\r', '2\r');
  expect(await choose('Which board?', ['one', 'two'], terminal)).toBe('two');
  expect(shown()).toContain("'stm' is none of them: give a number from 1 to 2, or a name from the list\n");
});

test('Ctrl-C interrupts, and the end of the input is wrong usage', async () => {
  await expect(ask('Which image?', undefined, person(CTRL_C).terminal)).rejects.toThrow(Interrupted);
  await expect(ask('Which image?', undefined, person(CTRL_D).terminal)).rejects.toThrow(UsageError);
});
