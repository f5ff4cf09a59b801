/**
 * Which built-in functions never return NULL, family by family, each with the reason why that can be relied upon.
 * Only what is argued for here may get into the table, and only if calling it on every major never gave NULL.
 *
 * Omitted on purpose, as they return NULL for some argument: `->`, `->>`, `#>`, `#>>` and jsonb subscripts
 * (missing keys, JSON null), casts of jsonb to scalars (JSON null, from PostgreSQL 18 on), array_length,
 * array_ndims, array_lower, array_upper, array_dims, array_position (not there), lower and upper of ranges
 * (empty, unbounded), scale and min_scale (NaN), to_char of dates and to_number (infinity, empty format; see format.ts),
 * extract and date_part (fields of infinity; see extract.ts), substring with a pattern, regexp_match, regexp_substr (no match), jsonpath
 * predicates, inet_client_addr and the like, current_schema, geometry (`#`, `##`), pg_get_*, obj_description,
 * to_regclass and the like, overlaps, width_bucket over a function, jsonb_set_lax, has_*_privilege.
 */
export type Rule =
  /** Never NULL if no argument is. */
  | 'args'
  /** Never NULL, whatever the arguments. */
  | 'always'
  /** Never NULL if some argument is not. */
  | 'any'
  /** Never NULL if the first argument is not. */
  | 'first'
  /** A set of which no value is NULL. */
  | 'rows'
  /** A set of (key, value), neither NULL. */
  | 'key'
  /** A set of (key, value); the value may be NULL. */
  | 'key only'
  /** A set of an array's elements. */
  | 'elements';

export interface Family {
  readonly because: string;
  readonly rule: Rule;
  /** Names in pg_proc. */
  readonly names: readonly string[];
  /** Of overloaded names: only those whose argument types (as `oidvectortypes` prints them) match. */
  readonly only?: RegExp;
}

