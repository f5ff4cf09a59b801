import type { AnalysedQuery } from '../../analysis/analysed-query.ts';
import type { Change } from '../change.ts';
import type { Setting } from './rules.ts';

export interface SettingChange {
  readonly before: Setting | null;
  readonly after: Setting | null;
  readonly setting: Setting;
}

/** What sessions will begin with that they did not before, or no more. */
export function changedSettings(
  before: readonly Setting[],
  after: readonly Setting[],
): readonly SettingChange[] {
  const key = ({ of, name }: Setting) => JSON.stringify([of, name]);
  const were = new Map(before.map((setting) => [key(setting), setting]));
  const are = new Map(after.map((setting) => [key(setting), setting]));
  return [...new Map([...were, ...are])].flatMap(([of, setting]) => {
    const [was, is] = [were.get(of) ?? null, are.get(of) ?? null];
    return was?.value === is?.value ? [] : [{ before: was, after: is, setting }];
  });
}

/** What that means to a statement: nothing, where the setting is about writing and it only reads. */
export function settingChanges(query: AnalysedQuery, changes: readonly SettingChange[]): readonly Change[] {
  return changes
    .filter(({ setting }) => !ofWrites.includes(setting.name) || query.readOnly !== true)
    .map(({ before, after, setting }) => ({
      kind: 'setting',
      severity: 'may break',
      subject: `${setting.name} of ${setting.of}`,
      before: before?.value ?? null,
      after: after?.value ?? null,
      direction: null,
      effect: 'new sessions begin with it, unless they set it themselves',
    }));
}

const ofWrites = ['default_transaction_read_only', 'transaction_read_only'];
