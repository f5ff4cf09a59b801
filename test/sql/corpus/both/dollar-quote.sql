/* @name DollarQuotes */
SELECT $$ :no ; -- ' $$ AS a, :yes::text AS b;
