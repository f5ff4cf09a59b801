import type { Email } from './email.ts';

/** A user's id: a UUID. */
export type UserId = string;

export interface User {
  readonly id: UserId;
  readonly email: Email;
  readonly name: string;
}
