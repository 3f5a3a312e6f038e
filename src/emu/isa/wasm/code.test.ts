import { expect, test } from 'vitest';
import { FunctionBody } from './code.js';
import { OP } from './opcodes.js';

test("a function's frame on the host's stack grows with its locals and with its code", () => {
  const body = new FunctionBody(['i32', 'i32']);
  const empty = body.frame;
  for (let i = 0; i < 100; i++) body.local('i64');
  expect(body.frame).toBe(empty + 800);
  for (let i = 0; i < 50_000; i++) body.op(OP.i32_add);
  expect(body.frame).toBe(empty + 50_800);
});
