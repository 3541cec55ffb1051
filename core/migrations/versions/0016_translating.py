"""The desk of translators: what there is to do, counted; the term list; what reviewers send back with.

What there is to do (`translation_unit`) follows the parts of things by triggers, whoever changes them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.trail import making

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

SAID_AT_THE_DESK = """
  SELECT r.layer, r.key, r.id AS record_id, each.field, p.part AS lang, p.state AS stage,
         newest.content -> each.field ->> 'text' AS text, newest.content -> each.field ->> 'state' AS state,
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
  SELECT f.layer, f.key, NULL::bigint AS record_id, t.field, t.lang, 'published'::text AS stage,
         t.text, t.state, t.source_hash AS made_from, t.text AS shown
    FROM feature f JOIN feature_text t ON t.feature_id = f.id
   WHERE f.layer <> 'infrastructure' AND f.withdrawn_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM record r WHERE r.layer = f.layer AND r.key = f.key)
"""
UNITS = """
WITH speech AS (
  SELECT config ->> 'source_language' AS source,
         ARRAY(SELECT jsonb_array_elements_text(config -> 'languages')) AS langs FROM commune),
said AS (
  SELECT s.*, left(encode(sha256(convert_to(shown, 'UTF8')), 'hex'), 32) AS hash FROM ({said}) AS s),
things AS (
  SELECT layer, key, field, (array_agg(lang ORDER BY lang <> source, array_position(langs, lang))
           FILTER (WHERE shown IS NOT NULL))[1] AS source, array_agg(hash) AS hashes
    FROM said, speech GROUP BY layer, key, field)
INSERT INTO {into} (layer, key, field, lang, rank, later, stage, source)
SELECT t.layer, t.key, t.field, wanted.lang,
       CASE WHEN s.text IS NULL THEN 0
            WHEN s.made_from IS NOT NULL AND NOT COALESCE(s.made_from = ANY (t.hashes), false) THEN 1
            WHEN s.state = 'attested' THEN 5 WHEN s.state = 'reviewed' THEN 4 WHEN s.state = 'written' THEN 3
            ELSE 2 END,
       CASE WHEN t.field = 'note' THEN 2 WHEN t.layer IN ('monuments', 'routes') THEN 0 ELSE 1 END,
       COALESCE(s.stage, ''), t.source
  FROM things t CROSS JOIN speech
 CROSS JOIN LATERAL unnest(speech.langs) AS wanted (lang)
  LEFT JOIN said s ON s.layer = t.layer AND s.key = t.key AND s.field = t.field AND s.lang = wanted.lang
 WHERE t.source IS NOT NULL AND wanted.lang <> t.source
"""
FUNCTIONS = (
    """
CREATE FUNCTION translation_rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE translation_unit IN SHARE ROW EXCLUSIVE MODE;
  DROP TABLE IF EXISTS fresh_unit;
  CREATE TEMPORARY TABLE fresh_unit (LIKE translation_unit) ON COMMIT DROP;
  {of_the_desk};
  {of_the_folder};
  ANALYZE fresh_unit;
  DELETE FROM translation_unit u WHERE NOT EXISTS (
    SELECT 1 FROM fresh_unit f
     WHERE f.layer = u.layer AND f.key = u.key AND f.field = u.field AND f.lang = u.lang
       AND f.rank = u.rank AND f.later = u.later AND f.stage = u.stage AND f.source = u.source);
  INSERT INTO translation_unit SELECT * FROM fresh_unit ORDER BY layer, key, field, lang
    ON CONFLICT DO NOTHING;
  DROP TABLE fresh_unit;
  DELETE FROM translation_count;
  INSERT INTO translation_count (layer, field, lang, rank, stage, many)
  SELECT layer, field, lang, rank, stage, count(*) FROM translation_unit GROUP BY 1, 2, 3, 4, 5;
END $$
""",
    """
