"""What there is to translate is counted in a third of the time: each text read once, indexes made at the end.

The functions of 0016 say the same as before; what follows a change at the desk is worked out by the same SQL.
"""

from importlib import import_module
from types import ModuleType

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SAID_AT_THE_DESK = """
  SELECT r.id AS thing, each.field, p.part AS lang, p.state AS stage,
         newest.content -> each.field ->> 'text' IS NOT NULL AS there,
         newest.content -> each.field ->> 'state' AS state,
         newest.content -> each.field ->> 'source' AS made_from,
         CASE WHEN p.state <> 'withdrawn' THEN shown.content -> each.field ->> 'text' END AS shown
    FROM record r
    JOIN record_part p ON p.record_id = r.id AND p.part <> 'facts' AND p.latest > 0
    JOIN record_version newest
      ON newest.record_id = r.id AND newest.part = p.part AND newest.number = p.latest
    JOIN record_version shown ON shown.record_id = r.id AND shown.part = p.part
     AND shown.number = COALESCE(p.published, p.latest)
   CROSS JOIN LATERAL (SELECT jsonb_object_keys(newest.content) AS field
                        UNION SELECT jsonb_object_keys(shown.content)) AS each
   WHERE r.layer <> 'infrastructure' AND {which} AND NOT EXISTS (
     SELECT 1 FROM record_part facts LEFT JOIN feature f ON f.id = r.feature_id
      WHERE facts.record_id = r.id AND facts.part = 'facts'
        AND (facts.state = 'withdrawn' OR facts.state = 'published' AND f.withdrawn_at IS NOT NULL))
"""
"""A thing of the desk: its newest texts are worked on; what is public of the others is translated from."""
SAID_BY_THE_FOLDER = """
  SELECT t.feature_id AS thing, t.field, t.lang, 'published'::text AS stage, true AS there,
         t.state, t.source_hash AS made_from, t.text AS shown FROM feature_text t
"""
OF_THE_DESK = "JOIN record n ON n.id = t.thing"
OF_THE_FOLDER = """
  JOIN feature n ON n.id = t.thing AND n.layer <> 'infrastructure' AND n.withdrawn_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM record r WHERE r.layer = n.layer AND r.key = n.key)
"""
UNITS = """
WITH speech AS MATERIALIZED (
  SELECT config ->> 'source_language' AS source,
         ARRAY(SELECT jsonb_array_elements_text(config -> 'languages')) AS langs FROM commune),
things AS (
  SELECT s.thing, s.field,
         substr(min((CASE WHEN s.lang = speech.source THEN '!'
                          ELSE chr(100 + COALESCE(array_position(speech.langs, s.lang::text), 999)) END
                     || s.lang) COLLATE "C") FILTER (WHERE s.shown IS NOT NULL), 2) AS source,
         array_agg(left(encode(sha256(convert_to(s.shown, 'UTF8')), 'hex'), 32)) AS hashes,
         array_agg(s.lang::text) AS langs, array_agg(s.made_from) AS made_from, array_agg(s.stage) AS stages,
         array_agg(CASE WHEN NOT s.there THEN 0 WHEN s.state = 'attested' THEN 5
                        WHEN s.state = 'reviewed' THEN 4 WHEN s.state = 'written' THEN 3 ELSE 2 END) AS ranks
    FROM ({said}) AS s CROSS JOIN speech GROUP BY s.thing, s.field)
INSERT INTO {into} (layer, key, field, lang, rank, later, stage, source)
SELECT n.layer, n.key, t.field, wanted.lang,
       CASE WHEN COALESCE(t.ranks[it.is_at], 0) = 0 THEN 0
            WHEN t.made_from[it.is_at] IS NOT NULL
                 AND NOT COALESCE(t.made_from[it.is_at] = ANY (t.hashes), false) THEN 1
            ELSE t.ranks[it.is_at] END,
       CASE WHEN t.field = 'note' THEN 2 WHEN n.layer IN ('monuments', 'routes') THEN 0 ELSE 1 END,
       COALESCE(t.stages[it.is_at], ''), t.source
  FROM things t {of} CROSS JOIN speech
 CROSS JOIN LATERAL unnest(speech.langs) AS wanted (lang)
 CROSS JOIN LATERAL (SELECT array_position(t.langs, wanted.lang) AS is_at) AS it
 WHERE t.source IS NOT NULL AND wanted.lang <> t.source
"""
"""One row a thing and field, its languages in arrays; then one a language that is wanted.

The source is the commune's source language where it is said, else the first of the languages that is: the
least of a sign for its place and its name.
"""
REBUILD = """
CREATE OR REPLACE FUNCTION translation_rebuild() RETURNS void LANGUAGE plpgsql
SET work_mem = '64MB' SET maintenance_work_mem = '128MB' AS $$
DECLARE
  made text[];
  one text;
BEGIN
  LOCK TABLE translation_unit IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT 1 FROM translation_unit) THEN
    SELECT array_agg(pg_get_indexdef(indexrelid)) INTO made FROM pg_index
     WHERE indrelid = 'translation_unit'::regclass AND NOT indisprimary;
    FOR one IN SELECT indexrelid::regclass FROM pg_index
                WHERE indrelid = 'translation_unit'::regclass AND NOT indisprimary LOOP
      EXECUTE 'DROP INDEX ' || one;
    END LOOP;
    {desk_first};
    {folder_first};
    FOREACH one IN ARRAY COALESCE(made, '{}') LOOP
      EXECUTE one;
    END LOOP;
    ANALYZE translation_unit;
  ELSE
    DROP TABLE IF EXISTS fresh_unit;
    CREATE TEMPORARY TABLE fresh_unit (LIKE translation_unit) ON COMMIT DROP;
    {desk_fresh};
    {folder_fresh};
    ANALYZE fresh_unit;
    DELETE FROM translation_unit u WHERE NOT EXISTS (
      SELECT 1 FROM fresh_unit f
       WHERE f.layer = u.layer AND f.key = u.key AND f.field = u.field AND f.lang = u.lang
         AND f.rank = u.rank AND f.later = u.later AND f.stage = u.stage AND f.source = u.source);
    INSERT INTO translation_unit (layer, key, field, lang, rank, later, stage, source)
    SELECT layer, key, field, lang, rank, later, stage, source FROM fresh_unit f WHERE NOT EXISTS (
      SELECT 1 FROM translation_unit u
       WHERE f.layer = u.layer AND f.key = u.key AND f.field = u.field AND f.lang = u.lang)
     ORDER BY layer, key, field, lang;
    DROP TABLE fresh_unit;
  END IF;
  DELETE FROM translation_count;
  INSERT INTO translation_count (layer, field, lang, rank, stage, many)
  SELECT layer, field, lang, rank, stage, count(*) FROM translation_unit GROUP BY 1, 2, 3, 4, 5;
END $$
"""
"""Where nothing was counted before, nobody reads there: indexes are made once all rows are in."""


