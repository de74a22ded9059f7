/**
 * The queues of the sample contact centre.
 *
 * - `flow`: the contact flow that serves inbound voice calls
 * - `opens`, `closes`: hours UTC; `last_weekday`: 5 closes at weekends, 6 on Sundays, 7 never
 * - `volume`: arrivals relative to the other queues
 * - `agents`: agents at home in it
 * - `wait_s`: median wait at average load; `patience_s`: mean patience; `talk_s`: median talk time
 * - `transfer_to`: where its agents transfer to
 * - `bot_share`: share of its inbound callers that meet the bot first
 */
export const queues = [
  queue('Sales', 'Main Inbound', {
    opens: 8,
    closes: 20,
    last_weekday: 6,
    volume: 20,
    agents: 11,
    wait_s: 12,
    talk_s: 300,
    transfer_to: 'Billing',
    bot_share: 0.5,
  }),
  queue('Billing', 'Main Inbound', {
    opens: 8,
    closes: 18,
    last_weekday: 5,
    volume: 22,
    agents: 11,
    wait_s: 18,
    talk_s: 250,
    transfer_to: 'Retention',
    bot_share: 0.6,
  }),
  queue('Retention', 'Main Inbound', {
    opens: 9,
    closes: 18,
    last_weekday: 5,
    volume: 11,
    agents: 8,
    wait_s: 16,
    talk_s: 380,
    transfer_to: 'Billing',
    bot_share: 0.7,
  }),
  queue('Technical Support', 'Main Inbound', {
    opens: 7,
    closes: 22,
    last_weekday: 7,
    volume: 24,
    agents: 13,
    wait_s: 27,
    talk_s: 430,
    transfer_to: 'Billing',
    bot_share: 0.55,
  }),
  queue('Claims', 'Claims Intake', {
    opens: 9,
    closes: 17,
    last_weekday: 5,
    volume: 9,
    agents: 7,
    wait_s: 24,
    talk_s: 470,
    transfer_to: 'Technical Support',
    bot_share: 0.4,
  }),
  queue('VIP Support', 'VIP Inbound', {
    opens: 0,
    closes: 24,
    last_weekday: 7,
    volume: 5,
    agents: 5,
    wait_s: 5,
    talk_s: 330,
    transfer_to: 'Claims',
    bot_share: 0,
  }),
  queue('Spanish Support', 'Spanish Inbound', {
    opens: 8,
    closes: 19,
    last_weekday: 6,
    volume: 9,
    agents: 5,
    wait_s: 21,
    talk_s: 310,
    transfer_to: 'Billing',
    bot_share: 0,
  }),
]

type Habits = Readonly<{
  opens: number
  closes: number
  last_weekday: number
  volume: number
  agents: number
  wait_s: number
  talk_s: number
  transfer_to: string
  bot_share: number
}>

type Queue = Habits & Readonly<{ name: string; id: string; flow: string; patience_s: number }>

function queue(name: string, flow: string, habits: Habits): Queue {
  return { name, id: `queue-${name.toLowerCase().replaceAll(' ', '-')}`, flow, patience_s: 300, ...habits }
}

/** Whether the queue takes calls in that hour (UTC) of that ISO weekday. */
export function isOpen({ opens, closes, last_weekday }: Queue, weekday: number, hour: number): boolean {
  return weekday <= last_weekday && hour >= opens && hour < closes
}
