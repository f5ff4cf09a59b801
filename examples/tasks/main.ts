import { ConnectionError } from 'nodrift-runtime';
import { addTask } from './application/add-task.ts';
import { changeTask } from './application/change-task.ts';
import { closeAccount } from './application/close-account.ts';
import { completeTask } from './application/complete-task.ts';
import type { Ports } from './application/ports.ts';
import { registerUser } from './application/register-user.ts';
import { showTasks } from './application/show-tasks.ts';
import { RuleViolation } from './domain/rule-violation.ts';
import { openEmbedded, openServer } from './infra/database.ts';
import { systemClock } from './infra/system-clock.ts';
import { createUnitOfWork } from './infra/unit-of-work.ts';

// Shows the use cases on the database that DATABASE_URL names, or on an embedded one; leaves no trace there.
const { DATABASE_URL } = process.env;
const database = DATABASE_URL ? openServer(DATABASE_URL) : await openEmbedded();
try {
  await demonstrate({ unitOfWork: createUnitOfWork(database.pool), clock: systemClock });
} catch (error) {
  if (!(error instanceof ConnectionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await database.close();
}

async function demonstrate(ports: Ports): Promise<void> {
  const ada = await registerUser(ports, { email: `ada.${Date.now()}@example.com`, name: 'Ada' });
  try {
    const move = await addTask(ports, ada.id, { title: 'Move house', priority: 'high', labels: ['Home'] });
    const boxes = await addTask(ports, ada.id, { title: 'Buy boxes', parentId: move.id });
    await completeTask(ports, ada.id, move.id).catch((error: unknown) => {
      if (!(error instanceof RuleViolation)) throw error;
      console.log(`Not yet: ${error.message}`);
    });
    await completeTask(ports, ada.id, boxes.id);
    await changeTask(ports, ada.id, move.id, { notes: 'Keys are at the office.' });
    await completeTask(ports, ada.id, move.id);

    const { summary, tasks } = await showTasks(ports, ada.id);
    for (const task of tasks) console.log(`${task.completed ? '[x]' : '[ ]'} ${task.title}`);
    console.log(`${summary.completed} of ${summary.total} completed`);
  } finally {
    await closeAccount(ports, ada.id);
  }
}
