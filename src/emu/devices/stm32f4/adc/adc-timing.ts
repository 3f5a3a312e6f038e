/** How long conversions take, in ADCCLK cycles: RM0090 13.5 and 13.7. */

/** By SMPx: 13.13.4. */
export const SAMPLING_CYCLES = [3, 15, 28, 56, 84, 112, 144, 480] as const;
/** Bits, and cycles the successive approximation takes, by RES: 13.7. */
export const RESOLUTION_BITS = [12, 10, 8, 6] as const;
/** PCLK2 cycles of one ADCCLK cycle by ADCPRE: 13.13.16. */
export const PRESCALERS = [2, 4, 6, 8] as const;

/** Data sheet, table 67: fADC at VDDA of 2.4 V and more, and below. */
export const CLOCK_LIMIT = 36e6;
export const CLOCK_LIMIT_LOW_SUPPLY = 18e6;
export const FULL_SPEED_SUPPLY = 2.4;

/** Data sheet, table 67: tSTAB, longest power-up time. */
export const STABILISATION_NS = 3_000;
/** Data sheet, tables 69 and 72: longest start-up of the temperature sensor and of VREFINT. */
export const SENSOR_START_UP_NS = 10_000;
/** Data sheet, tables 69 and 72 (TS_temp, TS_vrefint: 10 µs) and 71 (TS_vbat: 5 µs): shortest sampling times. */
export const SENSOR_SAMPLING_NS = 10_000;
export const VBAT_SAMPLING_NS = 5_000;
