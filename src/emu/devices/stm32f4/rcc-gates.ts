import type { DeviceContext } from '../../device.js';
import type { RegisterCell } from '../../register-file.js';
import type { Signal } from '../../signal.js';
import { ENABLE_REGISTERS, type RCC, RESET_REGISTERS, SLEEP_ENABLE_REGISTERS } from './rcc-registers.js';

interface Gates {
  readonly register: RegisterCell;
  /** What else has to be set while the core sleeps. */
  readonly asleep?: RegisterCell;
  /** Number of the bit, and its wire. */
  readonly wires: readonly (readonly [number, Signal])[];
}

/**
 * Every bit of the ENR and RSTR registers is an output wire: `'APB1ENR.17'` is high while USART2 has its clock. While the core
 * sleeps (input `sleeping`) a peripheral has it only if its bit in LPENR is set, too (RM0090 5.3.3, 7.3.15 to 7.3.19).
 * `sleepMatters`, of the device's state, is 1 while some peripheral would lose its clock.
 */
export function rccGates(d: DeviceContext<typeof RCC>, sleepMatters: Uint8Array): { apply(): void } {
  const sleeping = d.input('sleeping', () => {
    if (sleepMatters[0] !== 0) for (const gates of enables) apply(gates);
  });
  const gatesOf = (name: (typeof ENABLE_REGISTERS | typeof RESET_REGISTERS)[number], other?: RegisterCell): Gates => {
    const register: RegisterCell = d.regs[name];
    const places = Object.values(register.spec.fields).map(({ low }) => low);
    return { register, asleep: other, wires: places.map((low) => [low, d.output(`${name}.${low}`)] as const) };
  };
  const enables = ENABLE_REGISTERS.map((name, i) => gatesOf(name, d.regs[SLEEP_ENABLE_REGISTERS[i]!]));
  const resets = RESET_REGISTERS.map((name) => gatesOf(name));

  const apply = (gates: Gates): void => {
    const value = gates.register.value & (sleeping.level && gates.asleep ? gates.asleep.value | ALWAYS_ON : -1);
    for (const [bit, wire] of gates.wires) wire.set((value >>> bit) & 1);
  };
  /** Most programs leave LPENR alone: sleep changes nothing then, and comes and goes with every interrupt. */
  const weigh = (): void => {
    const loses = ({ register, asleep }: Gates) => (register.value & ~asleep!.value & ~ALWAYS_ON) !== 0;
    sleepMatters[0] = enables.some(loses) ? 1 : 0;
  };

  for (const gates of resets) d.onWrite(gates.register, () => apply(gates));
  for (const gates of enables) {
    d.onWrite(gates.register, () => {
      weigh();
      apply(gates);
    });
    d.onWrite(gates.asleep!, () => {
      weigh();
      apply(gates);
    });
  }
  return {
    apply: () => {
      weigh();
      for (const gates of enables) apply(gates);
      for (const gates of resets) apply(gates);
    },
  };
}

/** CCMDATARAMEN has no bit in AHB1LPENR, and bit 20 is reserved in the others. */
const ALWAYS_ON = 1 << 20;
