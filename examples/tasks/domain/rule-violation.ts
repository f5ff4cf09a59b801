/** What the user asked for breaks a rule; the message is fit to be shown to the user. */
export class RuleViolation extends Error {
  override readonly name = 'RuleViolation';
}
