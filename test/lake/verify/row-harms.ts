import { join } from 'node:path'
import { spanId } from '../../support/lake-rows.ts'
import { forge, type Harm, partOf, setFirst } from './damage.ts'
import { longerOrder } from './verify-exports.ts'

/** Harm to rows of tables. */
export const rowHarms: readonly Harm[] = [
  [
    'a span is lost',
    async (lake) => {
      const part = partOf(lake, 'spans')
      await forge(
        lake,
        part,
        `SELECT * FROM "rows" WHERE span_id <> (SELECT min(span_id) FROM "rows" WHERE span_name = 'GET /orders')`,
        { rows: part.rows - 1 },
      )
    },
    ['spans', 'traces'],
    /^a\.parquet: 1 span missing in the lake$/,
  ],
  [
    'a span is invented',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('span_id', `'${spanId(9999)}'`, "span_name = 'GET /orders'"),
      ),
    ['spans'],
    /1 span missing in the lake$/,
  ],
  [
    'a span is there twice',
    (lake) => {
      const part = partOf(lake, 'spans')
      const twice = `SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" WHERE span_name = 'GET /orders' LIMIT 1) ORDER BY trace_start, trace_id, "timestamp", span_id`
      return forge(lake, part, twice, { rows: part.rows + 1 })
    },
    ['repeats', 'traces'],
    /^spans\/.*: 1 span too many, which are in the lake already$/,
  ],
  [
    "a span's attribute is changed",
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('attributes', "MAP {'tier': 'lead'}", "span_name = 'GET /orders'"),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    "a span's event is changed",
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst(
          'events',
          "list_transform(events, lambda e: {'timestamp': e.timestamp, 'name': 'other', 'attributes': e.attributes})",
          'len(events) > 0',
        ),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'the shorter copy of a span stayed',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('duration', '60000000000', `span_id = '${longerOrder.spanId}' AND duration = 90000000000`),
      ),
    ['contents'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'a span ends later',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('duration', 'duration + 1', "span_name = 'cx.interaction.agent'"),
      ),
    ['contents', 'agent_interaction'],
    /^spans\/.*: 1 span with other content than the exports give$/,
  ],
  [
    'a span is moved to another day',
    async (lake) => {
      const [from, to] = [partOf(lake, 'spans'), partOf(lake, 'spans', '2026-05-03')]
      const chosen = "span_name = 'GET /orders'"
      const other = `(SELECT * FROM read_parquet('${join(lake.lakeDir, from.file)}', hive_partitioning = false) WHERE ${chosen} ORDER BY span_id LIMIT 1)`
      const added = await forge(
        lake,
        to,
        `SELECT * FROM (SELECT * FROM "rows" UNION ALL ${other}) ORDER BY trace_id`,
        { rows: to.rows + 1, minNs: '0' },
      )
      await forge(
        added,
        from,
        `SELECT * FROM "rows" WHERE span_id <> (SELECT min(span_id) FROM "rows" WHERE ${chosen})`,
        { rows: from.rows - 1 },
      )
    },
    ['partitions', 'order', 'days', 'traces'],
    /has times \d+ to \d+, the manifest says 0 to \d+$/,
  ],
  [
    'a log record is moved to another day',
    (lake) =>
      forge(lake, partOf(lake, 'logs'), setFirst('timestamp', `"timestamp" + INTERVAL 2 DAY`), {
        minNs: '0',
      }),
    ['partitions', 'logs', 'days'],
    /^logs\//,
  ],
  [
    'a log record is changed',
    (lake) => forge(lake, partOf(lake, 'logs'), setFirst('body', "'forged'")),
    ['logs'],
    /^e\.parquet: 1 record missing in the lake$/,
  ],
  [
    'a log record is there twice',
    (lake) => {
      const part = partOf(lake, 'logs')
      return forge(lake, part, 'SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" LIMIT 1)', {
        rows: part.rows + 1,
      })
    },
    ['logs'],
    /^logs\/.*: 1 record too many, which are in the lake already$/,
  ],
  [
    'a row of a service is lost',
    (lake) => {
      const part = partOf(lake, 'agent_interaction')
      return forge(lake, part, `SELECT * FROM "rows" OFFSET 1`, { rows: part.rows - 1 })
    },
    ['partitions', 'agent_interaction'],
    /./,
  ],
  [
    'a row of a service is there twice',
    (lake) => {
      const part = partOf(lake, 'journey_interaction')
      return forge(lake, part, `SELECT * FROM "rows" UNION ALL (SELECT * FROM "rows" LIMIT 1)`, {
        rows: part.rows + 1,
      })
    },
    ['journey_interaction'],
    /^journey_interaction\/.*: 1 row too many, which are in the lake already$/,
  ],
  [
    "a column of a service's row is changed",
    (lake) =>
      forge(lake, partOf(lake, 'agent_interaction'), setFirst('attributes_cx_webrtc_audio_mos_score', '1.0')),
    ['agent_interaction'],
    /^agent_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a column of a service that was found in the data is changed',
    (lake) =>
      forge(lake, partOf(lake, 'ai_interaction'), setFirst('attributes_weight', 'attributes_weight + 1')),
    ['ai_interaction'],
    /^ai_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a journey counts other agents',
    (lake) => forge(lake, partOf(lake, 'journey_interaction'), setFirst('attributes_agent_count', '77')),
    ['journey_interaction'],
    /^journey_interaction\/.*: 1 row with other content than the spans give$/,
  ],
  [
    'a trace counts other spans',
    (lake) => forge(lake, partOf(lake, 'traces'), setFirst('span_count', 'span_count + 1')),
    ['traces'],
    /^1 row missing$/,
  ],
]
