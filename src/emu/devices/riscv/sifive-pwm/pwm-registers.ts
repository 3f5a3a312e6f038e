import { r, reg, registers, rw } from '../../../registers.js';

/** SiFive FE310-G002 manual v19p05, chapter 20; `width` bits of comparators: 8 or 16. */
export function pwmRegisters(width: number) {
  const compare = (offset: number) => reg(offset, { pwmcmp: rw(0, width) }, 0, 'FE310 20.6');
  return registers({
    pwmcfg: reg(
      0x00,
      {
        pwmscale: rw(0, 4),
        pwmsticky: rw(8),
        pwmzerocmp: rw(9),
        pwmdeglitch: rw(10),
        pwmenalways: rw(12),
        pwmenoneshot: rw(13),
        pwmcmp0center: rw(16),
        pwmcmp1center: rw(17),
        pwmcmp2center: rw(18),
        pwmcmp3center: rw(19),
        pwmcmp0gang: rw(24),
        pwmcmp1gang: rw(25),
        pwmcmp2gang: rw(26),
        pwmcmp3gang: rw(27),
        pwmcmp0ip: rw(28),
        pwmcmp1ip: rw(29),
        pwmcmp2ip: rw(30),
        pwmcmp3ip: rw(31),
      },
      0,
      'FE310 20.4',
    ),
    pwmcount: reg(0x08, { pwmcount: rw(0, Math.min(32, 15 + width)) }, 0, 'FE310 20.3'),
    pwms: reg(0x10, { pwms: r(0, width) }, 0, 'FE310 20.5'),
    pwmcmp0: compare(0x20),
    pwmcmp1: compare(0x24),
    pwmcmp2: compare(0x28),
    pwmcmp3: compare(0x2c),
  });
}

export type PwmRegisters = ReturnType<typeof pwmRegisters>;
export const COMPARATORS = 4;
