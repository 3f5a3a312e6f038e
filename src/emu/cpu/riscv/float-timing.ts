/**
 * Cycles by timing class of a simple in-order core that no vendor sells: adder, multiplier, fused multiply-adder and converters
 * are full arrays with a result a cycle, as the integer multiplier is; memory answers within the cycle. Division and square root
 * make one bit of the result a cycle, three more for rounding, after one that sets signs and exponents right.
 */
export const FLOAT_CYCLES = {
  falu: 1,
  fmul: 1,
  fma: 1,
  fcvt: 1,
  fload: 1,
  fstore: 1,
  fdiv: 1 + 24 + 3,
  fsqrt: 1 + 24 + 3,
  /** Of doubles. */
  fdivd: 1 + 53 + 3,
  fsqrtd: 1 + 53 + 3,
} as const satisfies Record<string, number>;
