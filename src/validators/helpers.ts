/** Functions that a module has itself if its schemas call them: they are not worth a place in the runtime. */
export type HelperName = keyof typeof helpers;

const helpers = {
  floatOrder: {
    uses: [],
    text: `/** NaN is after all others, and equal to itself. */
function floatOrder(a: number, b: number): number {
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || Number(a > b) - Number(a < b);
}
`,
  },
  int8Of: {
    uses: [],
    text: `/** 0 for what is no int8, which another check refuses. */
function int8Of(value: string | number | bigint): bigint {
  const text = String(value);
  return BigInt(/^\\s*[+-]?\\d+\\s*$/.test(text) ? text.replace('+', '') : 0);
}
`,
  },
  decimalOf: {
    uses: [],
    text: `/** The sign of a decimal number, 2 for NaN, and its digits with how many of them are before the point. */
function decimalOf(text: string): { sign: number; digits: string; whole: number } {
  const [, minus = '', before = '', behind = '', power = '0'] =
    /^\\s*\\+?(-?)(\\d*)\\.?(\\d*)(?:e([+-]?\\d+))?\\s*$/i.exec(text) ?? [];
  if (/nan/i.test(text)) return { sign: 2, digits: '', whole: 0 };
  if (/inf/i.test(text)) return { sign: text.includes('-') ? -1 : 1, digits: '', whole: Infinity };
  const all = before + behind;
  const digits = all.replace(/^0+/, '');
  const whole = before.length + Number(power) - (all.length - digits.length);
  return { sign: digits === '' ? 0 : minus === '' ? 1 : -1, digits, whole };
}
`,
  },
  numericOrder: {
    uses: ['decimalOf'],
    text: `/** How PostgreSQL orders two texts of numeric. */
function numericOrder(a: string, b: string): number {
  const [x, y] = [decimalOf(a), decimalOf(b)];
  if (x.sign !== y.sign || x.sign === 0 || x.sign === 2) return x.sign - y.sign;
  if (x.whole !== y.whole) return (x.whole > y.whole ? 1 : -1) * x.sign;
  const length = Math.max(x.digits.length, y.digits.length);
  const [p, q] = [x.digits.padEnd(length, '0'), y.digits.padEnd(length, '0')];
  return (Number(p > q) - Number(p < q)) * x.sign;
}
`,
  },
  rounded: {
    uses: ['decimalOf'],
    text: `/** What a numeric with so many digits behind the point holds. */
function rounded(text: string, scale: number): string {
  const { sign, digits, whole } = decimalOf(text);
  const kept = whole + scale;
  if (sign === 2 || kept >= digits.length) return text;
  if (kept < 0) return '0';
  const up = (digits[kept] ?? '0') >= '5' ? 1n : 0n;
  return \`\${sign < 0 ? '-' : ''}\${BigInt(digits.slice(0, kept)) + up}e\${-scale}\`;
}
`,
  },
  float4: {
    uses: ['numericOrder'],
    text: `/** What float4 holds of a number, which is sent in its shortest digits. */
function float4(given: number): number {
  // Another check refuses a bigint.
  const value = Number(given);
  const near = Math.fround(value);
  if (!Number.isFinite(near) && Number.isFinite(value)) return Math.sign(value) * 3.4028234663852886e38;
  const other = near + 2 * (value - near);
  if (other === near || Math.fround(other) !== other) return near;
  // Halfway between two of them the digits are a little more than the number, or less.
  const size = Math.abs(value);
  const order = numericOrder(String(size), size.toPrecision(100));
  if (order === 0) return near;
  return order > 0 === Math.abs(near) > size ? near : other;
}
`,
  },
  timeKey: {
    uses: [],
    text: `/** A time of day in one spelling. */
function timeKey(text: string): string {
  return text.replace('T', ' ').replace(/\\.0*$|(\\.\\d*?)0+$/, '$1');
}
`,
  },
} as const satisfies Readonly<Record<string, { readonly uses: readonly string[]; readonly text: string }>>;

/** The texts of functions, and of those that they call, each once. */
export function helperTexts(names: Iterable<HelperName>): readonly string[] {
  const found = new Set<HelperName>();
  const add = (name: HelperName): void => {
    for (const used of helpers[name].uses) add(used);
    found.add(name);
  };
  for (const name of names) add(name);
  return [...found].map((name) => helpers[name].text);
}

/** The names that such functions have in a module. */
export const helperNames: readonly HelperName[] = Object.keys(helpers) as HelperName[];
