import { openEmbedded, openServer } from '../../../examples/tasks/infra/database.ts';
import { createUnitOfWork } from '../../../examples/tasks/infra/unit-of-work.ts';
import { migrate, openEmptyOnServer } from '../../sample/database.ts';
import { restOfTests, tested } from '../../support/tested.ts';
import { memoryUnitOfWork } from './memory.ts';
import { repositoryContract } from './repository-contract.ts';

if (!restOfTests) {
  repositoryContract('in memory', async () => ({ unitOfWork: memoryUnitOfWork(), close: async () => {} }));

  repositoryContract('on PGlite', async () => {
    const { pool, close } = await openEmbedded();
    return { unitOfWork: createUnitOfWork(pool), close };
  });
}

for (const major of tested([16, 18])) {
  repositoryContract(`on PostgreSQL ${major}`, async () => {
    const server = await openEmptyOnServer(major);
    await migrate(server.client, 'up');
    const { pool, close } = openServer(server.url);
    return {
      unitOfWork: createUnitOfWork(pool),
      async close() {
        await close();
        await server.close();
      },
    };
  });
}
