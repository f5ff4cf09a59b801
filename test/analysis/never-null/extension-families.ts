import type { AggregateFamily, Family } from './families.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Which functions of extensions never return NULL, by extension; besides these, strict functions that compare for an
 * index or are a cast. The rules are those of families.ts: only what is argued for, and never gave NULL on any major.
 *
 * Omitted on purpose: `->` of hstore (missing keys) and svals, lca and `?@>` and the like of ltree (nothing in common,
 * no element), regexp_match and split_part of citext (no match, no such part), daitch_mokotoff (empty text), populate_record.
 */
export const extensionFamilies: Readonly<Record<string, readonly Family[]>> = {
  citext: [
    {
      because: 'those of text, without case',
      rule: 'args',
      names: words(`
        citext_larger citext_smaller regexp_replace regexp_split_to_array replace strpos translate
        texticlike texticnlike texticregexeq texticregexne citext_pattern_cmp`),
    },
    {
      because: 'a strict function of a NULL returns no row; these sets are of existing things',
      rule: 'rows',
      names: words('regexp_matches regexp_split_to_table'),
    },
  ],
  fuzzystrmatch: [
    {
      because: 'a number, or a code of text, which may be empty',
      rule: 'args',
      names: words(`
        difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal metaphone soundex
        text_soundex`),
    },
  ],
  hstore: [
    {
      because: 'they ask for what every hstore has, also an empty one',
      rule: 'args',
      names: words(`
        akeys avals defined delete exist exists_all exists_any hs_concat hs_contained hs_contains isdefined isexists
        hstore_to_array hstore_to_matrix hstore_to_json hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose slice
        slice_array`),
    },
    {
      because: 'pairs make a hstore, a row does',
      rule: 'args',
      names: ['hstore'],
      only: /^(text\[\]|record)$/,
    },
    {
      because: 'the value may be NULL',
      rule: 'first',
      names: words('hstore tconvert'),
      only: /^text(\[\])?, /,
    },
    { because: 'keys are never NULL', rule: 'rows', names: ['skeys'] },
    { because: 'keys are never NULL', rule: 'key only', names: ['each'] },
  ],
  intarray: [
    {
      because: 'an empty array is a value',
      rule: 'args',
      names: words(`
        icount idx intarray_del_elem intarray_push_array intarray_push_elem intset intset_subtract intset_union_elem sort
        sort_asc sort_desc subarray uniq boolop rboolop _int_contained _int_contains _int_different _int_inter _int_overlap
        _int_same _int_union`),
    },
  ],
  ltree: [
    {
      because: 'an empty path is a value, and a path matches or does not',
      rule: 'args',
      names: words(`
        index nlevel subltree subpath text2ltree ltree2text ltree_addltree ltree_addtext ltree_textadd ltree_isparent
        ltree_risparent ltq_regex ltq_rregex lt_q_regex lt_q_rregex ltxtq_exec ltxtq_rexec _ltree_isparent
        _ltree_r_isparent _ltree_risparent _ltree_r_risparent _ltq_regex _ltq_rregex _lt_q_regex _lt_q_rregex _ltxtq_exec
        _ltxtq_rexec`),
    },
  ],
  pg_trgm: [
    {
      because: 'any two texts are more or less alike',
      rule: 'args',
      names: words(`
        similarity similarity_dist similarity_op show_trgm show_limit set_limit word_similarity word_similarity_op
        word_similarity_commutator_op word_similarity_dist_op word_similarity_dist_commutator_op strict_word_similarity
        strict_word_similarity_op strict_word_similarity_commutator_op strict_word_similarity_dist_op
        strict_word_similarity_dist_commutator_op`),
    },
  ],
  pgcrypto: [
    {
      because: 'they have a result or raise an error',
      rule: 'args',
      names: words(`
        armor dearmor crypt gen_salt digest hmac encrypt encrypt_iv decrypt decrypt_iv gen_random_bytes gen_random_uuid
        pgp_sym_encrypt pgp_sym_encrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea`),
    },
  ],
  unaccent: [{ because: 'what has no accent stays as it is', rule: 'args', names: ['unaccent'] }],
  'uuid-ossp': [
    {
      because: 'a new value each time, one of a name, or a constant',
      rule: 'args',
      names: words(`
        uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns
        uuid_ns_oid uuid_ns_url uuid_ns_x500`),
    },
  ],
  vector: [
    {
      because: 'a number, which may be NaN, or an error where the dimensions differ',
      rule: 'args',
      names: words(`
        l1_distance l2_distance cosine_distance inner_product hamming_distance jaccard_distance l2_norm vector_norm vector_dims
        vector_l2_squared_distance vector_negative_inner_product vector_spherical_distance halfvec_l2_squared_distance
        halfvec_negative_inner_product halfvec_spherical_distance sparsevec_l2_squared_distance
        sparsevec_negative_inner_product`),
    },
    {
      because: 'of vectors a vector, or an error',
      rule: 'args',
      names: words(`
        l2_normalize subvector binary_quantize vector_add vector_sub vector_mul vector_concat halfvec_add halfvec_sub
        halfvec_mul halfvec_concat`),
    },
  ],
};

/** Which aggregates of extensions are NULL only where every input was, by extension. */
export const extensionAggregateFamilies: Readonly<Record<string, readonly AggregateFamily[]>> = {
  citext: [{ because: 'one of the texts', rule: 'args', names: words('max min') }],
  vector: [{ because: 'added up, NULL only over no input', rule: 'args', names: words('avg sum') }],
};

/** Extensions of which only PGlite has a build here: nothing is asked of the servers. */
const embeddedOnly = new Set(['vector']);

/** The extensions that families speak for, as far as a kind of server has them. */
export function extensionsOf(server: 'native' | 'embedded'): readonly string[] {
  return Object.keys(extensionFamilies).filter((name) => embeddedOnly.has(name) === (server === 'embedded'));
}
