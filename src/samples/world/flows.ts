/** When a node runs: on every path, or only on the path named. */
type Path = 'always' | 'open' | 'closed' | 'bot' | 'contained' | 'queue'

/** A block of a contact flow: `[name, type, path, median milliseconds, module]`. */
type Block = readonly [name: string, type: string, path: Path, medianMs: number, module?: string]

const closedBranch: readonly Block[] = [
  ['CheckHours', 'CheckHoursOfOperation', 'always', 40],
  ['ClosedMessage', 'PlayPrompt', 'closed', 9000],
  ['EndCall', 'Disconnect', 'closed', 30],
]

const botBranch: readonly Block[] = [
  ['VirtualAssistant', 'Lex', 'bot', 350],
  ['BotGoodbye', 'Disconnect', 'contained', 40],
]

const queueBranch: readonly Block[] = [
  ['SetWorkingQueue', 'SetQueue', 'queue', 25],
  ['CheckStaffing', 'CheckStaffing', 'queue', 35],
  ['TransferToQueue', 'TransferToQueue', 'queue', 60],
]

const blocks: Readonly<Record<string, readonly Block[]>> = {
  'Main Inbound': [
    ['Welcome', 'PlayPrompt', 'always', 6000],
    ...closedBranch,
    ['LookupCustomer', 'InvokeExternalResource', 'open', 420],
    ['MainMenu', 'GetUserInput', 'open', 7000],
    ...botBranch,
    ...queueBranch,
  ],
  'Claims Intake': [
    ['Welcome', 'PlayPrompt', 'always', 5000],
    ...closedBranch,
    ['AskPolicyNumber', 'StoreUserInput', 'open', 9000, 'Policy Check'],
    ['ValidatePolicy', 'InvokeExternalResource', 'open', 520, 'Policy Check'],
    ...botBranch,
    ...queueBranch,
  ],
  'VIP Inbound': [
    ['Welcome', 'PlayPrompt', 'always', 3500],
    ...closedBranch,
    ['LookupAccount', 'InvokeExternalResource', 'open', 380],
    ...queueBranch,
  ],
  'Spanish Inbound': [
    ['Bienvenida', 'PlayPrompt', 'always', 5500],
    ...closedBranch,
    ['MenuPrincipal', 'GetUserInput', 'open', 7500],
    ...queueBranch,
  ],
  'Chat Entry': [
    ['Greeting', 'PlayPrompt', 'always', 600],
    ...closedBranch,
    ['LookupContact', 'InvokeExternalResource', 'open', 350],
    ...botBranch,
    ...queueBranch,
  ],
  'Outbound Campaign': [
    ['RecordingNotice', 'PlayPrompt', 'always', 4000],
    ['SetOutboundQueue', 'SetQueue', 'queue', 25],
  ],
}

const slug = (name: string): string => name.replaceAll(/([a-z])([A-Z])| /g, '$1-$2').toLowerCase()

/** The contact flows; `entry_point` is the number or widget that customers reach (numbers reserved for fiction). */
export const flows = [
  { name: 'Main Inbound', type: 'inbound', version: '42', language: 'en-GB', entry_point: '+442079460100' },
  { name: 'Claims Intake', type: 'inbound', version: '17', language: 'en-GB', entry_point: '+442079460117' },
  { name: 'VIP Inbound', type: 'inbound', version: '9', language: 'en-GB', entry_point: '+442079460199' },
  {
    name: 'Spanish Inbound',
    type: 'inbound',
    version: '21',
    language: 'es-ES',
    entry_point: '+442079460134',
  },
  { name: 'Chat Entry', type: 'inbound', version: '30', language: 'en-GB', entry_point: 'web-widget' },
  {
    name: 'Outbound Campaign',
    type: 'outbound',
    version: '5',
    language: 'en-GB',
    entry_point: '+442079460150',
  },
].map((flow) => ({ ...flow, id: `flow-${slug(flow.name)}` }))

/** The nodes of the flows in the order they run; `failure_rate` is that of a call to an outside system. */
export const flowNodes = Object.entries(blocks).flatMap(([flow, list]) =>
  list.map(([name, type, path, median_ms, module = ''], index) => ({
    flow,
    position: index + 1,
    id: `${slug(flow)}/${slug(name)}`,
    name,
    type,
    path,
    median_ms,
    module,
    failure_rate: type === 'InvokeExternalResource' ? 0.005 : 0,
  })),
)
