import type { Clock } from './clock.ts';
import type { TaskRepository } from './task-repository.ts';
import type { UserRepository } from './user-repository.ts';

export interface Repositories {
  readonly tasks: TaskRepository;
  readonly users: UserRepository;
}

/** Runs work that is kept as a whole or, if it throws, not at all. */
export interface UnitOfWork {
  run<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
}

/** Everything that the use cases need of the world. */
export interface Ports {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
}
