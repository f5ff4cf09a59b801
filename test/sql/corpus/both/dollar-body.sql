/* @name Block */
DO $body$
  BEGIN
    PERFORM 1;
    RETURN;
  END;
$body$ LANGUAGE plpgsql;
