import type { Statement } from '../../engine/engine.ts'
import type { SampleDay } from '../calendar.ts'
import { showcase } from '../showcase.ts'
import { audioSampleStage, audioStage } from './audio.ts'
import { conversationStage } from './conversations.ts'
import { flowEndStage, nodeStage, routeStage } from './flow-nodes.ts'
import { compileJourneys } from './journeys.ts'
import { compileLegDraws } from './leg-draws.ts'
import { compileLegs } from './legs.ts'
import { outcomeStage } from './outcomes.ts'
import { compileWaits } from './queue-waits.ts'
import { type LegIndex, legIndexes } from './rounds.ts'

const listRound = (legIndex: LegIndex, hasShowcase: boolean): readonly Statement[] => [
  compileWaits(legIndex),
  ...(hasShowcase ? [showcase.wait] : []),
  compileLegDraws(legIndex),
  ...(hasShowcase ? [showcase.legDraw] : []),
  compileLegs(legIndex),
]

/** The statements that fill the stage tables with one day, each building on those before it. */
export const listDayStages = (day: SampleDay, seed: number): readonly Statement[] => [
  compileJourneys(day, seed),
  ...(day.hasShowcase ? [showcase.journey(day)] : []),
  conversationStage,
  ...(day.hasShowcase ? [showcase.conversation] : []),
  routeStage,
  nodeStage,
  flowEndStage,
  ...legIndexes.flatMap((legIndex) => listRound(legIndex, day.hasShowcase)),
  audioStage,
  audioSampleStage,
  outcomeStage,
]
