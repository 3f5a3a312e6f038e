import type {
  CanBusHandle,
  CanErrorKind,
  CanFrame,
  CanNode,
  CanPlace,
  CanWords,
  CarriedFrame,
} from '../../../can-link.js';
import type { DeviceContext } from '../../../device.js';
import type { Log } from '../../../log.js';
import { CanBus, type CanBusState, ERROR_KINDS } from './can-bus.js';
import { frameOf, wordsOf } from './can-frame.js';

/** The bus that a controller is on, with the test's node and a record of what was carried. It outlives resets of the chip. */
export class CanSegment implements CanBusHandle, CanPlace {
  readonly bus: CanBus;
  readonly #d: DeviceContext;
  readonly #tester: TestNode;
  readonly #joined: Log;
  /** End in ns, place of the sender on the bus, the frame's four words. */
  readonly #carried: Log;
  readonly #injected: Log;
  readonly #taken: Log;

  constructor(d: DeviceContext, state: CanBusState) {
    this.#d = d;
    this.#joined = d.log('joined', { kind: 'u8' });
    this.#carried = d.log('carried', { width: 6 });
    this.#injected = d.log('injected', { kind: 'u8' });
    this.#taken = d.log('injections', { kind: 'u8' });
    this.bus = new CanBus(d, 'bus', state, {
      carried: (from, frame) => this.#record(from.name, frame),
      takeInjected: () => this.#takeInjected(),
    });
    this.#tester = new TestNode(d, this);
    this.bus.connect(this.#tester);
  }

  get handle(): CanBusHandle {
    return this;
  }
  get medium(): CanBus {
    return this.bus;
  }

  loop(from: CanNode, frame: CanWords, bitTime: number): void {
    this.#record(from.name, frame);
    this.bus.overhear(from, frame, bitTime);
  }
  #record(from: string, { head, dlc, low, high }: CanWords): void {
    const place = this.bus.nodes.findIndex(({ name }) => name === from);
    this.#carried.append(this.#d.time.ns(), place, head, dlc, low, high);
    this.#d.emit('can', { from, head, dlc });
  }

  join(): void {
    if (!this.joined) this.#joined.append(1);
  }
  leave(): void {
    if (this.joined) this.#joined.append(0);
  }
  get joined(): boolean {
    return this.#joined.at(this.#joined.length - 1) === 1;
  }
  send({ bitrate, ...frame }: CanFrame & { readonly bitrate?: number }): void {
    this.join();
    this.#tester.queue(wordsOf(frame), bitrate ?? 0);
    this.bus.request();
  }
  get waiting(): number {
    return this.#tester.waiting;
  }
  get frames(): readonly CarriedFrame[] {
    const log = this.#carried;
    return Array.from({ length: log.length - log.first }, (_, i) => {
      const at = (part: number) => log.at(log.first + i, part)!;
      const words = { head: at(2), dlc: at(3), low: at(4), high: at(5) };
      return { ns: at(0), from: this.bus.nodes[at(1)]!.name, ...frameOf(words) };
    });
  }
  injectError(kind: CanErrorKind): void {
    this.#injected.append(ERROR_KINDS.indexOf(kind));
  }

  #takeInjected(): CanErrorKind | undefined {
    const next = this.#taken.length;
    if (next >= this.#injected.length) return undefined;
    this.#taken.append(1);
    return ERROR_KINDS[this.#injected.at(next)!];
  }
}

/** The test as a node: sends what is queued, and acknowledges what others send. */
class TestNode implements CanNode {
  readonly name = 'test';
  readonly connected = true;
  readonly alone = true;
  readonly errorPassive = false;
  readonly #segment: CanSegment;
  readonly #clock: { readonly hertz: number };
  /** The frame's words and its bit rate; one entry in `sent` for each that was carried. */
  readonly #queued: Log;
  readonly #sent: Log;

  constructor(d: DeviceContext, segment: CanSegment) {
    this.#segment = segment;
    this.#clock = d.clockNamed('apb1');
    this.#queued = d.log('queued', { width: 5 });
    this.#sent = d.log('sent', { kind: 'u8' });
  }

  get waiting(): number {
    return this.#queued.length - this.#sent.length;
  }
  queue({ head, dlc, low, high }: CanWords, bitrate: number): void {
    this.#queued.append(head, dlc, low, high, bitrate);
  }

  /** That of its frame, else of the first controller that is on the bus. */
  get bitTime(): number {
    const bitrate = this.#queued.at(this.#sent.length, 4) ?? 0;
    if (bitrate > 0) return Math.round(this.#clock.hertz / bitrate);
    return this.#segment.bus.nodes.find((node) => node !== this && node.bitTime > 0)?.bitTime ?? 0;
  }
  get listens(): boolean {
    return this.#segment.joined;
  }
  get acknowledges(): boolean {
    return this.#segment.joined;
  }
  pending(): CanWords | undefined {
    const at = (part: number) => this.#queued.at(this.#sent.length, part)!;
    return this.waiting === 0 ? undefined : { head: at(0), dlc: at(1), low: at(2), high: at(3) };
  }
  transmitted(): void {
    this.#sent.append(1);
  }
  started(): void {}
  taking(): void {}
  lostArbitration(): void {}
  received(): void {}
  failed(): void {}
  over(): void {}
  quiet(): void {}
}
