/*
  @name ListNotes :many
  @optional search, pinned
  @param limit!
  @param offset!
  A page of notes, newest first. A filter that is omitted does not filter.
*/
SELECT slug, title, pinned, created_at
FROM notes
WHERE title ILIKE '%' || :search || '%'
  AND pinned = :pinned
ORDER BY created_at DESC, id DESC
LIMIT :limit OFFSET :offset;

/*
  @name GetNote :maybe
  A note with its comments, oldest first.
*/
SELECT
  slug,
  title,
  body,
  pinned,
  created_at,
  ARRAY(
    SELECT comment
    FROM (
      SELECT author, text, written_at AS "writtenAt"
      FROM comments
      WHERE note_id = notes.id
      ORDER BY id
    ) AS comment
  ) AS comments
FROM notes
WHERE slug = :slug;

/* @name CreateNote :one */
INSERT INTO notes (slug, title, body)
VALUES (:slug, :title, :body)
RETURNING slug, title, body, pinned, created_at;

/*
  @name ImportNotes :execrows
  @param notes -> ((slug, title, body)...)
  Adds many notes in one statement; notes whose slug exists are skipped.
*/
INSERT INTO notes (slug, title, body)
VALUES :notes
ON CONFLICT (slug) DO NOTHING;

/* @name AddComment :execrows */
INSERT INTO comments (note_id, author, text)
SELECT id, :author, :text
FROM notes
WHERE slug = :slug;

/* @name MoveComments :execrows */
UPDATE comments
SET note_id = target.id
FROM notes AS source, notes AS target
WHERE comments.note_id = source.id AND source.slug = :from AND target.slug = :to;

/* @name DeleteNote :execrows */
DELETE FROM notes WHERE slug = :slug;
