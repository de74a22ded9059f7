import { questions } from './questions.ts'
import { timePairs } from './timing.ts'
import { openBench } from './tools.ts'

const day = { startTime: '2026-05-10T00:00:00Z', endTime: '2026-05-11T00:00:00Z' }
const turns = 15

/** A question about one day put to a lake of a month and to one of a year with as many rows a day: milliseconds. */
export async function compareWindows(
  month: string,
  year: string,
): Promise<readonly Readonly<{ name: string; monthMs: number; yearMs: number }>[]> {
  const [small, large] = [openBench(month), openBench(year)]
  const comparisons = []
  for (const { name, queries } of questions) {
    const { a, b } = await timePairs(
      turns,
      () => small.call('traces_query', { ...day, queries }),
      () => large.call('traces_query', { ...day, queries }),
    )
    comparisons.push({ name, monthMs: a, yearMs: b })
  }
  await Promise.all([small.close(), large.close()])
  return comparisons
}
