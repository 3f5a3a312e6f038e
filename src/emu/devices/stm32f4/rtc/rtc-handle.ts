import { UsageError } from '../../../errors.js';
import { secondOf } from './calendar.js';
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
      const at = new Date(`${iso}Z`);
      const year = at.getUTCFullYear() - 2000;
      if (!(year >= 0 && year < 100)) {
        throw new UsageError({
          what: `the RTC cannot be set to '${iso}'`,
          remedy: 'give a date and time from 2000 to 2099 without a zone: 2024-02-29T23:59:58',
        });
      }
      const [month, day] = [at.getUTCMonth() + 1, at.getUTCDate()];
      const time = { hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
      setting.set(secondOf({ year, month, day, ...time }), at.getUTCDay() || 7);
    },
  };
}
