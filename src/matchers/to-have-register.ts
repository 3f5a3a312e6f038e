import { hex } from '../emu/bits.js';
import type { RegisterCell } from '../emu/register-file.js';
import { type MatcherResult, type MatcherState, placeRows, verdict } from './matcher.js';
import { fieldOf, registerNamed } from './register-name.js';
import { subjectOf } from './subject.js';

/** The whole value, or some fields by name. */
export type RegisterExpectation = number | Readonly<Record<string, number>>;

/** `0x0000202c (UE=1 TE=1 RE=1)`: the value and the fields that are not 0, or those asked for. */
function valueText(register: RegisterCell, device: string, names?: readonly string[]): string {
  const shown = (names ?? Object.keys(register.spec.fields)).map(
    (name) => [name, fieldOf(register, name, device)] as const,
  );
  const told = names ? shown : shown.filter(([, value]) => value !== 0);
  return `${hex(register.value)}${told.length > 0 ? ` (${told.map(([name, value]) => `${name}=${value}`).join(' ')})` : ''}`;
}

function holds(register: RegisterCell, expected: RegisterExpectation, device: string): boolean {
  if (typeof expected === 'number') return register.value === expected >>> 0;
  return Object.entries(expected).every(([name, value]) => fieldOf(register, name, device) === value);
}

function expectedText(expected: RegisterExpectation): string {
  if (typeof expected === 'number') return hex(expected);
  return Object.entries(expected)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/**
 * A register of a device holds a value, or some of its fields do. Looks at the register without reading it as the bus
 * would: nothing is cleared.
 * @param register its name: `'CR1'`, or with a field `'CR1.UE'`
 */
export function toHaveRegister(
  this: MatcherState,
  received: unknown,
  register: string,
  expected: RegisterExpectation,
): MatcherResult {
  const { bench, name, registers } = subjectOf(received, 'registers', 'a device with registers (board.usart2)');
  const [registerName = '', fieldName] = register.split('.');
  const cell = registerNamed(registers, registerName, name);
  const wanted = fieldName === undefined || typeof expected !== 'number' ? expected : { [fieldName]: expected };
  return verdict({
    state: this,
    subject: name,
    matcher: 'toHaveRegister',
    args: [register, expected],
    pass: holds(cell, wanted, name),
    rows: () => [
      ['Expected', `${this.isNot ? 'not ' : ''}${expectedText(wanted)}`],
      [
        'Register',
        `${name}.${registerName} = ${valueText(cell, name, typeof wanted === 'number' ? undefined : Object.keys(wanted))}`,
      ],
      ['Manual', cell.section],
      ...placeRows(bench),
    ],
  });
}
