import { type FieldSpec, r, reg, registers, rw, w } from '../../registers.js';

/** RM0090 section 8.4. `sixteen(rw, 'MODER', 2)` is MODER0 … MODER15, two bits each. */
function sixteen(
  access: (low: number, width?: number) => FieldSpec,
  name: string,
  width = 1,
): Record<string, FieldSpec> {
  const count = Math.min(16, 32 / width);
  return Object.fromEntries(Array.from({ length: count }, (_, pin) => [`${name}${pin}`, access(pin * width, width)]));
}

function shifted(access: (low: number) => FieldSpec, name: string, by: number): Record<string, FieldSpec> {
  return Object.fromEntries(Array.from({ length: 16 }, (_, pin) => [`${name}${pin}`, access(pin + by)]));
}

/** AFRH numbers its pins from 8. */
const AFRH = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`AFRH${i + 8}`, rw(i * 4, 4)]));

/** Reset values that differ from port to port: the JTAG pins of ports A and B. */
export interface PortReset {
  readonly moder?: number;
  readonly ospeedr?: number;
  readonly pupdr?: number;
}

const tables = new Map<string, ReturnType<typeof tableOf>>();

/** Ports with the same reset values share a table: a chip has nine. */
export function gpioRegisters({ moder = 0, ospeedr = 0, pupdr = 0 }: PortReset = {}) {
  const key = `${moder} ${ospeedr} ${pupdr}`;
  let table = tables.get(key);
  if (table === undefined) {
    table = tableOf({ moder, ospeedr, pupdr });
    tables.set(key, table);
  }
  return table;
}

function tableOf(reset: Required<PortReset>) {
  return registers({
    MODER: reg(0x00, sixteen(rw, 'MODER', 2), reset.moder, 'RM0090 8.4.1'),
    OTYPER: reg(0x04, sixteen(rw, 'OT'), 0, 'RM0090 8.4.2'),
    OSPEEDR: reg(0x08, sixteen(rw, 'OSPEEDR', 2), reset.ospeedr, 'RM0090 8.4.3'),
    PUPDR: reg(0x0c, sixteen(rw, 'PUPDR', 2), reset.pupdr, 'RM0090 8.4.4'),
    IDR: reg(0x10, sixteen(r, 'IDR'), 0, 'RM0090 8.4.5'),
    ODR: reg(0x14, sixteen(rw, 'ODR'), 0, 'RM0090 8.4.6'),
    BSRR: reg(0x18, { ...sixteen(w, 'BS'), ...shifted(w, 'BR', 16) }, 0, 'RM0090 8.4.7'),
    LCKR: reg(0x1c, { ...sixteen(rw, 'LCK'), LCKK: rw(16) }, 0, 'RM0090 8.4.8'),
    AFRL: reg(0x20, sixteen(rw, 'AFRL', 4), 0, 'RM0090 8.4.9'),
    AFRH: reg(0x24, AFRH, 0, 'RM0090 8.4.10'),
  });
}
