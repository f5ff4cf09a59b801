import type { FunctionEntry } from './catalog.ts';

/**
 * The body of a function in SQL, as node text; null if it is not known. Names in a string are looked up at each call: what was
 * parsed holds if the call happens under the settings that it was parsed with.
 *
 * @param changed names of the settings that functions around the call set
 */
export function knownBody(entry: FunctionEntry, changed: readonly string[]): string | null {
  if (!entry.stringBody) return entry.body;
  if (setsConfig(entry)) return null;
  const own = ownSettings(entry);
  return changed.every((name) => own.includes(name)) ? entry.body : null;
}

/** The settings that are set inside of a function's body, by itself or by functions around it. */
export function settingsInside(entry: FunctionEntry, changed: readonly string[]): readonly string[] {
  const own = [...ownSettings(entry), ...(setsConfig(entry) ? [ANY_SETTING] : [])];
  return own.length === 0 ? changed : [...new Set([...changed, ...own])].sort();
}

// No function sets it again.
const ANY_SETTING = '*';

/** Whether the body calls set_config: on PostgreSQL 18 the statements of a string behind the call are parsed after it. */
function setsConfig({ body }: FunctionEntry): boolean {
  return body !== null && /:funcid\s2078\s/.test(body);
}

function ownSettings({ settings }: FunctionEntry): readonly string[] {
  return settings.map((setting) => setting.slice(0, setting.indexOf('=')));
}
