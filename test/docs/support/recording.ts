import { blocksOf } from './blocks.ts';

const blocks = blocksOf('docs/tour.md');
const WIDTH = 820;
const LINE = 19;
const SECONDS = 14;

interface Line {
  /** When it appears. */
  readonly at: number;
  readonly kind: 'comment' | 'prompt' | 'error' | 'text' | 'good';
  readonly text: string;
}

function shown(mark: string): readonly string[] {
  const found = blocks.find((block) => block.mark === mark);
  if (found === undefined) throw new Error(`no block is marked "${mark}"`);
  return found.text.trimEnd().split('\n');
}

/** A migration breaks a query, then the compiler finds a check for null that is missing: all texts are of docs/tour.md. */
function lines(): readonly Line[] {
  const broken = shown('check after the migration that renames');
  const quote = broken.findIndex((line) => line.includes('QuoteCars'));
  const [error = '', source = '', caret = ''] = broken.slice(quote);
  const modules = shown('output of generate').find((line) => line.includes('financing')) ?? '';
  return [
    { at: 0.3, kind: 'comment', text: '-- a migration' },
    { at: 0.6, kind: 'text', text: shown('migration that renames')[0] ?? '' },
    { at: 2, kind: 'prompt', text: 'npx nodrift check' },
    { at: 3, kind: 'error', text: error },
    { at: 3, kind: 'text', text: source },
    { at: 3, kind: 'error', text: caret },
    { at: 6, kind: 'comment', text: '# correct the query' },
    { at: 6.6, kind: 'prompt', text: 'npx nodrift generate' },
    { at: 7.4, kind: 'good', text: modules.replace('unchanged', 'written  ').replace(/ {4,}/, '  ') },
    { at: 9, kind: 'prompt', text: 'npx tsc' },
    { at: 10, kind: 'error', text: `quote-cars.ts: ${shown('error of quote-cars.ts without its check')[0]}` },
    { at: 11.5, kind: 'comment', text: '# found before it ran' },
  ];
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The animation of the README, as an SVG without scripts. It shows all lines where motion is not wanted. */
export function recording(): string {
  const all = lines();
  const height = (all.length + 1) * LINE + 12;
  const frames = all.map(({ at }, i) => {
    const from = ((at / SECONDS) * 100).toFixed(1);
    return `    @keyframes l${i} { 0%, ${from}% { opacity: 0 } ${from}1%, 97% { opacity: 1 } 100% { opacity: 0 } }
    @media (prefers-reduced-motion: no-preference) { #l${i} { animation: l${i} ${SECONDS}s infinite } }`;
  });
  const texts = all.map(({ kind, text }, i) => {
    const prompt = kind === 'prompt' ? '<tspan class="sign">$ </tspan>' : '';
    const y = (i + 1) * LINE + 8;
    return `  <text class="${kind}" x="16" y="${y}" id="l${i}" xml:space="preserve">${prompt}${escapeXml(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="nodrift in a terminal">
  <style>
    text { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d6deeb }
    .comment { fill: #8892a6 } .error { fill: #ff7b88 } .good, .sign { fill: #8fdc8b } .prompt { fill: #ffffff }
${frames.join('\n')}
  </style>
  <rect width="${WIDTH}" height="${height}" rx="8" fill="#101624" />
${texts.join('\n')}
</svg>
`;
}
