import { type Check, countOf } from './check.ts'
import type { SourceFacts } from './read-exports.ts'
import type { FileFacts, LakeReading } from './read-lake.ts'

/** Each file can be read, has the columns that the catalog and the manifest say, and the rows and times of the manifest. */
export function checkPartitions({ files, unreadable }: LakeReading): Check {
  const lacking = files.filter((file) => file.lacking.length > 0)
  const otherRows = files.filter(({ rows, partition }) => rows !== partition.rows)
  const otherTimes = files.filter(
    ({ minNs, maxNs, partition }) => minNs !== partition.minNs || maxNs !== partition.maxNs,
  )
  return {
    name: 'partitions',
    about: 'every file has the columns, the rows and the times that the manifest says',
    figures: {
      files: files.length,
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      unreadable: unreadable.length,
      lackingColumns: lacking.length,
      otherRows: otherRows.length,
      otherTimes: otherTimes.length,
    },
    differences: [
      ...unreadable.map(({ file }) => `${file} cannot be read`),
      ...lacking.map((file) => `${file.partition.file} lacks ${file.lacking.join(', ')}`),
      ...otherRows.map(
        ({ rows, partition }) =>
          `${partition.file} has ${countOf(rows, 'row')}, the manifest says ${partition.rows}`,
      ),
      ...otherTimes.map(
        ({ minNs, maxNs, partition }) =>
          `${partition.file} has times ${minNs} to ${maxNs}, the manifest says ${partition.minNs} to ${partition.maxNs}`,
      ),
    ],
  }
}

const isSpans = ({ partition }: FileFacts) => partition.table === 'spans'

/** The spans of a file stand in the order in which their traces began, on which the reading of one trace rests. */
export function checkOrder({ files }: LakeReading): Check {
  const spans = files.filter(isSpans)
  const unsorted = spans.filter((file) => file.unsorted > 0)
  const otherStart = spans.filter((file) => file.otherStart > 0)
  return {
    name: 'order',
    about: 'the spans of each file are sorted by the start of their trace, and give it rightly',
    figures: { files: spans.length, unsorted: unsorted.length, otherStart: otherStart.length },
    differences: [
      ...unsorted.map(
        ({ partition, unsorted: rows }) => `${partition.file}: ${countOf(rows, 'row')} out of order`,
      ),
      ...otherStart.map(
        ({ partition, otherStart: rows }) =>
          `${partition.file}: ${countOf(rows, 'row')} with a wrong start of the trace`,
      ),
    ],
  }
}

/** Each source has the rows that the manifest says, and as many of them cannot be placed. */
export function checkSources(facts: readonly SourceFacts[]): Check {
  const failed = facts.filter(({ failure }) => failure !== undefined)
  const other = facts.filter(
    ({ source, rows, skippedRows, failure }) =>
      failure === undefined && (rows !== source.rows || skippedRows !== source.skippedRows),
  )
  const sum = (count: (fact: SourceFacts) => number) => facts.reduce((total, fact) => total + count(fact), 0)
  return {
    name: 'sources',
    about: 'every export, read anew, has the rows that the manifest says',
    figures: {
      sources: facts.length,
      rows: sum(({ rows }) => rows),
      withoutPlace: sum(({ skippedRows }) => skippedRows),
      unreadable: failed.length,
      otherRows: other.length,
    },
    differences: [
      ...failed.map(({ source, failure }) => `${source.path}: ${failure}`),
      ...other.map(
        ({ source, rows, skippedRows }) =>
          `${source.path} has ${countOf(rows, 'row')}, ${skippedRows} without a place; the manifest says ${source.rows}, ${source.skippedRows}`,
      ),
    ],
  }
}
