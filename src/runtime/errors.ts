/** Where an error comes from: a query's definition has both. */
export interface Origin {
  readonly name: string;
  readonly file: string;
}

/**
 * The base class of everything that a query throws. What loggers print of it (message, fields, stack)
 * holds no parameter's and no column's value.
 */
export class QueryError extends Error {
  // Fields are declared alone, here and in its subclasses, as their constructors set them: it makes bundles smaller.
  /** The query's name, as in the `.sql` file. */
  declare readonly query: string;
  /** The `.sql` file, relative to the project. */
  declare readonly file: string;

  constructor(origin: Origin, name: string, message: string, cause?: QueryError) {
    super(`${origin.name} (${origin.file}): ${message}`, cause && { cause });
    // Written out in each class, because minifiers rename classes; and no field that loggers print.
    Object.defineProperty(this, 'name', { value: name });
    this.query = origin.name;
    this.file = origin.file;
  }
}

/** A `:one` query found no row. */
export class NoRowError extends QueryError {
  constructor(origin: Origin) {
    super(origin, 'NoRowError', 'expected exactly one row, found none');
  }
}

/** A `:one` or `:maybe` query found more than one row. */
export class TooManyRowsError extends QueryError {
  /** How many rows came. */
  declare readonly rowCount: number;

  constructor(origin: Origin, rowCount: number, expected: string) {
    super(origin, 'TooManyRowsError', `expected ${expected}, found ${rowCount}`);
    this.rowCount = rowCount;
  }
}

/** A list parameter was empty, and the place where it is has no meaning without an element. */
export class EmptyListError extends QueryError {
  declare readonly parameter: string;

  constructor(origin: Origin, parameter: string) {
    super(origin, 'EmptyListError', `the list "${parameter}" is empty; nothing was sent`);
    this.parameter = parameter;
  }
}

/** None of the parameters is given that the statement would assign. Nothing was sent. */
export class EmptyUpdateError extends QueryError {
  constructor(origin: Origin) {
    super(origin, 'EmptyUpdateError', 'none of the values to be assigned is given; nothing was sent');
  }
}

/** A parameter's value cannot be written as its Postgres type. */
export class EncodeError extends QueryError {
  declare readonly parameter: string;

  constructor(origin: Origin, parameter: string, reason: string) {
    super(origin, 'EncodeError', `parameter "${parameter}": ${reason}`);
    this.parameter = parameter;
  }
}

/** What Postgres sent for a column cannot be read as the column's declared type, or is more than can be held. */
export class DecodeError extends QueryError {
  /** '' where that is not known. */
  declare readonly column: string;

  constructor(origin: Origin, column: string, reason: string) {
    super(origin, 'DecodeError', column === '' ? reason : `column "${column}": ${reason}`);
    this.column = column;
  }
}

/** The database answers with other columns than the module was generated for. */
export class StaleQueryError extends QueryError {
  /** The column that is another one, as the module has it; null where their number is. */
  declare readonly column: string | null;

  constructor(origin: Origin, column: string | null, what: string, found: string, expected: string) {
    super(
      origin,
      'StaleQueryError',
      `${what} ${found}, the generated module expects ${expected}; run \`nodrift generate\``,
    );
    this.column = column;
  }
}

/** The connection cannot stream, or its `stream` does not keep the convention. */
export class StreamError extends QueryError {
  constructor(origin: Origin, message: string) {
    super(origin, 'StreamError', message);
  }
}