export interface AggregateFamily extends Omit<Family, 'rule'> {
  readonly rule: AggregateRule;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const families: readonly Family[] = [
  {
    because: 'arithmetic either has a result or raises an error; NaN and infinity are values',
    rule: 'args',
    names: words(`
      abs ceil ceiling floor round trunc sign sqrt cbrt dsqrt dcbrt exp ln log log10 power pow dpow dexp dlog1 dlog10 mod div gcd lcm
      factorial degrees radians pi sin cos tan cot asin acos atan atan2 sind cosd tand cotd asind acosd atand atan2d
      sinh cosh tanh asinh acosh atanh erf erfc random random_normal trim_scale numeric_inc numeric_uplus numeric_uminus
      gamma lgamma bit_count`),
    only: /^(?!.*(point|path|lseg|box|polygon|circle|line))/,
  },
  {
    because: 'a bucket number or an error',
    rule: 'args',
    names: ['width_bucket'],
    only: /^(double precision|numeric), /,
  },
  {
    because: 'text goes in and text, a number or an array comes out; an empty one where there is nothing',
    rule: 'args',
    names: words(`
      length char_length character_length octet_length bit_length lower upper initcap btrim ltrim rtrim lpad rpad
      repeat replace reverse left right substr strpos position starts_with ascii chr md5 sha224 sha256 sha384 sha512
      encode decode to_hex to_bin to_oct quote_ident quote_literal split_part translate overlay regexp_replace regexp_count
      regexp_like regexp_instr regexp_split_to_array string_to_array normalize unistr casefold textcat bytea_string_agg_finalfn
      get_bit get_byte set_bit set_byte convert convert_from convert_to like_escape similar_to_escape
      pg_client_encoding parse_ident crc32 crc32c is_normalized`),
    only: /^(?!.*(range|lseg|path|tsvector))/,
  },
  {
    because: 'by position, not by pattern',
    rule: 'args',
    names: ['substring'],
    only: /^(text|bytea|bit), integer/,
  },
  { because: 'NULL arguments are left out', rule: 'always', names: ['concat', 'quote_nullable'] },
  { because: 'NULL only without a separator or a format', rule: 'first', names: ['concat_ws', 'format'] },
  {
    because: 'dates and times are moved along a line whose ends are values (infinity), or an error is raised',
    rule: 'args',
    names: words(`
      date_trunc date_bin make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours
      justify_interval isfinite timezone now transaction_timestamp statement_timestamp clock_timestamp timeofday
      date_add date_subtract age to_date to_timestamp`),
    only: /^(?!xid)/,
  },
  {
    because: 'of a time of day every field is there',
    rule: 'args',
    names: ['extract', 'date_part'],
    only: /^text, time with(out)? time zone$/,
  },
  {
    because: 'an empty format gives empty text',
    rule: 'args',
    names: ['to_char'],
    only: /^(integer|bigint|numeric|real|double precision), text$/,
  },
  { because: 'a new value each time', rule: 'args', names: ['gen_random_uuid', 'uuidv4', 'uuidv7'] },
  {
    because: 'JSON null is a value; every one of these builds or measures JSON',
    rule: 'args',
    names: words(`
      to_json to_jsonb row_to_json array_to_json json_object jsonb_object jsonb_set jsonb_insert jsonb_strip_nulls
      json_strip_nulls jsonb_pretty json_typeof jsonb_typeof json_array_length jsonb_array_length`),
  },
  {
    because: 'NULL arguments become JSON null',
    rule: 'always',
    names: words('json_build_object jsonb_build_object json_build_array jsonb_build_array'),
  },
  {
    because: 'NULL is an element like others, and a NULL array is like an empty one',
    rule: 'always',
    names: words('array_append array_prepend'),
  },
  {
    because: 'only the type of the argument counts',
    rule: 'always',
    names: words('enum_range enum_first enum_last'),
    only: /^anyenum$/,
  },
  { because: 'a NULL array is like an empty one', rule: 'any', names: ['array_cat'] },
  {
    because: 'an element may be NULL, the array is what counts',
    rule: 'first',
    names: words('array_remove array_replace array_positions'),
  },
  {
    because: 'of an empty array these are 0, empty text, an empty array',
    rule: 'args',
    names: words(
      'cardinality trim_array array_sort array_reverse array_shuffle array_sample array_larger array_smaller',
    ),
    only: /^anyarray/,
  },
  { because: 'an empty array is empty text', rule: 'args', names: ['array_to_string'] },
  { because: 'the dimensions may not be NULL, the element may', rule: 'args', names: ['array_fill'] },
  {
    because: 'they ask for what every range has, also an empty one',
    rule: 'args',
    names: words('isempty lower_inc upper_inc lower_inf upper_inf range_merge multirange'),
  },
  {
    because: 'a missing bound is no bound',
    rule: 'always',
    names: words('int4range int8range numrange daterange tsrange tstzrange'),
  },
  {
    because: 'made of ranges',
    rule: 'args',
    names: words('int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange'),
  },
  {
    because: 'every address has these',
    rule: 'args',
    names: words(
      'host family masklen netmask network broadcast hostmask set_masklen abbrev inet_same_family inet_merge',
    ),
  },
  {
    because: 'text search over documents, which may be empty',
    rule: 'args',
    names: words(`
      to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline setweight
      strip numnode querytree tsvector_to_array array_to_tsvector tsquery_phrase ts_delete`),
  },
  { because: 'the length of a document', rule: 'args', names: ['length'], only: /^tsvector$/ },
  {
    because: 'the server knows itself and its sequences',
    rule: 'args',
    names: words(
      'version current_database pg_backend_pid pg_postmaster_start_time nextval currval lastval setval pg_size_pretty',
    ),
    only: /^(?!xid)/,
  },
  {
    because: 'they look at whether values are NULL, or at their type',
    rule: 'always',
    names: words('num_nulls num_nonnulls pg_typeof'),
  },
  {
    because: 'a strict function of a NULL returns no row; these sets are of existing things',
    rule: 'rows',
    names: words(`
      generate_series generate_subscripts json_object_keys jsonb_object_keys json_array_elements jsonb_array_elements
      regexp_matches regexp_split_to_table`),
  },
  {
    because: 'two arguments: no text stands for NULL',
    rule: 'rows',
    names: ['string_to_table'],
    only: /^text, text$/,
  },
  { because: 'ranges of a multirange', rule: 'rows', names: ['unnest'], only: /^anymultirange$/ },
  { because: 'JSON null is a value', rule: 'key', names: words('json_each jsonb_each') },
  { because: 'JSON null becomes NULL', rule: 'key only', names: words('json_each_text jsonb_each_text') },
  { because: 'the elements themselves', rule: 'elements', names: ['unnest'], only: /^anyarray$/ },
];

/**
 * Operators by name: of operands of these types they either have a result or raise an error. `type` matches both
 * operands' and the result's type names.
 */
export const operators: readonly {
  readonly because: string;
  readonly names: readonly string[];
  readonly type: RegExp;
}[] = [
  {
    because: 'arithmetic on numbers, money, dates and times',
    names: words('+ - * / % ^ @ |/ ||/ & | # ~ << >>'),
    type: /^(smallint|integer|bigint|real|double precision|numeric|money|date|interval|time with(out)? time zone|timestamp with(out)? time zone|bit|bit varying|pg_lsn|inet|macaddr8?|boolean)$/,
  },
  {
    because: 'text is joined and matched',
    names: words('|| ~~ !~~ ~~* !~~* ~ !~ ~* !~* ^@ ~<~ ~<=~ ~>~ ~>=~'),
    type: /^(text|character|name|bytea|bit|bit varying|boolean|anynonarray|anycompatiblenonarray)$/,
  },
  {
    because: 'transaction ids are compared as numbers',
    names: words('= <>'),
    type: /^(xid|integer|boolean)$/,
  },
  {
    because: 'containers are compared as sets',
    names: words('@> <@ && ? ?| ?& -|- << >> &< &> + - * <<| |>> #- || @@ @@@ !! <-> <<= >>= @'),
    type: /^(anyarray|anycompatiblearray|anyrange|anymultirange|anyelement|jsonb|text|text\[\]|integer|inet|tsvector|tsquery|boolean)$/,
  },
];

/** Aggregates by name: when they are never NULL. */
export type AggregateRule =
  /** Also over no row at all. */
  | 'always'
  /** Over at least one row. */
  | 'rows'
  /** Over at least one row, if no argument is ever NULL. */
  | 'args';

export const aggregateFamilies: readonly AggregateFamily[] = [
  {
    because: 'they count',
    rule: 'always',
    names: words('count regr_count'),
  },
  {
    because: 'the rank of a row that is made up',
    rule: 'always',
    names: words('rank dense_rank percent_rank cume_dist'),
  },
  {
    because: 'every row becomes an element, NULL too',
    rule: 'rows',
    names: words('array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg'),
  },
  {
    because: 'NULL only where every input was',
    rule: 'args',
    names: words(`
      sum avg min max bool_and bool_or every bit_and bit_or bit_xor string_agg any_value range_agg range_intersect_agg
      var_pop stddev_pop covar_pop regr_avgx regr_avgy regr_sxx regr_syy regr_sxy mode xmlagg`),
  },
  {
    because: 'between values that are there',
    rule: 'args',
    names: words('percentile_cont percentile_disc'),
    only: /^double precision[^[]*$/,
  },
];
