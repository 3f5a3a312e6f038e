import type { DeviceContext } from '../../../device.js';
import type { StateSpec } from '../../../state.js';
import type { Chain } from './chain.js';

/** What a virtio device is, apart from the registers by which drivers reach it. */

export type BackendState = Readonly<Record<string, StateSpec<Int32Array | Uint8Array | Float64Array>>>;

/** The transport, as a device sees it. */
export interface VirtioTransport {
  /** Whether the driver took a feature, by bit number. */
  negotiated(feature: number): boolean;
  /** The next request of a queue, undefined if there is none or the device is not running. */
  take(queue: number): Chain | undefined;
  /** Gives a request back; `written` counts bytes of its writable part from the first one on. */
  give(queue: number, chain: Chain, written: number): void;
  /** Ends in `needs reset` whatever the driver did wrong while `fn` ran. */
  guarded(fn: () => void): void;
}

/** One device behind a transport. */
export interface VirtioDevice<H extends object> {
  readonly handle: H;
  /** Device-specific configuration, from offset 0x100 on. */
  config(): Uint8Array;
  /** A byte of it was written. */
  writeConfig?(offset: number, byte: number): void;
  /**
   * The driver announced buffers in a queue: carries out one request.
   * @returns bytes of the request, or undefined if there is none to carry out now
   */
  serve(queue: number): number | undefined;
  /** The machine or the driver reset it. */
  reset(by: 'machine' | 'driver'): void;
}

export interface VirtioBackend<H extends object = object> {
  readonly name: string;
  /** virtio 1.1 chapter 5. */
  readonly deviceId: number;
  /** Feature bits that it offers beside those of the transport. */
  readonly features: readonly number[];
  readonly queues: number;
  readonly configLength: number;
  readonly state: BackendState;
  create(d: DeviceContext, transport: VirtioTransport): VirtioDevice<H>;
}
