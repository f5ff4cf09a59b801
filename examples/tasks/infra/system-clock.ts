import type { Clock } from '../application/clock.ts';
import { toCalendarDate } from '../domain/calendar-date.ts';

/** The machine's clock; the day is that of UTC. */
export const systemClock: Clock = {
  today: () => toCalendarDate(new Date().toISOString().slice(0, 10)),
};
