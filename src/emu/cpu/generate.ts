import { generateColdModule } from '../isa/cold-module.js';
import { prebuiltName } from '../isa/prebuilt-name.js';
import { armv7em } from './armv7m/isa.js';
import { rv32gc, rv32imac, rv64gc } from './riscv/isa.js';

/** Cold engines, and whether they wait for slow code. */
const ENGINES = [
  [armv7em, false],
  [armv7em, true],
  [rv32imac, false],
  [rv32gc, false],
  [rv64gc, false],
] as const;

/** The cold engines of all instruction sets, by name: what the package's build puts into files. */
export function generate(): Record<string, Uint8Array> {
  return Object.fromEntries(
    ENGINES.map(([isa, slowCode]) => [prebuiltName(isa.name, slowCode), generateColdModule(isa, false, slowCode)]),
  );
}
