import { findNearestNames } from '../core/nearest-names.ts'

/** What functions, operators and formulas are called in SQL, in other query languages and in plain words. */
const words: Readonly<Record<string, readonly string[]>> = {
  count: ['n', 'rows', 'countall', 'size'],
  count_distinct: ['distinct', 'unique', 'uniq', 'nunique', 'dcount', 'cardinality', 'countunique', 'countd'],
  approx_count_distinct: ['approxdistinct', 'hll'],
  sum: ['total', 'add'],
  avg: ['average', 'mean', 'avrg'],
  min: ['minimum', 'least', 'smallest', 'lowest'],
  max: ['maximum', 'greatest', 'largest', 'highest'],
  median: ['med', 'middle'],
  stddev: ['std', 'stdev', 'sd', 'stddevsamp', 'standarddeviation', 'sigma'],
  eq: ['=', '==', '===', 'equal', 'equals', 'equalto', 'is', 'value'],
  neq: ['!=', '<>', '!==', 'ne', 'not', 'notequal', 'notequals', 'notequalto', 'isnot', 'noteq'],
  gt: ['>', 'greater', 'greaterthan', 'above', 'over', 'morethan', 'after'],
  gte: ['>=', 'ge', 'greaterorequal', 'greaterthanorequal', 'greaterthanequal', 'atleast', 'between'],
  lt: ['<', 'less', 'lessthan', 'below', 'under', 'lower', 'smaller', 'smallerthan', 'before'],
  lte: ['<=', 'le', 'lessorequal', 'lessthanorequal', 'lessthanequal', 'atmost', 'between'],
  in: ['anyof', 'oneof', 'isin', 'values'],
  not_in: ['nin', 'noneof', 'notanyof', 'isnotin'],
  contains: ['like', 'ilike', 'includes', 'substring', 'has', 'search'],
  starts_with: ['startwith', 'beginswith', 'prefix'],
  regex: ['regexp', 'rlike', 'match', 'matches', '~', '=~', 'pattern', 'endswith', 'suffix'],
  exists: ['exist', 'null', 'isnull', 'isnotnull', 'notnull', 'missing', 'empty', 'isset', 'defined'],
  ratio: ['divide', 'division', 'quotient', 'rate', 'per'],
  difference: ['diff', 'minus', 'subtract', 'delta'],
  relative_change: ['change', 'pctchange', 'percentchange', 'growth'],
  share_of_total: ['share', 'percentage', 'percent', 'percentoftotal', 'pctoftotal', 'proportion'],
  summary: ['overview', 'short', 'brief'],
  errors: ['failures', 'failed'],
  full: ['all', 'raw', 'whole', 'json'],
  asc: ['ascending', 'oldest', 'up', 'oldestfirst'],
  desc: ['descending', 'newest', 'down', 'newestfirst'],
  hour_of_day: ['hour', 'hours', 'hourofday'],
  weekday: ['dayofweek', 'dow', 'isodow'],
  day_of_month: ['dayofmonth', 'dom'],
}

const toPlain = (word: string) => word.toLowerCase().replaceAll(/[\s_-]/g, '')

/** `percentile90`, `p_90` and `90th` as the name of a percentile. */
function findPercentile(plain: string): string | undefined {
  const [, share] =
    /^(?:p|pc|pct|perc|percentile|quantile)?0?(\d{1,2})(?:th|st|nd|rd)?(?:percentile)?$/.exec(plain) ?? []
  return share === undefined ? undefined : `p${Number(share)}`
}

/** The names that a word stands for among those that are valid, and then those most like it. At most `limit`. */
export function findMeantNames(word: string, names: readonly string[], limit = 3): string[] {
  const plain = toPlain(word.slice(0, 100))
  const percentile = findPercentile(plain)
  const same = names.filter((name) => name === percentile || words[name]?.includes(plain))
  return [...new Set([...same, ...findNearestNames(word, names, limit)])].slice(0, limit)
}
