import { defineDevice } from '../../device.js';
import { type FieldSpec, rc_w1, reg, registers, rw } from '../../registers.js';
import type { Signal } from '../../signal.js';
import { APB_NARROW } from './apb.js';

/** Lines 0–22 of an STM32F405/407: RM0090 12.2.5. */
const LINES = 23;
const ALL = (1 << LINES) - 1;

function perLine(access: (low: number) => FieldSpec, name: string): Record<string, FieldSpec> {
  return Object.fromEntries(Array.from({ length: LINES }, (_, line) => [`${name}${line}`, access(line)]));
}

const EXTI = registers({
  IMR: reg(0x00, perLine(rw, 'MR'), 0, 'RM0090 12.3.1'),
  EMR: reg(0x04, perLine(rw, 'MR'), 0, 'RM0090 12.3.2'),
  RTSR: reg(0x08, perLine(rw, 'TR'), 0, 'RM0090 12.3.3'),
  FTSR: reg(0x0c, perLine(rw, 'TR'), 0, 'RM0090 12.3.4'),
  SWIER: reg(0x10, perLine(rw, 'SWIER'), 0, 'RM0090 12.3.5'),
  PR: reg(0x14, perLine(rc_w1, 'PR'), 0, 'RM0090 12.3.6'),
});

/** Interrupt outputs and the lines that share each, RM0090 table 61 and 12.2.5. */
export const EXTI_INTERRUPTS = {
  EXTI0: 1 << 0,
  EXTI1: 1 << 1,
  EXTI2: 1 << 2,
  EXTI3: 1 << 3,
  EXTI4: 1 << 4,
  EXTI9_5: 0x03e0,
  EXTI15_10: 0xfc00,
  PVD: 1 << 16,
  RTC_Alarm: 1 << 17,
  OTG_FS_WKUP: 1 << 18,
  ETH_WKUP: 1 << 19,
  OTG_HS_WKUP: 1 << 20,
  TAMP_STAMP: 1 << 21,
  RTC_WKUP: 1 << 22,
} as const;

/** Lines that start conversions: DAC (9), ADC regular (11) and injected groups (15). */
const CONVERTER_LINES = [9, 11, 15] as const;

function pulse(wire: Signal): void {
  wire.set(1);
  wire.set(0);
}

/**
 * External interrupt/event controller: RM0090 chapter 12.
 *
 * Wires: inputs `line0` … `line22` (0–15 from SYSCFG's multiplexer); outputs as in `EXTI_INTERRUPTS`, and `event`, which
 * pulses for each unmasked event (it wakes a core that waits with WFE); `trigger9`, `trigger11` and `trigger15` pulse for
 * each unmasked event or interrupt of their line, for the converters (RM0090 tables 69, 70 and 75); `pending` is 1 while an
 * unmasked line pends.
 */
export function exti() {
  // Figure 41: the mask stands behind the pending register, so edges of masked lines pend, too.
  return defineDevice({
    name: 'stm32f4-exti',
    size: 0x400,
    registers: EXTI,
    narrow: APB_NARROW,
    setup(d) {
      const { IMR, EMR, RTSR, FTSR, SWIER, PR } = d.regs;
      const interrupts = Object.entries(EXTI_INTERRUPTS).map(([name, lines]) => [d.output(name), lines] as const);
      const event = d.output('event');
      const pending = d.output('pending');
      const triggers = CONVERTER_LINES.map((line) => [d.output(`trigger${line}`), 1 << line] as const);

      const update = (): void => {
        const active = PR.value & IMR.value;
        for (const [wire, lines] of interrupts) wire.set(active & lines ? 1 : 0);
        pending.set(active ? 1 : 0);
      };
      const trigger = (lines: number): void => {
        // 12.2.3: the pending bit of a line that makes events only is not set.
        PR.value |= lines & (IMR.value | ~EMR.value);
        update();
        if (lines & EMR.value) pulse(event);
        for (const [wire, line] of triggers) if (lines & line & (EMR.value | IMR.value)) pulse(wire);
      };

      for (let line = 0; line < LINES; line++) {
        d.input(`line${line}`, (level) => {
          const edges = level ? RTSR : FTSR;
          if ((edges.value >>> line) & 1) trigger(1 << line);
        });
      }
      d.onWrite(IMR, update);
      d.onWrite(SWIER, (value, old) => {
        // 12.3.5: a 0 → 1 change triggers the line if its interrupt (or event, 12.2.4) is unmasked.
        trigger(value & ~old & (IMR.value | EMR.value));
      });
      d.onWrite(PR, (_value, _old, written) => {
        // 12.3.5: SWIER bits are cleared together with their pending bits.
        SWIER.value &= ~(written & ALL);
        update();
      });
    },
  });
}
