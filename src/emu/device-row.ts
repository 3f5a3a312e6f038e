import type { DeviceType } from './device.js';

/** A part of a memory or device, and where it is seen. */
export interface PlaceRow {
  readonly address: number;
  /** Where in it the part begins. */
  readonly offset: number;
  readonly size: number;
}

/** Where a device stands in its chip and what it is connected to. */
export interface DeviceRow<T extends object = object> {
  readonly address: number;
  readonly device: DeviceType<T>;
  /** Where it is seen, if not all of it once at its address. */
  readonly places?: readonly PlaceRow[];
  /** Interrupt line of the wire `irq`, or lines by wire name: numbers of the first core's, `'cpu1.37'` of another one's. */
  readonly irq?: number | string | Readonly<Record<string, number | string>>;
  /** Name of its clock (`'apb1'`); the CPU clock if not given. */
  readonly clock?: string;
  /** Wire that enables its clock: `'rcc.APB1ENR.17'`, or `'APB1ENR.17'` where one device drives such a wire. */
  readonly enable?: string;
  /** Wire that holds it in reset. */
  readonly reset?: string;
  /** Own wires by the wires of other devices they connect to: `{ rxDma: 'dma1.5.4' }`. */
  readonly wires?: Readonly<Record<string, string | readonly string[]>>;
  /** It is part of a core, and other cores do not see it. */
  readonly ofOneCore?: boolean;
  /** The one of several cores that sees it, by number; all do unless given. */
  readonly bank?: number;
  /** Only privileged software may use it. */
  readonly privileged?: boolean;
}
