import { expect, test } from 'vitest';
import { flatMachine } from '../../isa/engine-harness.js';
import { armv7em } from './isa.js';

/** Runs halfwords from the first on with Z set, so that NE fails. */
function runWithZ(...halfwords: readonly number[]) {
  const machine = flatMachine(armv7em, 0x1000);
  new Uint16Array(machine.ram.buffer, machine.ram.byteOffset).set(halfwords);
  machine.words[machine.engine.layout.scalars['z']!.offset >> 2] = 0;
  machine.engine.pc = machine.base;
  machine.engine.budget = 10;
  return { exit: machine.engine.run(), pc: machine.engine.pc - machine.base };
}

const IT_NE = 0xbf18;
const BKPT_5 = 0xbe05;
const SVC_5 = 0xdf05;
const BRANCH_TO_SELF = 0xe7fe;

test('BKPT is executed in an IT block whose condition fails (ARMv7-M A7.7.17)', () => {
  expect(runWithZ(IT_NE, BKPT_5, BRANCH_TO_SELF)).toEqual({ exit: { kind: 'trap', trap: 'bkpt', argument: 5 }, pc: 2 });
});

test('SVC is not', () => {
  expect(runWithZ(IT_NE, SVC_5, BRANCH_TO_SELF)).toEqual({ exit: { kind: 'budget' }, pc: 4 });
});
