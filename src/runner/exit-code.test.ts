import { expect, test } from 'vitest';
import { InternalError, UsageError } from '../emu/errors.js';
import { exitCodeOf, exitCodeOfTasks } from './exit-code.js';

/** What is left of an error after the way from a worker. */
const carried = (error: Error) => structuredClone({ ...error, name: error.name, message: error.message });

const usage = new UsageError({ what: 'no such file' });
const internal = new InternalError({ what: 'state escaped' });

test('an error says what it makes the command end with, also after the way from a worker', () => {
  expect(exitCodeOf(usage)).toBe(2);
  expect(exitCodeOf(carried(usage))).toBe(2);
  expect(exitCodeOf(carried(internal))).toBe(3);
  expect(exitCodeOf(new Error('expected 1 to be 2'))).toBe(1);
  expect(exitCodeOf('thrown text')).toBe(1);
});

test('the code of somebody else’s error means nothing', () => {
  expect(exitCodeOf(Object.assign(new Error('spawn failed'), { exitCode: 3 }))).toBe(1);
});

test('a cause or a collected error counts', () => {
  expect(exitCodeOf(new Error('wrapped', { cause: internal }))).toBe(3);
  expect(exitCodeOf(new AggregateError([new Error('one'), usage]))).toBe(2);
  const circular = new Error('circular');
  circular.cause = circular;
  expect(exitCodeOf(circular)).toBe(1);
});

test('3 comes before 2 before 1', () => {
  const failed = { result: { errors: [new Error('failed')] } };
  const passed = { result: { errors: [] } };
  expect(exitCodeOfTasks([{ tasks: [passed] }])).toBe(0);
  expect(exitCodeOfTasks([{ tasks: [passed, failed] }])).toBe(1);
  expect(exitCodeOfTasks([{ tasks: [failed, { result: { errors: [usage] } }] }, failed])).toBe(2);
  expect(exitCodeOfTasks([{ tasks: [{ result: { errors: [usage, internal] } }] }, failed])).toBe(3);
});
