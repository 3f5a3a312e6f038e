import { type DeviceType, defineDevice, type Handle } from '../../device.js';
import { reg, registers, repeat, rw, w } from '../../registers.js';
import type { CoreModel } from './core-model.js';
import { EXCEPTION } from './exception-numbers.js';
import { CCR } from './system-bits.js';

const WORDS = 16;
/** The hardware shows fewer priority bits than the field has; software finds out by writing ones (B3.4.9). */
const PRIORITIES = { PRI_N0: rw(0, 8), PRI_N1: rw(8, 8), PRI_N2: rw(16, 8), PRI_N3: rw(24, 8) };

const tables = new Map<number, ReturnType<typeof nvicRegisters>>();
function nvicRegisters(irqs: number) {
  const words = Math.min(WORDS, Math.ceil(irqs / 32));
  return registers({
    ISER: repeat(words, 4, reg(0x000, { SETENA: rw(0, 32) }, 0, 'ARMv7-M B3.4.4')),
    ICER: repeat(words, 4, reg(0x080, { CLRENA: rw(0, 32) }, 0, 'ARMv7-M B3.4.5')),
    ISPR: repeat(words, 4, reg(0x100, { SETPEND: rw(0, 32) }, 0, 'ARMv7-M B3.4.6')),
    ICPR: repeat(words, 4, reg(0x180, { CLRPEND: rw(0, 32) }, 0, 'ARMv7-M B3.4.7')),
    IABR: repeat(words, 4, reg(0x200, { ACTIVE: rw(0, 32) }, 0, 'ARMv7-M B3.4.8')),
    IPR: repeat(Math.ceil(irqs / 4), 4, reg(0x300, PRIORITIES, 0, 'ARMv7-M B3.4.9')),
  });
}

export type NvicRegisters = ReturnType<typeof nvicRegisters>;

export interface NvicHandle {
  isEnabled(irq: number): boolean;
  isPending(irq: number): boolean;
  isActive(irq: number): boolean;
  /** The priority byte, 0–255. */
  priorityOf(irq: number): number;
}

/** NVIC at 0xE000E100 (B3.4). Bits of interrupts that are not there read as zero and ignore writes. */
export function nvic(model: CoreModel): DeviceType<Handle<NvicRegisters, NvicHandle>> {
  const { irqs, priorities, interrupts } = model;
  const table = tables.get(irqs) ?? nvicRegisters(irqs);
  tables.set(irqs, table);
  return defineDevice({
    name: 'nvic',
    size: 0xc00,
    registers: table,
    setup(d) {
      const { regs } = d;
      for (let index = 0; index < regs.ISER.length; index++) {
        const word = index + 1;
        const there = irqs - index * 32 >= 32 ? -1 : (1 << (irqs - index * 32)) - 1;
        const bits = (array: Int32Array) => () => array[word]! >>> 0;
        d.computed(regs.ISER[index]!, bits(priorities.enabled));
        d.computed(regs.ICER[index]!, bits(priorities.enabled));
        d.computed(regs.ISPR[index]!, bits(priorities.pending));
        d.computed(regs.ICPR[index]!, bits(priorities.pending));
        d.computed(regs.IABR[index]!, bits(priorities.active));
        const enable = (set: number, on: boolean) => {
          interrupts.enable(word, set & there, on);
          regs.ISER[index]!.value = regs.ICER[index]!.value = priorities.enabled[word]!;
        };
        d.onWrite(regs.ISER[index]!, (_value, _old, written) => enable(written, true));
        d.onWrite(regs.ICER[index]!, (_value, _old, written) => enable(written, false));
        d.onWrite(regs.ISPR[index]!, (_value, _old, written) =>
          eachBit(written & there, index, (n) => interrupts.pend(n)),
        );
        d.onWrite(regs.ICPR[index]!, (_value, _old, written) =>
          eachBit(written & there, index, (n) => interrupts.unpend(n)),
        );
      }
      for (const [index, register] of regs.IPR.entries()) {
        d.onWrite(register, (value) => {
          let kept = 0;
          for (let byte = 0; byte < 4 && index * 4 + byte < irqs; byte++) {
            const priority = (value >>> (byte * 8)) & priorities.byteMask;
            interrupts.setPriority(EXCEPTION.irq0 + index * 4 + byte, priority);
            kept |= priority << (byte * 8);
          }
          register.value = kept;
        });
      }
      return {
        isEnabled: (irq) => priorities.isEnabled(EXCEPTION.irq0 + irq),
        isPending: (irq) => priorities.isPending(EXCEPTION.irq0 + irq),
        isActive: (irq) => priorities.isActive(EXCEPTION.irq0 + irq),
        priorityOf: (irq) => priorities.priority[EXCEPTION.irq0 + irq]!,
      };
    },
  });
}

function eachBit(bits: number, index: number, act: (exception: number) => void): void {
  for (let set = bits; set !== 0; set &= set - 1) act(EXCEPTION.irq0 + index * 32 + 31 - Math.clz32(set & -set));
}

const STIR = registers({ STIR: reg(0x0, { INTID: w(0, 9) }, 0, 'ARMv7-M B3.2.26') });

/** Software trigger at 0xE000EF00, open to unprivileged code where CCR.USERSETMPEND says so. */
export function softwareTrigger(model: CoreModel): DeviceType {
  return defineDevice({
    name: 'stir',
    size: 4,
    registers: STIR,
    setup(d) {
      d.onWrite(d.regs.STIR, (_value, _old, written) => {
        const irq = written & 0x1ff;
        if (irq < model.irqs) model.interrupts.pend(EXCEPTION.irq0 + irq);
        else
          d.report({
            kind: 'misuse',
            what: `STIR was written with interrupt ${irq}, of which there are ${model.irqs}`,
          });
      });
    },
  });
}

/** Whether unprivileged code may write STIR. */
export const userMayTrigger = (ccr: number): boolean => (ccr & CCR.USERSETMPEND) !== 0;
