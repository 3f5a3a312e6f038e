import type { DeviceServices } from './device.js';
import type { DeviceInstance } from './device-instance.js';
import { UsageError } from './errors.js';
import { linkedAs } from './link.js';
import type { PartContext, PartType } from './part.js';
import type { TimedEvent } from './scheduler.js';
import { Storage } from './storage.js';

/** One part of a board. */
export class PartInstance {
  readonly name: string;
  readonly type: PartType;
  readonly handle: object;
  readonly #words: Int32Array[] = [];
  readonly #events: TimedEvent[] = [];
  readonly #powerOn: (() => void)[] = [];

  constructor(
    name: string,
    type: PartType,
    services: DeviceServices & { devices: ReadonlyMap<string, DeviceInstance> },
  ) {
    this.name = name;
    this.type = type;
    this.handle = type.setup(this.#context(services));
  }

  powerOn(): void {
    for (const words of this.#words) words.fill(0);
    for (const event of this.#events) event.cancel();
    for (const fn of this.#powerOn) fn();
  }

  #context(services: DeviceServices & { devices: ReadonlyMap<string, DeviceInstance> }): PartContext {
    const { name } = this;
    const { arena, scheduler, timebase } = services;
    const { devices } = services;
    const handleOf = (device: string) => {
      const found = devices.get(String(device).toLowerCase());
      if (found !== undefined) return found.handle;
      throw new UsageError({
        what: `part '${name}' wants device '${device}', which the chip does not have`,
        remedy: `devices are ${[...devices.keys()].join(', ')}`,
      });
    };
    const all = () => [...devices].map(([device, { handle }]) => [device, handle] as const);
    return {
      name,
      clock: timebase.nanosecondClock,
      net: (pin) => services.net(pin),
      device: handleOf,
      host: (device, link) => linkedAs(handleOf(device), link, { part: name, device, all }),
      event: (eventName, fire, clock) => {
        const event = scheduler.event(`${name}.${eventName}`, clock ?? timebase.nanosecondClock, fire);
        this.#events.push(event);
        return event;
      },
      words: (wordsName, length) => {
        const words = arena.i32(`${name}.${wordsName}`, length);
        this.#words.push(words);
        return words;
      },
      log: (logName, options) => arena.log(`${name}.${logName}`, options),
      storage: (storageName, size, options) => new Storage(arena, `${name}.${storageName}`, size, options),
      emit: (event, detail) => services.emit(name, event, detail),
      report: (problem) => services.report(name, problem),
      onPowerOn: (fn) => void this.#powerOn.push(fn),
    };
  }
}
