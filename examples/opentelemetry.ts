import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { observe } from 'nodrift-runtime';

// Behind spaces, comments and parentheses.
const FIRST_KEYWORD = /^(?:[\s(]|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*(\w+)/;
// Every code of PostgreSQL has a digit; those of the system, such as EPIPE, have none.
const SQLSTATE = /^(?=.*\d)[\dA-Z]{5}$/;

/** A span for each statement, with no value of a parameter or column. Returns the function that stops it. */
export function traceQueries(): () => void {
  const tracer = trace.getTracer('nodrift');
  return observe(({ query, file, text, startedAt, durationMillis, rowCount, code, failed }) => {
    const operation = FIRST_KEYWORD.exec(text)?.[1];
    const span = tracer.startSpan(query, {
      kind: SpanKind.CLIENT,
      startTime: startedAt,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.summary': query,
        'db.query.text': text,
        'code.file.path': file,
        ...(operation !== undefined && { 'db.operation.name': operation.toUpperCase() }),
        ...(rowCount !== null && { 'db.response.returned_rows': rowCount }),
        ...(code !== null && SQLSTATE.test(code) && { 'db.response.status_code': code }),
        ...(failed && { 'error.type': code ?? '_OTHER' }),
      },
    });
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(startedAt + durationMillis);
  });
}
