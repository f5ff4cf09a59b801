import { randomBytes } from 'node:crypto';
import { diagnostic, Failure } from '../../diagnostic.ts';
import type { Config } from '../../project/config.ts';
import type { SchemaFile } from '../../project/schema-files.ts';
import { systemCode } from '../../system-error.ts';
import type { Database } from '../database.ts';
import { testcontainers } from '../imported.ts';
import { abandonable } from '../server/abandonable.ts';
import { openScratch } from './server.ts';

/**
 * Starts a PostgreSQL container, with the migrations applied; closing removes it.
 * @param files its migrations or schema files, as readSchemaFiles returns them
 * @param load brings in testcontainers, which is installed only where it is used
 * @throws Failure: 1 a failing migration, 2 testcontainers is not installed, 3 there is no container engine
 */
export async function openContainer(
  config: Config,
  files: readonly SchemaFile[],
  image: string,
  signal?: AbortSignal,
  load: () => Promise<typeof import('testcontainers')> = testcontainers,
): Promise<Database> {
  const { GenericContainer, Wait } = await load().catch((error: unknown) => {
    throw notInstalled(error);
  });
  const password = randomBytes(16).toString('hex');
  const starting = new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: password, POSTGRES_INITDB_ARGS: '--no-sync' })
    .withCommand(['postgres', '-c', 'fsync=off'])
    .withTmpFs({ '/var/lib/postgresql': 'rw' })
    .withExposedPorts(5432)
    // The image starts the server twice: the first one, without a port, is for its own initialisation.
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
    .catch((error: unknown) => {
      throw notStarted(error, image);
    });
  const container = await abandonable(signal, starting, (started) => started.stop());
  const connection = {
    host: container.getHost(),
    port: container.getMappedPort(5432),
    user: 'postgres',
    password,
    database: 'postgres',
  };
  try {
    const database = await openScratch(config, files, connection, true, { signal });
    let closing: Promise<void> | null = null;
    const close = () => {
      closing ??= database.client
        .end()
        .then(() => container.stop())
        .then(() => {});
      return closing;
    };
    return { ...database, description: `${database.description} (${image})`, close };
  } catch (error) {
    await container.stop();
    throw error;
  }
}

function notInstalled(error: unknown): unknown {
  if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') return error;
  const message = '"database": "container" needs the package testcontainers, which is not installed.';
  return new Failure(2, [
    diagnostic({ code: 'ND5013', message, hint: 'Install it: npm i -D testcontainers' }),
  ]);
}

function notStarted(error: unknown, image: string): Failure {
  const said = error instanceof Error ? error.message : String(error);
  if (/container runtime/i.test(said)) {
    const message =
      'No container engine is found: "database": "container" needs Docker or a compatible engine.';
    const hint =
      'Start it, or set "database": "embedded" under "nodrift" in the configuration, which needs none.';
    return new Failure(3, [diagnostic({ code: 'ND5014', message, hint })]);
  }
  const message = `The container ${image} does not start: ${said}`;
  return new Failure(3, [
    diagnostic({
      code: 'ND5015',
      message,
      hint: 'Check the name of the image. `docker pull` prints the reason.',
    }),
  ]);
}
