import type { CanBusHandle, CanHost, CanNode, CanPlace, CanWords } from '../can-link.js';
import { definePart, type PartContext } from '../part.js';
import { Channel } from './bridge.js';
import { placeOf } from './place.js';
import { reach } from './spi-wire.js';
import type { Wire } from './wire.js';

/**
 * `canWire('a.can1', 'b.can1')`: both controllers on one bus, which is kept on the first board; further boards are wired to
 * that one, too. A request to send reaches the bus 1 µs after a later board made it.
 */
export function canWire(first: string, second: string): Wire {
  const [one, other] = [placeOf(first, 'a CAN controller'), placeOf(second, 'a CAN controller')];
  return {
    name: `can ${first} → ${second}`,
    boards: [one.board, other.board],
    ordered: true,
    ends(bridge, near, distant) {
      let far: FarController | undefined;
      let handle: CanBusHandle | undefined;
      const requests = new Channel(bridge, distant, near);
      const busEnd = definePart({
        kind: 'wire',
        setup(p) {
          const host = p.device(one.name) as CanHost;
          handle = host.bus;
          const { medium } = host.place;
          medium.connect(new RemoteNode(second, medium, () => reach(bridge, near, distant, far)));
          requests.receiver(p, () => medium.request());
          return {};
        },
      });
      const nodeEnd = definePart({
        kind: 'wire',
        setup(p) {
          const host = p.device(other.name) as CanHost;
          far = new FarController(p, host);
          host.moveTo(far.place(handle!, () => requests.send(0)));
          return {};
        },
      });
      return [busEnd, nodeEnd];
    },
  };
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
