import { observe } from 'nodrift-runtime';
import { openDatabase } from './database.ts';
import { createApi } from './server.ts';

observe(({ query, durationMillis, rowCount, failed, code }) => {
  console.log(JSON.stringify({ query, durationMillis: Math.round(durationMillis), rowCount, failed, code }));
});

const database = await openDatabase();
const server = createApi(database.db);
const port = Number(process.env.PORT ?? 3000);
server.listen(port, () => console.log(`Listening on http://localhost:${port}/notes`));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => database.close());
    server.closeIdleConnections();
  });
}
