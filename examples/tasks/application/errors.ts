/** It does not exist, or it belongs to another user: the caller is not told which. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Another user has the e-mail address. */
export class EmailTaken extends Error {
  override readonly name = 'EmailTaken';

  constructor() {
    super('This e-mail address is taken.');
  }
}
