import type { InsightLevel } from '../catalog/insight-rules.ts'
import { quoteText } from '../core/sql-text.ts'

/** SQL for an observed value: as a number, NULL where it is none, and as text. */
export type Observed = Readonly<{ number: string; text: string }>

const conditions: Readonly<
  Record<InsightLevel['comparison'], (observed: Observed, threshold: InsightLevel['threshold']) => string>
> = {
  above: ({ number }, threshold) => `(${number}) > ${Number(threshold)}`,
  below: ({ number }, threshold) => `(${number}) < ${Number(threshold)}`,
  equals: ({ number, text }, threshold) =>
    typeof threshold === 'number'
      ? `(${number}) = ${threshold}`
      : `${text} = ${quoteText(String(threshold))}`,
  present: ({ text }, threshold) =>
    `${text} NOT IN (${[threshold]
      .flat()
      .map((none) => quoteText(String(none)))
      .join(', ')})`,
}

/** SQL for whether an observed value reaches a level of a rule of limits. */
export const toCondition = (observed: Observed, { comparison, threshold }: InsightLevel): string =>
  conditions[comparison](observed, threshold)
