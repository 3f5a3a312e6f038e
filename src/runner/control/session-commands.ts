import { z } from 'zod';
import { commandGroup, nothing } from './command.js';
import { SUBSCRIBED, type Subscribed } from './events.js';
import type { Target } from './target.js';
import { versionData, versionResult } from './version-data.js';

const { define, commands } = commandGroup('Connection');
export const sessionCommands = commands;

const eventName = z.enum(Object.keys(SUBSCRIBED) as Subscribed[]);
const events = z.array(eventName).max(20);
const names = z.array(z.string().max(100)).max(1000).optional();
const subscribed = z.strictObject({ subscribed: z.array(eventName) });

/** Names of UARTs by those of their terminals; @throws UsageError for a pin or UART that is not there */
function filtersOf(target: Target, { uarts, pins }: { uarts?: string[] | undefined; pins?: string[] | undefined }) {
  for (const pin of pins ?? []) target.board.pin(pin);
  return {
    uarts: uarts && new Set(uarts.map((name) => target.uart(name).source)),
    pins: pins && new Set(pins),
  };
}

define({
  name: 'capabilities',
  doc: 'The first command of every connection; all others are refused before it. May subscribe to events at once.',
  early: true,
  args: { enable: events.default([]).describe('events to subscribe to, all of them whatever their source') },
  result: subscribed,
  run({ enable }, { client }) {
    client.negotiated = true;
    for (const event of enable) client.subscribe(event, {});
    return { subscribed: [...client.subscribed] };
  },
});

define({
  name: 'subscribe',
  doc: 'Asks for events from now on. Naming one again replaces what was asked before.',
  args: {
    events,
    uarts: names.describe('for UART: these only'),
    pins: names.describe(
      'for PIN: these only; the bits that a serial port sends on a pin are shown where it is named here',
    ),
  },
  result: subscribed,
  run({ events, uarts, pins }, { target, client }) {
    const filters = filtersOf(target, { uarts, pins });
    for (const event of events) client.subscribe(event, filters);
    return { subscribed: [...client.subscribed] };
  },
});

define({
  name: 'unsubscribe',
  doc: 'Asks for no more of some events.',
  args: { events },
  result: subscribed,
  run({ events }, { client }) {
    for (const event of events) client.unsubscribe(event);
    return { subscribed: [...client.subscribed] };
  },
});

define({
  name: 'query-version',
  doc: 'The version of fwtest.',
  when: 'now',
  early: true,
  result: z.strictObject({ version: versionResult }),
  run: () => ({ version: versionData() }),
});

define({
  name: 'quit',
  doc: 'Ends the connection and the process; a machine that runs by `cont` is stopped first.',
  result: nothing,
  run(_, { client }) {
    client.quit();
    return {};
  },
});
