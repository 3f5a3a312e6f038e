/** What the kinds of timers have: RM0090 17.2, 18.2, 19.2, 20.2. */
export interface TimerKind {
  readonly width: 16 | 32;
  readonly channels: 0 | 1 | 2 | 4;
  /** Complementary outputs, dead time, break, repetition counter. */
  readonly advanced: boolean;
  /** A slave mode controller (SMCR). */
  readonly slave: boolean;
  /** Encoder modes and an external trigger pin. */
  readonly encoder: boolean;
  /** A trigger output (CR2.MMS). */
  readonly master: boolean;
  /** DMA requests by position: DIER enables request `i` in bit 8 + i. */
  readonly requests: readonly (string | undefined)[];
}

/** 17.4.4: UDE, CC1DE to CC4DE, COMDE, TDE. */
const REQUESTS = ['up', 'ch1', 'ch2', 'ch3', 'ch4', 'com', 'trig'];

const general = (width: 16 | 32): TimerKind => ({
  width,
  channels: 4,
  advanced: false,
  slave: true,
  encoder: true,
  master: true,
  requests: REQUESTS.map((name) => (name === 'com' ? undefined : name)),
});

export const KINDS = {
  advanced: { ...general(16), advanced: true, requests: REQUESTS },
  general16: general(16),
  general32: general(32),
  twoChannels: { ...general(16), channels: 2, encoder: false, requests: [] },
  oneChannel: { ...general(16), channels: 1, slave: false, encoder: false, master: false, requests: [] },
  basic: { ...general(16), channels: 0, slave: false, encoder: false, requests: ['up'] },
} as const satisfies Readonly<Record<string, TimerKind>>;
