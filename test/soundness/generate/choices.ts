/**
 * A stream of choices that a generator draws from. Every choice of 0 is the simplest one and an exhausted stream
 * gives only zeros, so that fast-check, which removes numbers and makes them smaller, shrinks what is generated.
 */
export class Choices {
  private at = 0;
  constructor(private readonly numbers: readonly number[]) {}

  /** 0 to `below` - 1. */
  below(below: number): number {
    const number = this.numbers[this.at++] ?? 0;
    return number % below;
  }

  /** One of them; the first is the simplest. */
  one<T>(...of: readonly [T, ...T[]]): T {
    return of[this.below(of.length)] ?? of[0];
  }

  /** True about once in `times`; simplest is false. */
  rarely(times: number): boolean {
    return this.below(times) === times - 1;
  }

  get exhausted(): boolean {
    return this.at >= this.numbers.length;
  }
}
