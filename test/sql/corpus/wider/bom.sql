-- @name ByteOrderMark
-- params: a
SELECT :a::text AS a