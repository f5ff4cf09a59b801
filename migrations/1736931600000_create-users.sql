-- Up Migration

CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@\s]+@[^@\s]+$' AND VALUE = lower(VALUE));

CREATE TYPE address AS (
  street text,
  city text,
  postal_code text,
  country text
);

CREATE FUNCTION set_updated_at() RETURNS trigger
  LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email email NOT NULL UNIQUE,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  address address,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER users_set_updated_at
  BEFORE UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION set_updated_at();

COMMENT ON COLUMN users.email IS 'In lower case, so that uniqueness does not depend on spelling.';
COMMENT ON COLUMN users.address IS 'Where papers are sent; any part may be missing.';

-- Down Migration

DROP TABLE users;
DROP FUNCTION set_updated_at();
DROP TYPE address;
DROP DOMAIN email;
