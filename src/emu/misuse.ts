/** What firmware can do that hardware does not promise to bear, by kind: the names that settings and tests use. */

/** Each kind with what it means, for the documentation. */
export const MISUSE_RULES = {
  'clock-gated': 'a peripheral is used before its clock is enabled, or while it is held in reset',
  'flash-latency': 'flash wait states are too few for the clock',
  'clock-limit': 'a clock is above what the part allows',
  'pin-function': 'a peripheral uses a pin that is not given to it, or not in the mode it needs',
  'dma-routing': 'a DMA stream is set to a channel that the peripheral does not ask on',
  'dma-memory': 'DMA is pointed at memory that it does not reach',
  'dma-configuration': 'a combination of DMA settings that the manual forbids',
  'flag-clearing': 'flags that one write clears are cleared by read-modify-write, which clears the others, too',
  'interrupt-handler': 'an interrupt is taken that the vector table has no handler of its own for',
  'flash-programming': 'flash is programmed that was not erased, or in a way that the manual forbids',
  'unaligned-device': 'an unaligned access to a device',
  'unmapped-access': 'an access to an address where nothing is',
  'stack-overflow': 'the stack has grown into data',
  sequence: 'registers are written in an order, or at a time, that the manual forbids',
  accuracy:
    'an analog value is used at a time, or taken in a way, that leaves it less accurate than the data sheet says',
  configuration: 'a value or combination of settings that the manual forbids',
} as const;

export type MisuseRule = keyof typeof MISUSE_RULES;

/** What else is reported: a store that has no effect and the like, reserved bits, and what the model lacks. */
export const OTHER_REPORTS = {
  other: 'something else that the chip or a device minds',
  reserved: 'reserved bits are changed',
  unmodelled: 'something is used that the chip has and the model does not',
} as const;

export type MisuseKind = MisuseRule | keyof typeof OTHER_REPORTS;

/** The kind that a report belongs to. */
export function misuseKindOf(problem: { readonly kind: string; readonly rule?: MisuseRule | undefined }): MisuseKind {
  if (problem.rule !== undefined) return problem.rule;
  if (problem.kind === 'gated') return 'clock-gated';
  return problem.kind === 'reserved' || problem.kind === 'unmodelled' ? problem.kind : 'other';
}
