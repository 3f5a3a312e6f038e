import { expect, test } from 'vitest';
import { tellingOnce } from './fixture.js';

const failing = () => {
  throw new Error('the firmware faulted');
};

test('what the end of a test shows is told by its last hook', () => {
  const hooks: (() => void)[] = [];
  const tell = tellingOnce({ onTestFinished: (fn) => hooks.push(fn) });
  tell(failing);
  expect(hooks).toHaveLength(1);
  expect(hooks[0]).toThrow('the firmware faulted');
});

test('what shows after that is told at once', () => {
  let hook = () => {};
  const tell = tellingOnce({ onTestFinished: (fn) => (hook = fn) });
  hook();
  expect(() => tell(failing)).toThrow('the firmware faulted');
});
