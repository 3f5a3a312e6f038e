import { type FieldSpec, r, rc_w1, reg, registers, rw } from '../../../registers.js';

/** A field a pin. */
function pins(access: (low: number) => FieldSpec, count: number): Record<string, FieldSpec> {
  return Object.fromEntries(Array.from({ length: count }, (_, pin) => [`GPIO${pin}`, access(pin)]));
}

/** SiFive FE310-G002 manual v19p05, chapter 17, table 51. */
export function gpioRegisters(count: number) {
  const [read, write, clear] = [pins(r, count), pins(rw, count), pins(rc_w1, count)];
  const low = count === 32 ? 0xffff_ffff : (1 << count) - 1;
  return registers({
    input_val: reg(0x00, read, 0, 'FE310 17.4'),
    input_en: reg(0x04, write, 0, 'FE310 17.4'),
    output_en: reg(0x08, write, 0, 'FE310 17.4'),
    output_val: reg(0x0c, write, 0, 'FE310 17.4'),
    pue: reg(0x10, write, 0, 'FE310 17.6'),
    ds: reg(0x14, write, 0, 'FE310 17.5'),
    rise_ie: reg(0x18, write, 0, 'FE310 17.5'),
    rise_ip: reg(0x1c, clear, 0, 'FE310 17.5'),
    fall_ie: reg(0x20, write, 0, 'FE310 17.5'),
    fall_ip: reg(0x24, clear, 0, 'FE310 17.5'),
    high_ie: reg(0x28, write, 0, 'FE310 17.5'),
    high_ip: reg(0x2c, clear, 0, 'FE310 17.5'),
    low_ie: reg(0x30, write, 0, 'FE310 17.5'),
    // no input is enabled after a reset, and such a pin reads 0
    low_ip: reg(0x34, clear, low, 'FE310 17.5'),
    iof_en: reg(0x38, write, 0, 'FE310 17.8'),
    iof_sel: reg(0x3c, write, 0, 'FE310 17.8'),
    out_xor: reg(0x40, write, 0, 'FE310 17.7'),
  });
}

export type GpioRegisters = ReturnType<typeof gpioRegisters>;
