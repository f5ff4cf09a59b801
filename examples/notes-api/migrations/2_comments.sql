-- Up Migration
CREATE TABLE comments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  note_id bigint NOT NULL REFERENCES notes ON DELETE CASCADE,
  author text NOT NULL,
  text text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX comments_note_id_idx ON comments (note_id);

-- Down Migration
DROP TABLE comments;
