import type { CanBusHandle, CanHost, CanNode, CanPlace, CanWords } from '../can-link.js';
import { definePart, type PartContext, type PartType } from '../part.js';
import { type BoardNumber, type Bridge, Channel } from './bridge.js';
import { placeOf } from './place.js';
import { reach } from './spi-wire.js';
import type { Wire } from './wire.js';

/**
 * `canWire('a.can1', 'b.can1', 'c.can1')`: all controllers on one bus, which is kept on the first board; a further wire from there
 * adds others. A request to send reaches the bus 1 µs after a later board made it.
 */
export function canWire(first: string, second: string, ...more: readonly string[]): Wire {
  const bus = placeOf(first, 'a CAN controller');
  const others = [second, ...more].map((text) => ({ text, ...placeOf(text, 'a CAN controller') }));
  return {
    name: `can ${[first, second, ...more].join(' ↔ ')}`,
    boards: [bus.board, ...others.map(({ board }) => board)],
    leader: "the bus's board, the first one,",
    ends(bridge, near, ...distant) {
      let handle: CanBusHandle | undefined;
      const nodes = others.map(({ text, name }, i) => new FarEnd(bridge, near, distant[i]!, text, name));
      const busEnd = definePart({
        kind: 'wire',
        setup(p) {
          const host = p.host(bus.name, 'can');
          handle = host.bus;
          for (const node of nodes) node.join(p, host);
          return {};
        },
      });
      return [busEnd, ...nodes.map((node) => node.part(() => handle!))];
    },
  };
}

/** One of the other controllers. */
class FarEnd {
  readonly #bridge: Bridge;
  readonly #near: BoardNumber;
  readonly #distant: BoardNumber;
  readonly #text: string;
  readonly #device: string;
  readonly #requests: Channel;
  #far: FarController | undefined;

  constructor(bridge: Bridge, near: BoardNumber, distant: BoardNumber, text: string, device: string) {
    this.#bridge = bridge;
    this.#near = near;
    this.#distant = distant;
    this.#text = text;
    this.#device = device;
    this.#requests = new Channel(bridge, distant, near);
  }
  /** On the bus's board. */
  join(p: PartContext, { place }: CanHost): void {
    const { medium } = place;
    const there = () => reach(this.#bridge, this.#near, this.#distant, this.#far);
    medium.connect(new RemoteNode(this.#text, medium, there));
    this.#requests.receiver(p, () => medium.request(), this.#text);
  }
  /** On its own board. */
  part(handle: () => CanBusHandle): PartType {
    return definePart({
      kind: 'wire',
      setup: (p) => {
        const host = p.host(this.#device, 'can');
        this.#far = new FarController(p, host);
        host.moveTo(this.#far.place(handle(), () => this.#requests.send(0)));
        return {};
      },
    });
  }
}

/** A controller on the later board, as the bus calls it. */
class FarController {
  readonly host: CanHost;
  /** 1 while something is on the bus. */
  readonly #busy: Int32Array;

  constructor(p: PartContext, host: CanHost) {
    this.host = host;
    this.#busy = p.words('busy', 1);
  }
  get node(): CanNode {
    return this.host.node;
  }
  started(): void {
    this.#busy[0] = 1;
    this.node.started();
  }
  over(): void {
    this.#busy[0] = 0;
    this.node.over();
  }

  /** What its controller takes for the bus: it shows no bits, and arbitration is the other board's. */
  place(handle: CanBusHandle, request: () => void): CanPlace {
    const busy = this.#busy;
    const { host } = this;
    return {
      handle,
      medium: {
        get busy() {
          return busy[0] === 1;
        },
        get hertz() {
          return host.hertz;
        },
        request,
        levelBefore: () => 1,
        connect: () => {},
        disconnect: () => {},
      },
      loop: () => {},
    };
  }
}

/** It in turn on the bus; while nothing crosses between boards it is not there. */
class RemoteNode implements CanNode {
  readonly name: string;
  readonly alone = false;
  readonly #bus: { readonly hertz: number };
  readonly #there: () => FarController | undefined;

  constructor(name: string, bus: { readonly hertz: number }, there: () => FarController | undefined) {
    this.name = name;
    this.#bus = bus;
    this.#there = there;
  }
  get #node(): CanNode | undefined {
    return this.#there()?.node;
  }
  get bitTime(): number {
    const far = this.#there();
    return far === undefined || far.host.hertz === 0
      ? 0
      : Math.round((far.node.bitTime * this.#bus.hertz) / far.host.hertz);
  }
  get listens(): boolean {
    return this.#node?.listens ?? false;
  }
  get acknowledges(): boolean {
    return this.#node?.acknowledges ?? false;
  }
  get connected(): boolean {
    return this.#node?.connected ?? false;
  }
  get errorPassive(): boolean {
    return this.#node?.errorPassive ?? false;
  }
  pending(): CanWords | undefined {
    return this.#node?.pending();
  }
  started(): void {
    this.#there()?.started();
  }
  taking(sending: boolean): void {
    this.#node?.taking(sending);
  }
  lostArbitration(): void {
    this.#node?.lostArbitration();
  }
  received(frame: CanWords): void {
    this.#node?.received(frame);
  }
  transmitted(): void {
    this.#node?.transmitted();
  }
  failed(code: number, sending: boolean): void {
    this.#node?.failed(code, sending);
  }
  over(): void {
    this.#there()?.over();
  }
  quiet(): void {
    this.#node?.quiet();
  }
}
