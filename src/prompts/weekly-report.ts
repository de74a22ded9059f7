import { type Prompt, quoteValue, rules } from './prompt.ts'
import { when } from './windows.ts'

export const weeklyReport: Prompt = {
  name: 'weekly_report',
  title: 'Weekly report',
  description: 'The week in figures beside the week before: service, handling, audio, flows and bots',
  arguments: [{ ...when, description: `${when.description}; default last week` }],
  toText: ({
    window = 'last week',
  }) => `Write a report of the window ${quoteValue(window)} beside the period of equal length before it.

1. Figures: traces_query compare, target the window, baseline the period before (startTime and endTime of its own): on journey_interaction the measures service_level and abandon_rate and the count of journeys; on agent_interaction aht, asa, transfer_rate and poor_mos_rate; on ai_interaction containment; on node_interaction flow_error_rate. Leave out services without rows.
2. Where: the same measures grouped by queue for this window (scalar, worst first), and service_level by hour of day.
3. Issues: the service insights grouped by Insight.tag and Insight.severity, for both periods.
4. For each figure that became worse by more than chance (p_value below 0.05) and by an amount that matters, one query more to say where it comes from.

Lay it out as: three sentences of summary; a table of the figures with this period, the one before, change and whether it is significant; what stands out, with the query behind it; what to look at next. ${rules}`,
}
