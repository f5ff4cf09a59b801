import type { CalendarDate } from '../domain/calendar-date.ts';

/** Tells the day, so that rules about dates can be tested on any day. */
export interface Clock {
  today(): CalendarDate;
}
