import { UsageError } from '../emu/errors.js';
import type { RegisterCell } from '../emu/register-file.js';
import type { FieldSpec } from '../emu/registers.js';

/** Registers and fields of a device by the manual's names. */

/** @throws UsageError when the device has no such register */
export function registerNamed(registers: readonly RegisterCell[], name: string, device: string): RegisterCell {
  const register = registers.find((one) => one.name === name);
  if (register) return register;
  const names = registers.map((one) => one.name).join(', ');
  throw new UsageError({ what: `${device} has no register ${name}`, remedy: `it has ${names}` });
}

/**
 * A field's value.
 * @throws UsageError when the register has no such field
 */
export function fieldOf(register: RegisterCell, name: string, device: string): number {
  const { low, width } = fieldSpecOf(register, name, device);
  return Math.floor(register.value / 2 ** low) % 2 ** width;
}

/** @throws UsageError when the register has no such field */
export function fieldSpecOf(register: RegisterCell, name: string, device: string): FieldSpec {
  const spec = Object.hasOwn(register.spec.fields, name) ? register.spec.fields[name] : undefined;
  if (spec) return spec;
  const names = Object.keys(register.spec.fields).join(', ');
  throw new UsageError({ what: `${device}.${register.name} has no field ${name}`, remedy: `it has ${names}` });
}
