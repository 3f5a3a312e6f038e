import type { DeviceProblem } from '../../device.js';
import type { UsartRegisters, UsartSettings } from './usart-settings.js';

/** Combinations of modes that the manual forbids: RM0090 30.3.8 to 30.3.12. */

interface Rule {
  readonly broken: (settings: UsartSettings, regs: UsartRegisters) => boolean;
  /** Fields and what they must be, behind the port's name. */
  readonly what: string;
  readonly section: string;
}

const RULES: readonly Rule[] = [
  {
    broken: (s, { CR2 }) => s.lin && (s.clocked || s.smartcard || s.halfDuplex || s.irda || CR2.STOP !== 0),
    what: 'CR2.LINEN is set together with CLKEN, STOP, SCEN, HDSEL or IREN',
    section: 'RM0090 30.3.8',
  },
  {
    broken: (s) => s.clocked && (s.lin || s.halfDuplex || s.irda),
    what: 'CR2.CLKEN is set together with LINEN, HDSEL or IREN',
    section: 'RM0090 30.3.9',
  },
  {
    broken: (s) => s.halfDuplex && (s.smartcard || s.irda),
    what: 'CR3.HDSEL is set together with SCEN or IREN',
    section: 'RM0090 30.3.10',
  },
  {
    broken: (s, { CR1, CR2 }) => s.smartcard && (CR1.M === 0 || CR1.PCE === 0 || (CR2.STOP & 1) === 0),
    what: 'CR3.SCEN is set without 8 bits plus parity (M, PCE) and 0.5 or 1.5 stop bits (STOP)',
    section: 'RM0090 30.3.11',
  },
  {
    broken: (s) => s.smartcard && s.clocked && (s.prescaler ?? 1) % 32 === 0,
    what: 'GTPR.PSC is 0 in smartcard mode, which is reserved',
    section: 'RM0090 30.6.7',
  },
  {
    broken: (s, { CR2 }) => s.irda && (CR2.STOP !== 0 || s.smartcard),
    what: 'CR3.IREN is set together with STOP or SCEN',
    section: 'RM0090 30.3.12',
  },
  {
    broken: (s) => s.irda && s.prescaler === 0,
    what: 'GTPR.PSC is 0 in IrDA mode, which is reserved',
    section: 'RM0090 30.6.7',
  },
  {
    broken: (_s, { CR1, BRR }) => CR1.OVER8 === 1 && (BRR.DIV_Fraction & 8) !== 0,
    what: 'BRR.DIV_Fraction has bit 3 set with OVER8, where it does not count and must be 0',
    section: 'RM0090 30.6.3',
  },
];

/** Reports what is forbidden and was not so before; `known` keeps one bit a rule. */
export function checkModes(
  label: string,
  settings: UsartSettings,
  regs: UsartRegisters,
  known: Int32Array,
  report: (problem: DeviceProblem) => void,
): void {
  if (regs.CR1.UE === 0) return;
  for (const [i, { broken, what, section }] of RULES.entries()) {
    const was = (known[0]! >>> i) & 1;
    const is = broken(settings, regs);
    known[0] = is ? known[0]! | (1 << i) : known[0]! & ~(1 << i);
    if (!is || was) continue;
    report({
      kind: 'misuse',
      rule: 'configuration',
      what: `${label}.${what}`,
      remedy: 'clear what the mode does not allow before UE is set',
      section,
    });
  }
}
