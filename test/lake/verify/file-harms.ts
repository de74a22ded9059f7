import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { forge, type Harm, indexOf, partOf, rewrite, save, setFirst } from './damage.ts'

/** Harm to files, to the manifest and to the index. */
export const fileHarms: readonly Harm[] = [
  [
    'a file of a table is deleted',
    async (lake) => rm(join(lake.lakeDir, partOf(lake, 'traces').file)),
    ['files', 'partitions', 'traces'],
    /^traces\/day=2026-05-02\/.*\.parquet is missing$/,
  ],
  [
    'an index is deleted',
    async (lake) => rm(join(lake.lakeDir, indexOf(lake))),
    ['files', 'partitions', 'index'],
    /^index\/.*\.parquet is missing$/,
  ],
  [
    'a file has bytes that are not its own',
    async (lake) => {
      const { file, bytes } = partOf(lake, 'logs')
      await writeFile(join(lake.lakeDir, file), 'x'.repeat(bytes))
    },
    ['partitions', 'logs'],
    /^logs\/day=.* cannot be read$/,
  ],
  [
    'a file lies in the lake that nothing names',
    (lake) => writeFile(join(lake.lakeDir, 'spans/extra.parquet'), 'x'),
    ['files'],
    /^spans\/extra\.parquet is not named by the manifest$/,
  ],
  [
    'a file is longer than the manifest says',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: lake.manifest.partitions.map((partition, i) =>
          i === 0 ? { ...partition, bytes: partition.bytes - 1 } : partition,
        ),
      }),
    ['files'],
    /has \d+ bytes, the manifest says \d+$/,
  ],
  [
    'a file is named as one of another day',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: lake.manifest.partitions.map((partition) =>
          partition === partOf(lake, 'traces') ? { ...partition, day: '2026-06-01' } : partition,
        ),
      }),
    ['files', 'days'],
    /is named as traces of 2026-06-01$/,
  ],
  [
    'a file is named twice',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        partitions: [...lake.manifest.partitions, partOf(lake, 'node_interaction')],
      }),
    ['files', 'node_interaction'],
    /^node_interaction\/.* is named twice$/,
  ],
  [
    'the manifest counts other rows',
    (lake) => forge(lake, partOf(lake, 'logs'), 'SELECT * FROM "rows"', { rows: 999 }),
    ['partitions'],
    /^logs\/.* has \d+ rows, the manifest says 999$/,
  ],
  [
    'the manifest gives other times',
    (lake) => forge(lake, partOf(lake, 'spans'), 'SELECT * FROM "rows"', { maxNs: '5' }),
    ['partitions'],
    /^spans\/.* has times \d+ to \d+, the manifest says \d+ to 5$/,
  ],
  [
    'a file lacks a column',
    (lake) => forge(lake, partOf(lake, 'traces'), 'SELECT * EXCLUDE (root_count) FROM "rows"'),
    ['partitions', 'traces'],
    /^traces\/.* lacks root_count$/,
  ],
  [
    'a span says that its trace began at another time',
    (lake) =>
      forge(
        lake,
        partOf(lake, 'spans'),
        setFirst('trace_start', 'trace_start - INTERVAL 1 MICROSECOND', "span_name = 'GET /orders'"),
      ),
    ['order', 'journey_interaction'],
    /^spans\/.*: \d+ rows? (out of order|with a wrong start of the trace)$/,
  ],
  [
    'the spans of a file stand in another order',
    (lake) => forge(lake, partOf(lake, 'spans'), 'SELECT * FROM "rows" ORDER BY trace_id DESC'),
    ['order'],
    /^spans\/.*: \d+ rows? out of order$/,
  ],
  [
    'the index lacks a trace',
    (lake) =>
      rewrite(
        lake,
        indexOf(lake),
        `SELECT * FROM "rows" WHERE trace_id <> (SELECT min(trace_id) FROM "rows")`,
      ),
    ['index'],
    /^.*: 1 trace missing in the index$/,
  ],
  [
    'the index gives a trace another start',
    (lake) => rewrite(lake, indexOf(lake), setFirst('start', `"start" + INTERVAL 1 SECOND`)),
    ['index'],
    /^.*: 1 trace missing in the index$/,
  ],
  [
    'a source had other rows',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        sources: lake.manifest.sources.map((source) =>
          source.path === 'a.parquet' ? { ...source, skippedRows: 0 } : source,
        ),
      }),
    ['sources'],
    /^a\.parquet has 31 rows, 1 without a place; the manifest says 31, 0$/,
  ],
  [
    'the manifest forgot the logs of a source',
    (lake) =>
      save(lake, {
        ...lake.manifest,
        sources: lake.manifest.sources.filter(({ path, kind }) => path !== 'both.jsonl' || kind !== 'logs'),
      }),
    ['sources', 'logs'],
    /^both\.jsonl: its 3 logs are unknown to the manifest\.$/,
  ],
]
