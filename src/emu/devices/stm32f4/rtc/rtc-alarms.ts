import type { RegisterCell } from '../../../register-file.js';
import type { TimedEvent } from '../../../scheduler.js';
import { DAY_SECONDS, dateOf, fromBcd, hourOf } from './calendar.js';
import type { Position, RtcCounter } from './rtc-counter.js';

/** More days than lie between two days of the same number or weekday. */
const DAYS = 63;

interface AlarmRegisters {
  readonly time: RegisterCell;
  readonly subsecond: RegisterCell;
}

/** What an alarm register asks for; undefined where it does not care. */
interface Wanted {
  readonly second: number | undefined;
  readonly minute: number | undefined;
  readonly hour: number | undefined;
  readonly weekday: number | undefined;
  readonly date: number | undefined;
}

function wantedBy(word: number, twelve: boolean): Wanted {
  const unless = (mask: number, value: number) => ((word >>> mask) & 1 ? undefined : value);
  const byWeekday = (word >>> 30) & 1;
  return {
    second: unless(7, fromBcd(word & 0x7f)),
    minute: unless(15, fromBcd((word >>> 8) & 0x7f)),
    hour: unless(23, hourOf(word, twelve)),
    weekday: byWeekday ? unless(31, (word >>> 24) & 15) : undefined,
    date: byWeekday ? undefined : unless(31, fromBcd((word >>> 24) & 0x3f)),
  };
}

/** The first second of a day, from `from` on, that a time of day matches; undefined if there is none. */
function timeOfDay(wanted: Wanted, from: number): number | undefined {
  const [first, last] = wanted.hour === undefined ? [Math.floor(from / 3600), 23] : [wanted.hour, wanted.hour];
  for (let hour = first; hour <= last; hour++) {
    const rest = from - hour * 3600;
    if (rest >= 3600) continue;
    const found = timeOfHour(wanted, Math.max(0, rest));
    if (found !== undefined) return hour * 3600 + found;
  }
  return undefined;
}
function timeOfHour({ minute, second }: Wanted, from: number): number | undefined {
  const [first, last] = minute === undefined ? [Math.floor(from / 60), 59] : [minute, minute];
  for (let at = first; at <= last; at++) {
    const rest = Math.max(0, from - at * 60);
    if (rest >= 60 || (second !== undefined && rest > second)) continue;
    return at * 60 + (second ?? rest);
  }
  return undefined;
}

/** The first second from `from` on that an alarm matches. */
export function nextMatch(
  word: number,
  twelve: boolean,
  from: number,
  weekdayOf: (second: number) => number,
  dayOfMonth = (day: number) => dateOf(day).day,
): number | undefined {
  const wanted = wantedBy(word, twelve);
  if ((wanted.second ?? 0) > 59 || (wanted.minute ?? 0) > 59 || (wanted.hour ?? 0) > 23) return undefined;
  const today = Math.floor(from / DAY_SECONDS);
  for (let day = today; day <= today + DAYS; day++) {
    if (wanted.weekday !== undefined && weekdayOf(day * DAY_SECONDS) !== wanted.weekday) continue;
    if (wanted.date !== undefined && dayOfMonth(day) !== wanted.date) continue;
    const found = timeOfDay(wanted, day === today ? from - day * DAY_SECONDS : 0);
    if (found !== undefined) return day * DAY_SECONDS + found;
  }
  return undefined;
}

/**
 * When an alarm comes next, behind `position`: RM0090 26.3.4, 26.6.18. Without sub-seconds (MASKSS 0) that is the beginning of a
 * second that matches; with them MASKSS low bits of SSR have to match, too.
 */
export class RtcAlarm {
  readonly #registers: AlarmRegisters;
  readonly #counter: RtcCounter;
  readonly #twelve: () => boolean;
  readonly #event: TimedEvent;

  constructor(registers: AlarmRegisters, counter: RtcCounter, twelve: () => boolean, event: TimedEvent) {
    this.#registers = registers;
    this.#counter = counter;
    this.#twelve = twelve;
    this.#event = event;
  }

  plan(enabled: boolean): void {
    this.#event.cancel();
    if (!enabled || this.#counter.stopped) return;
    const at = this.#next(this.#counter.at());
    if (at !== undefined) this.#event.at(Math.max(this.#counter.rawOfApre(at), this.#counter.now + 1));
  }

  #next({ second, ssr }: Position): number | undefined {
    const counter = this.#counter;
    const match = (from: number) =>
      nextMatch(
        this.#registers.time.value,
        this.#twelve(),
        from,
        (at) => counter.weekday(at),
        (day) => counter.dayOfMonth(day),
      );
    for (let at = match(second); at !== undefined; at = match(at + 1)) {
      const wanted = this.#subsecond(at === second ? ssr - 1 : counter.predivS);
      if (wanted !== undefined) return counter.apreOf(at, wanted);
      if (at > second) return undefined;
    }
    return undefined;
  }

  /** The first SSR at or below `from` that matches. */
  #subsecond(from: number): number | undefined {
    const word = this.#registers.subsecond.value;
    const bits = (word >>> 24) & 15;
    const top = this.#counter.predivS;
    if (bits === 0) return from === top ? top : undefined;
    const [span, low] = [2 ** bits, (word & 0x7fff) % 2 ** bits];
    const found = from - ((((from - low) % span) + span) % span);
    return found >= 0 ? found : undefined;
  }
}