def upgrade() -> None:
    """Put the functions in the place of the old ones. What they keep is the same."""
    desk = UNITS.replace("{said}", SAID_AT_THE_DESK).replace("{of}", OF_THE_DESK)
    folder = UNITS.replace("{said}", SAID_BY_THE_FOLDER).replace("{of}", OF_THE_FOLDER)
    whole = desk.replace("{which}", "true")
    in_order = " ORDER BY 1, 2, 3, 4"
    one = desk.replace("{which}", "r.id = translation_follow.which").replace("{into}", "translation_unit")
    _replace(
        REBUILD.replace("{desk_first}", whole.replace("{into}", "translation_unit"))
        .replace("{folder_first}", folder.replace("{into}", "translation_unit") + in_order)
        .replace("{desk_fresh}", whole.replace("{into}", "fresh_unit"))
        .replace("{folder_fresh}", folder.replace("{into}", "fresh_unit"))
    )
    _replace(_before().FUNCTIONS[1].replace("{of_one}", one))


def downgrade() -> None:
    """Put those of 0016 back."""
    before = _before()
    desk = before.UNITS.format(said=before.SAID_AT_THE_DESK, into="{into}")
    folder = before.UNITS.format(said=before.SAID_BY_THE_FOLDER, into="fresh_unit")
    one = desk.format(which="r.id = translation_follow.which", into="translation_unit")
    rebuild, follow = before.FUNCTIONS[:2]
    _replace(
        rebuild.replace("{of_the_desk}", desk.format(which="true", into="fresh_unit")).replace(
            "{of_the_folder}", folder
        )
    )
    op.execute("ALTER FUNCTION translation_rebuild() RESET ALL")
    _replace(follow.replace("{of_one}", one))


def _before() -> ModuleType:
    return import_module("core.migrations.versions.0016_translating")


def _replace(function: str) -> None:
    made = function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    op.execute(sa.text(made.replace(":", r"\:")))
