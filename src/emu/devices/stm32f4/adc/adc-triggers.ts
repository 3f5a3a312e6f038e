import type { DeviceContext } from '../../../device.js';

/** External triggers: RM0090 tables 69 (regular) and 70 (injected), in the order of EXTSEL and JEXTSEL. */

const REGULAR_TRIGGERS = [
  'tim1.cc1',
  'tim1.cc2',
  'tim1.cc3',
  'tim2.cc2',
  'tim2.cc3',
  'tim2.cc4',
  'tim2.trgo',
  'tim3.cc1',
  'tim3.trgo',
  'tim4.cc4',
  'tim5.cc1',
  'tim5.cc2',
  'tim5.cc3',
  'tim8.cc1',
  'tim8.trgo',
  'exti.trigger11',
] as const;
const INJECTED_TRIGGERS = [
  'tim1.cc4',
  'tim1.trgo',
  'tim2.cc1',
  'tim2.trgo',
  'tim3.cc2',
  'tim3.cc4',
  'tim4.cc1',
  'tim4.cc2',
  'tim4.cc3',
  'tim4.trgo',
  'tim5.cc4',
  'tim5.trgo',
  'tim8.cc2',
  'tim8.cc3',
  'tim8.cc4',
  'exti.trigger15',
] as const;

/** Inputs of the common registers by the outputs of other devices they are connected to: `{ 'regular0': 'tim1.cc1' }`. */
export const ADC_TRIGGER_WIRES: Readonly<Record<string, string>> = Object.fromEntries([
  ...REGULAR_TRIGGERS.map((source, i) => [`regular${i}`, source]),
  ...INJECTED_TRIGGERS.map((source, i) => [`injected${i}`, source]),
]);

const RISING = 1;
const FALLING = 2;
type Group = 'regular' | 'injected';

/**
 * Hears the triggers of a group for all converters, and passes each edge on over one wire: a pulse with the edge (RISING or
 * FALLING) in bits 1:0 and the source above.
 */
export function relayTriggers(d: DeviceContext, group: Group): void {
  const edges = d.output(`${group}Edge`);
  for (let source = 0; source < 16; source++) {
    d.input(`${group}${source}`, (level) => {
      edges.set((source << 2) | (level !== 0 ? RISING : FALLING));
      edges.set(0);
    });
  }
}

/** Hears of every edge of the trigger that `selected` names: EXTEN and EXTSEL, or their injected counterparts. */
export function listenToTriggers(
  d: DeviceContext,
  group: Group,
  selected: { readonly source: () => number; readonly edges: () => number },
  fire: () => void,
): void {
  d.input(`${group}Edge`, (level) => {
    if (level !== 0 && (selected.edges() & level & 3) !== 0 && selected.source() === level >>> 2) fire();
  });
}
