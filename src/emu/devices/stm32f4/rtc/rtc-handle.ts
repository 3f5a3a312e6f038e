import { UsageError } from '../../../errors.js';
import { calendarFault, type DateAndTime, dayOf, secondOf } from './calendar.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcSetting } from './rtc-setting.js';

const digits = (value: number, width = 2): string => String(value).padStart(width, '0');

/** What a test sees of the clock, without shadow registers. */
export function rtcHandle(counter: RtcCounter, setting: RtcSetting) {
  return {
    /** Date and time to the millisecond, as ISO 8601 has it: `2024-02-29T23:59:58.500`. */
    get time(): string {
      const { second, ssr } = counter.at();
      const { year, month, day, hour, minute, second: seconds } = counter.dateAndTime(second);
      const part = Math.max(0, Math.floor(((counter.predivS - ssr) * 1000) / (counter.predivS + 1)));
      const date = `20${digits(year)}-${digits(month)}-${digits(day)}`;
      return `${date}T${digits(hour)}:${digits(minute)}:${digits(seconds)}.${digits(part, 3)}`;
    },
    /** Sets the calendar to a date and time from 2000 to 2099, `'2024-02-29T23:59:58'`, as if a battery had kept it. */
    set(iso: string): void {
      const at = parsed(iso);
      if (at === undefined || calendarFault(at, 1) !== undefined) {
        throw new UsageError({
          what: `the RTC cannot be set to '${iso}'`,
          remedy: 'give a date and time from 2000 to 2099 without a zone: 2024-02-29T23:59:58',
        });
      }
      // 1 January 2000 was a Saturday.
      setting.set(secondOf(at), ((dayOf(at) + 5) % 7) + 1);
    },
  };
}

function parsed(iso: string): DateAndTime | undefined {
  const words = /^20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(iso)?.slice(1).map(Number);
  if (words === undefined) return undefined;
  const [year, month, day, hour, minute, second] = words as [number, number, number, number, number, number];
  return { year, month, day, hour, minute, second };
}
