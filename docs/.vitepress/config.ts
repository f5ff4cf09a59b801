import { defineConfig } from 'vitepress';

// Set by GitHub Actions: where links that lead out of the documentation go.
const repository = process.env.GITHUB_REPOSITORY;

const page = (text: string, link: string) => ({ text, link: `/${link}` });

export default defineConfig({
  title: 'nodrift',
  description: 'Typed SQL for TypeScript and PostgreSQL',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }]],
  rewrites: { 'README.md': 'index.md' },
  cleanUrls: true,
  // The pages link to README.md, src/ and bench/, which are in the repository but not on the site.
  ignoreDeadLinks: [/^(\.\/)?\.\.\//],
  markdown: {
    // Vue would read text between double braces, such as `{{dir}}` in paths, as an expression.
    config: (md) => {
      md.core.ruler.push('out of the documentation', ({ tokens }) => {
        for (const token of tokens.flatMap((each) => each.children ?? [])) {
          const path = /^(?:\.\/)?\.\.\/(.*)/.exec(token.attrGet('href') ?? '')?.[1];
          if (path !== undefined && repository !== undefined) {
            token.attrSet('href', `https://github.com/${repository}/blob/main/${path}`);
          }
        }
      });
      const inline = md.renderer.rules.code_inline;
      md.renderer.rules.code_inline = (...args) => (inline?.(...args) ?? '').replace('<code', '<code v-pre');
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Quickstart', 'quickstart'),
          page('A tour', 'tour'),
          page('Tutorial: an HTTP API', 'tutorial'),
          page('Coming from PgTyped', 'pgtyped'),
          page('Switching from another tool', 'migrating'),
        ],
      },
      {
        text: 'Queries',
        items: [
          page('Query files', 'queries'),
          page('Queries that vary', 'varying'),
          page('The same in other tools', 'elsewhere'),
          page('Nested results', 'nesting'),
          page('Validation from the schema', 'validation'),
          page('Rows that belong to an owner', 'scopes'),
          page('Recipes', 'recipes'),
          page('Types', 'types'),
          page('What is proven', 'inference'),
        ],
      },
      {
        text: 'Running',
        items: [
          page('Runtime', 'runtime'),
          page('Testing', 'testing'),
          page('Replicas, poolers, hosts', 'scale'),
          page('Sending rows as JSON', 'json'),
          page('Reliability', 'reliability'),
        ],
      },
      {
        text: 'Schema',
        items: [
          page('Migrations', 'migrations'),
          page('What a migration breaks', 'impact'),
          page('Deploying a breaking change', 'deploying'),
          page('Verifying a live database', 'verify'),
          page('CI', 'ci'),
          page('Databases', 'databases'),
        ],
      },
      {
        text: 'When something is wrong',
        items: [
          page('When something is wrong', 'troubleshooting'),
          page('Error codes', 'errors'),
          page('Upgrading nodrift', 'upgrading'),
        ],
      },
      {
        text: 'Reference',
        items: [page('Command line', 'cli'), page('Configuration', 'configuration')],
      },
      {
        text: 'Background',
        items: [
          page('Comparison', 'comparison'),
          page('Benchmarks', 'benchmarks'),
          page('Security', 'security'),
          page('Architecture', 'architecture'),
          page('How the types are tested', 'evidence'),
        ],
      },
    ],
  },
});
