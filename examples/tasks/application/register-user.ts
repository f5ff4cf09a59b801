import { toEmail } from '../domain/email.ts';
import { toPriority } from '../domain/priority.ts';
import { RuleViolation } from '../domain/rule-violation.ts';
import { planTask } from '../domain/task.ts';
import { toTitle } from '../domain/title.ts';
import type { User } from '../domain/user.ts';
import type { Ports } from './ports.ts';

export interface Registration {
  readonly email: string;
  readonly name: string;
}

/**
 * Opens an account with a first task in it.
 * @throws RuleViolation, EmailTaken
 */
export async function registerUser({ unitOfWork, clock }: Ports, registration: Registration): Promise<User> {
  const email = toEmail(registration.email);
  const name = registration.name.trim();
  if (name === '' || Array.from(name).length > 100) {
    throw new RuleViolation('A name has 1 to 100 characters.');
  }
  return unitOfWork.run(async ({ users, tasks }) => {
    const user = await users.add({ email, name });
    const welcome = {
      title: toTitle('Look around'),
      notes: null,
      priority: toPriority('low'),
      labels: ['welcome'],
      dueOn: null,
    };
    await tasks.add(planTask(user.id, welcome, null, clock.today()));
    return user;
  });
}
