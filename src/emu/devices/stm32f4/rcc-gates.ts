import type { DeviceContext } from '../../device.js';
import type { RegisterCell } from '../../register-file.js';
import type { Signal } from '../../signal.js';
import { ENABLE_REGISTERS, type RCC, RESET_REGISTERS } from './rcc-registers.js';

/** Every bit of the ENR and RSTR registers is an output wire: `'APB1ENR.17'` is high while USART2 has its clock. */
export function rccGates(d: DeviceContext<typeof RCC>): { apply(): void } {
  const follow: (() => void)[] = [];
  for (const name of [...ENABLE_REGISTERS, ...RESET_REGISTERS]) {
    const register: RegisterCell = d.regs[name];
    const wires: (readonly [number, Signal])[] = Object.values(register.spec.fields).map(({ low }) => [
      low,
      d.output(`${name}.${low}`),
    ]);
    const apply = (): void => {
      const value = register.value;
      for (const [bit, wire] of wires) wire.set((value >>> bit) & 1);
    };
    follow.push(apply);
    d.onWrite(register, apply);
  }
  return {
    apply: () => {
      for (const apply of follow) apply();
    },
  };
}
