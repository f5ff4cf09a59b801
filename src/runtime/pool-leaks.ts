// Enough to lead from the pool through a query's function to the caller's code.
const STACK_FRAMES = 30;

/**
 * Records who acquires a connection, as the stack is now. The function returned is called when it is acquired; unless what
 * that returns is called within `millis`, a warning says who did not release it.
 */
export function leakWatch(millis: number): () => () => void {
  const detail = stackHere();
  return () => {
    const timer = setTimeout(() => {
      process.emitWarning?.(`a connection was not released to its pool within ${millis} ms`, {
        type: 'NodriftWarning',
        detail,
      });
    }, millis);
    return () => clearTimeout(timer);
  };
}

function stackHere(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  const { stack = '' } = new Error('borrowed');
  Error.stackTraceLimit = before;
  return stack;
}
