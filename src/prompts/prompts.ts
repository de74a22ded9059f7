import { compareBeforeAfter } from './compare-before-after.ts'
import { explainTrace } from './explain-trace.ts'
import { investigatePoorAudio } from './investigate-poor-audio.ts'
import type { Prompt } from './prompt.ts'
import { weeklyReport } from './weekly-report.ts'

/** Every prompt, in the order in which clients list them. */
export const prompts: readonly Prompt[] = [
  investigatePoorAudio,
  weeklyReport,
  explainTrace,
  compareBeforeAfter,
]
