/** A property that the caller set, or a getter of the caller's class; not what every object inherits. */
export function property(object: unknown, name: string): unknown {
  if (object === null || object === undefined) {
    return undefined;
  }
  const properties = object as Record<string, unknown>;
  return name in Object.prototype && !Object.hasOwn(properties, name) ? undefined : properties[name];
}
