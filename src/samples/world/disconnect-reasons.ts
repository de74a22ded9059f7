/** How a leg that is not transferred ends; transfers add to AGENT_DISCONNECT. */
export const disconnectReasons = [
  { reason: 'CUSTOMER_DISCONNECT', ended_by: 'customer', weight: 66 },
  { reason: 'AGENT_DISCONNECT', ended_by: 'agent', weight: 19 },
  { reason: 'TELECOM_PROBLEM', ended_by: 'system', weight: 5 },
  { reason: 'THIRD_PARTY_DISCONNECT', ended_by: 'system', weight: 4 },
  { reason: 'CONTACT_FLOW_DISCONNECT', ended_by: 'system', weight: 3 },
  { reason: 'BARGED', ended_by: 'system', weight: 1 },
  { reason: 'OTHER', ended_by: 'system', weight: 2 },
] as const
