

	/*	@name	Tabs	*/	SELECT	:a::text	AS	a	;
   /* @name Blanks */   SELECT   :a::text   AS   a   ;



/* @name EmptyLines */


SELECT


:a::text AS a


;
