/**
 * Thrown by a codec; the query turns it into a DecodeError or EncodeError that names the place.
 * Only these messages are shown to the user, since they never contain the value; other errors'
 * messages (JSON.parse's, a decimal class's) often do.
 */
export class CodecError extends Error {}

/** The reason to show for what a codec threw, free of values. */
export function codecReason(error: unknown, fallback: string): string {
  return error instanceof CodecError ? error.message : fallback;
}