CREATE FUNCTION translation_follow(which bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  thing record;
  before translation_unit[];
BEGIN
  SELECT r.layer, r.key INTO thing FROM record r WHERE r.id = which FOR NO KEY UPDATE;
  SELECT array_agg(u) INTO before FROM translation_unit u WHERE u.layer = thing.layer AND u.key = thing.key;
  DELETE FROM translation_unit u WHERE u.layer = thing.layer AND u.key = thing.key;
  {of_one};
  INSERT INTO translation_count (layer, field, lang, rank, stage, many)
  SELECT layer, field, lang, rank, stage, sum(many) FROM (
    SELECT layer, field, lang, rank, stage, -1 AS many FROM unnest(before)
    UNION ALL
    SELECT layer, field, lang, rank, stage, 1 FROM translation_unit u
     WHERE u.layer = thing.layer AND u.key = thing.key) AS both_sides
   GROUP BY 1, 2, 3, 4, 5 HAVING sum(many) <> 0;
  IF (SELECT count(*) FROM translation_count) > 5000 THEN
    WITH gone AS (
      DELETE FROM translation_count WHERE id IN (SELECT id FROM translation_count FOR UPDATE SKIP LOCKED)
      RETURNING *)
    INSERT INTO translation_count (layer, field, lang, rank, stage, many)
    SELECT layer, field, lang, rank, stage, sum(many) FROM gone GROUP BY 1, 2, 3, 4, 5
    HAVING sum(many) <> 0;
  END IF;
END $$
""",
    """
CREATE FUNCTION translation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  which bigint;
BEGIN
  FOR which IN
    SELECT DISTINCT c.record_id FROM changed c JOIN record r ON r.id = c.record_id
     WHERE c.part <> 'facts' OR c.state IN ('withdrawn', 'published')
        OR NOT EXISTS (SELECT 1 FROM translation_unit u WHERE u.layer = r.layer AND u.key = r.key)
     ORDER BY 1
  LOOP
    PERFORM translation_follow(which);
  END LOOP;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION translation_versioned() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  which bigint;
BEGIN
  FOR which IN SELECT DISTINCT record_id FROM changed WHERE part <> 'facts' ORDER BY 1 LOOP
    PERFORM translation_follow(which);
  END LOOP;
  RETURN NULL;
END $$
""",
)
"""A draft of facts changes nothing of what there is to translate, unless the thing was withdrawn before."""
GONE_OR_BACK = """
CREATE FUNCTION translation_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM translation_follow(r.id) FROM record r WHERE r.feature_id = NEW.id;
  RETURN NULL;
END $$
"""
WATCHED = (
    ("record_part", "INSERT", "changed"),
    ("record_part", "UPDATE", "changed"),
    ("record_version", "INSERT", "versioned"),
)


def _units() -> list[sa.Column[object]]:
    return [
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
    ]


def upgrade() -> None:
    """Make the tables, what keeps them, and fill them."""
    layer, field, lang, rank, stage = _units()
    op.create_table(
        "translation_unit",
        layer,
        sa.Column("key", sa.String(80), nullable=False),
        field,
        lang,
        rank,
        stage,
        sa.Column("later", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("layer", "key", "field", "lang"),
    )
    op.create_index(
        "ix_translation_unit_todo", "translation_unit", ["lang", "rank", "later", "layer", "key", "field"]
    )
    op.create_index(
        "ix_translation_unit_layer", "translation_unit", ["lang", "layer", "rank", "later", "key", "field"]
    )
    op.create_table(
        "translation_count",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *_units(),
        sa.Column("many", sa.Integer, nullable=False),
    )
    op.create_table(
        "translation_note",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_translation_note_thing", "translation_note", ["layer", "key", "lang"])
    op.create_table(
        "term",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("term", sa.String(300), nullable=False),
        sa.Column("folded", sa.String(600), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("forms", JSONB, nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("source", sa.String(2000), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("uq_term_term", "term", ["term"], unique=True)
    making.watch("translation_note", hidden=("by", "said"))
    making.watch("term", hidden=("by", "note", "source"))
    at_the_desk = UNITS.format(said=SAID_AT_THE_DESK, into="{into}")
    filled = {
        "of_the_desk": at_the_desk.format(which="true", into="fresh_unit"),
        "of_the_folder": UNITS.format(said=SAID_BY_THE_FOLDER, into="fresh_unit"),
        "of_one": at_the_desk.format(which="r.id = translation_follow.which", into="translation_unit"),
    }
    for function in (*FUNCTIONS, GONE_OR_BACK):
        for place, sql in filled.items():
            function = function.replace("{" + place + "}", sql.strip())
        op.execute(sa.text(function.replace(":", r"\:")))
    for table, act, follower in WATCHED:
        op.execute(
            f"CREATE TRIGGER translated_{act.lower()} AFTER {act} ON {table} REFERENCING NEW TABLE AS changed"
            f" FOR EACH STATEMENT EXECUTE FUNCTION translation_{follower}()"
        )
    op.execute(
        "CREATE TRIGGER translated_gone AFTER UPDATE OF withdrawn_at ON feature FOR EACH ROW"
        " WHEN (OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at) EXECUTE FUNCTION translation_gone()"
    )
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("SELECT translation_rebuild()")


def downgrade() -> None:
    """Take all of it away."""
    for table, act, _ in WATCHED:
        op.execute(f"DROP TRIGGER translated_{act.lower()} ON {table}")
    op.execute("DROP TRIGGER translated_gone ON feature")
    for function in (
        "translation_gone()",
        "translation_changed()",
        "translation_versioned()",
        "translation_follow(bigint)",
        "translation_rebuild()",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("term", "translation_note", "translation_count", "translation_unit"):
        op.drop_table(table)
