import { generateColdModule } from '../isa/cold-module.js';
import { armv7em } from './armv7m/isa.js';
import { rv32imac } from './riscv/isa.js';

/** The cold engines of all instruction sets, as base64 by name: what the package's build stores in `prebuilt`. */
export function generate(): Record<string, string> {
  return Object.fromEntries(
    [armv7em, rv32imac].map((isa) => [isa.name, Buffer.from(generateColdModule(isa)).toString('base64')]),
  );
}
