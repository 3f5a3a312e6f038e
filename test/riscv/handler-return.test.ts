import { expect, it } from 'vitest';
import { returnAddress } from '../../src/runner/function-return.js';
import { guest, START } from './guest.js';

const PROGRAM = `
  la t0, handler
  csrrw zero,mtvec,t0
  jal ra,callee
  ebreak
callee:
  ecall
  jalr zero,0(ra)
handler:
  addi t1,zero,1
  mret
`;

it('a function that ends in MRET returns to MEPC, another to ra', () => {
  const { machine, run, read } = guest(PROGRAM);
  const inFunction = (first: number, last: number) => ({
    locate: (pc: number) => ({ pc, symbol: pc >= first && pc < last ? 'it' : 'other' }),
  });
  const [callee, handler] = [START + 20, START + 28];
  while (machine.cpu.pc !== callee) run(1);
  expect(returnAddress(machine, inFunction(callee, handler))).toBe(START + 16);
  while (machine.cpu.pc !== handler) run(1);
  expect(returnAddress(machine, inFunction(handler, handler + 8))).toBe(callee);
  expect(read('mepc')).toEqual([callee]);
});
