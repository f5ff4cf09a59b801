/* @name TaggedDollarQuotes */
SELECT $tag$ :no $ $$ $tag$ AS a, :yes::text AS b;
