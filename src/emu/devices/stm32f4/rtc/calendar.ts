/** The calendar of the RTC as plain arithmetic: years 2000 to 2099, every fourth one a leap year (RM0090 26.3.3). */

export interface DateAndTime {
  /** 0 to 99. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export const DAY_SECONDS = 86_400;
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const CENTURY_DAYS = 36_525;

function isLeap(year: number): boolean {
  return year % 4 === 0;
}
/** Days of a year before a month 1 to 13. */
function daysBefore(year: number, month: number): number {
  return DAYS_BEFORE[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0);
}

/** Days since 1 January 2000. */
export function dayOf({ year, month, day }: Pick<DateAndTime, 'year' | 'month' | 'day'>): number {
  return year * 365 + Math.ceil(year / 4) + daysBefore(year, month) + day - 1;
}
export function dateOf(days: number): Pick<DateAndTime, 'year' | 'month' | 'day'> {
  const within = ((days % CENTURY_DAYS) + CENTURY_DAYS) % CENTURY_DAYS;
  let year = Math.floor(within / 365.25);
  if (within < dayOf({ year, month: 1, day: 1 })) year--;
  const rest = within - dayOf({ year, month: 1, day: 1 });
  let month = 12;
  while (daysBefore(year, month) > rest) month--;
  return { year, month, day: rest - daysBefore(year, month) + 1 };
}

/** Seconds since the beginning of 2000. */
export function secondOf(at: DateAndTime): number {
  return dayOf(at) * DAY_SECONDS + at.hour * 3600 + at.minute * 60 + at.second;
}
export function dateAndTimeOf(seconds: number): DateAndTime {
  const day = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - day * DAY_SECONDS;
  return {
    ...dateOf(day),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  };
}

export function bcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}
export function fromBcd(digits: number): number {
  return (digits >>> 4) * 10 + (digits & 15);
}

const PM = 1 << 22;

/** RTC_TR: BCD, of 24 hours or (FMT) of 12 with PM. */
export function timeWord({ hour, minute, second }: DateAndTime, twelve: boolean): number {
  const shown = twelve ? bcd(hour % 12 || 12) : bcd(hour);
  return (shown << 16) | (bcd(minute) << 8) | bcd(second) | (twelve && hour >= 12 ? PM : 0);
}
/** RTC_DR; weekday 1 (Monday) to 7. */
export function dateWord({ year, month, day }: DateAndTime, weekday: number): number {
  return (bcd(year) << 16) | (weekday << 13) | (bcd(month) << 8) | bcd(day);
}
/** The hour that bits 22:16 of TR or an alarm say. */
export function hourOf(word: number, twelve: boolean): number {
  const digits = fromBcd((word >>> 16) & 0x3f);
  return twelve ? (digits % 12) + (word & PM ? 12 : 0) : digits;
}
/** What TR and DR say. */
export function readWords(time: number, date: number, twelve: boolean): DateAndTime {
  return {
    year: fromBcd((date >>> 16) & 0xff),
    month: fromBcd((date >>> 8) & 0x1f),
    day: fromBcd(date & 0x3f),
    hour: hourOf(time, twelve),
    minute: fromBcd((time >>> 8) & 0x7f),
    second: fromBcd(time & 0x7f),
  };
}

/** What is wrong with a date and time, in words. */
export function calendarFault(at: DateAndTime, weekday: number): string | undefined {
  if (at.month < 1 || at.month > 12) return `the month is ${at.month}`;
  const days = daysBefore(at.year, at.month + 1) - daysBefore(at.year, at.month);
  if (at.day < 1 || at.day > days) return `the day is ${at.day}, and the month has ${days}`;
  if (at.hour > 23 || at.minute > 59 || at.second > 59) return `the time is ${at.hour}:${at.minute}:${at.second}`;
  return weekday === 0 ? 'the weekday is 0' : undefined;
}

/** The nearest that the arithmetic can do with. */
export function clamped(at: DateAndTime): DateAndTime {
  return { ...at, month: Math.min(12, Math.max(1, at.month)), day: Math.max(1, at.day) };
}
