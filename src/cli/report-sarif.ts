import { type Diagnostic, endOf } from '../diagnostic.ts';
import { errorTitles } from '../error-codes.ts';

interface Findings {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Findings as SARIF 2.1.0 (OASIS), which code scanning services read.
 * @param fileOf makes a path relative to the repository's folder
 */
export function sarifLog({ errors, warnings }: Findings, fileOf: (path: string) => string): object {
  const codes = [...new Set([...errors, ...warnings].map(({ code }) => code))].sort();
  const result = (level: 'error' | 'warning') => (found: Diagnostic) => ({
    ruleId: found.code,
    ruleIndex: codes.indexOf(found.code),
    level,
    message: { text: messageWithHint(found) },
    ...(found.file !== null && { locations: [{ physicalLocation: locationOf(found, fileOf(found.file)) }] }),
  });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'nodrift',
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: errorTitles[id] },
              help: { text: `docs/errors.md of nodrift has an example of ${id} and a way to fix it.` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [...errors.map(result('error')), ...warnings.map(result('warning'))],
      },
    ],
  };
}

/** A message with what to do about it. */
export function messageWithHint({ message, hint }: Diagnostic): string {
  return hint === null ? message : `${message}\n${hint}`;
}

function locationOf(found: Diagnostic, file: string) {
  const end = endOf(found);
  return {
    artifactLocation: { uri: encodeURI(file) },
    ...(found.line !== null && {
      region: {
        startLine: found.line,
        ...(found.column !== null && { startColumn: found.column }),
        ...(end !== null && { endLine: end.line, endColumn: end.column }),
      },
    }),
  };
}
