import type { Fields } from './instruction.js';
import type { Program } from './ir.js';
import { decodedValue } from './record.js';
import { isDecoded } from './register-use.js';

const known = new WeakMap<Program, number | undefined>();

/** Cycles that a body charges at its beginning, for one encoding at an address; undefined where they depend on data. */
export function chargedAlone(program: Program, fields: Fields, pc: number): number | undefined {
  if (!known.has(program)) known.set(program, siteOf(program));
  const site = known.get(program);
  return site === undefined ? undefined : decodedValue(program, site, fields, pc);
}

function siteOf(program: Program): number | undefined {
  const charge = program.find(({ op }) => op === 'charge');
  return charge?.op === 'charge' && isDecoded(program, charge.args[0]) ? charge.args[0] : undefined;
}
