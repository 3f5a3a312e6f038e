/** Supplies of the analog blocks in volts, and the chip's temperature in °C. */
export interface AnalogOptions {
  /** VDD if not given. */
  readonly vdda?: number;
  /** VDDA if not given; a voltage put on the pin `VREF+` overrules it. */
  readonly vref?: number;
  /** Backup battery: VDDA if not given; a voltage put on the pin `VBAT` overrules it. */
  readonly vbat?: number;
  /** 25 °C if not given. */
  readonly temperature?: number;
}

export const DEFAULT_VDDA = 3.3;
