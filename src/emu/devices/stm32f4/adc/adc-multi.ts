/** Dual and triple modes: RM0090 13.9, CCR.MULTI in 13.13.16. */

export interface MultiMode {
  /** Converters that take part, ADC1 first; 1: independent mode. */
  readonly members: 1 | 2 | 3;
  readonly regular: 'independent' | 'simultaneous' | 'interleaved';
  readonly injected: 'independent' | 'simultaneous' | 'alternate';
}

const INDEPENDENT: MultiMode = { members: 1, regular: 'independent', injected: 'independent' };

/** By the low four bits of MULTI. */
const MODES: Readonly<Record<number, Omit<MultiMode, 'members'>>> = {
  1: { regular: 'simultaneous', injected: 'simultaneous' },
  2: { regular: 'simultaneous', injected: 'alternate' },
  5: { regular: 'independent', injected: 'simultaneous' },
  6: { regular: 'simultaneous', injected: 'independent' },
  7: { regular: 'interleaved', injected: 'independent' },
  9: { regular: 'independent', injected: 'alternate' },
};
const TABLE: readonly MultiMode[] = Array.from({ length: 32 }, (_, multi) => {
  const mode = MODES[multi & 15];
  return mode === undefined ? INDEPENDENT : { ...mode, members: multi & 16 ? 3 : 2 };
});

export function multiMode(ccr: number): MultiMode {
  return TABLE[ccr & 31]!;
}
/** Whether MULTI holds a value that the manual reserves. */
export function isReservedMulti(ccr: number): boolean {
  return (ccr & 31) !== 0 && TABLE[ccr & 31] === INDEPENDENT;
}

/** ADCCLK cycles between the starts of two interleaved conversions: 5 to 20, or until the other's sampling is over (13.9.3). */
export function interleaveDelay(ccr: number, samplingCycles: number): number {
  const delay = ((ccr >>> 8) & 15) + 5;
  return delay >= samplingCycles ? delay : samplingCycles + 2;
}

/** What converters tell each other over the wire `starts`, as its level. */
export interface Start {
  readonly group: 'regular' | 'injected' | 'turn';
  /** A bit for each converter addressed: bit 0 is ADC1. */
  readonly targets: number;
  /** PCLK2 cycles that have gone by since the instant meant. */
  readonly late: number;
  /** ADCCLK cycles that the sender samples for. */
  readonly sampling: number;
}

const GROUPS = ['regular', 'injected', 'turn'] as const;

/** Group + 1 in bits 1:0, targets in 4:2, sampling in 13:5, lateness above. */
export function encodeStart({ group, targets, late, sampling }: Start): number {
  return (GROUPS.indexOf(group) + 1) | (targets << 2) | (sampling << 5) | (late << 14);
}
export function decodeStart(level: number): Start {
  return {
    group: GROUPS[(level & 3) - 1]!,
    targets: (level >>> 2) & 7,
    sampling: (level >>> 5) & 0x1ff,
    late: level >>> 14,
  };
}
