/** Cities with agents, and the two internet providers that agents there use in turn. */
export const sites = [
  { city: 'Lisbon', region: 'Lisboa', country: 'PT', isps: ['Cabo Telecom', 'Atlantica Net'] },
  { city: 'Porto', region: 'Norte', country: 'PT', isps: ['Cabo Telecom', 'Douro Fibra'] },
  { city: 'Madrid', region: 'Comunidad de Madrid', country: 'ES', isps: ['Meseta Fibra', 'Iberlink'] },
  { city: 'Dublin', region: 'Leinster', country: 'IE', isps: ['Northlink Fibre', 'Liffey Broadband'] },
  { city: 'Manchester', region: 'England', country: 'GB', isps: ['Northlink Fibre', 'Pennine Cable'] },
  { city: 'Valencia', region: 'Comunitat Valenciana', country: 'ES', isps: ['Iberlink', 'Meseta Fibra'] },
] as const

/** Invented internet providers: median jitter and round trip in milliseconds, mean packet loss in percent. */
export const isps = [
  { name: 'Cabo Telecom', jitter_ms: 7.5, rtt_ms: 78, loss_pct: 0.2 },
  { name: 'Atlantica Net', jitter_ms: 7, rtt_ms: 70, loss_pct: 0.14 },
  { name: 'Douro Fibra', jitter_ms: 6, rtt_ms: 66, loss_pct: 0.1 },
  { name: 'Meseta Fibra', jitter_ms: 6.5, rtt_ms: 60, loss_pct: 0.12 },
  { name: 'Iberlink', jitter_ms: 7.8, rtt_ms: 74, loss_pct: 0.22 },
  { name: 'Northlink Fibre', jitter_ms: 5.5, rtt_ms: 48, loss_pct: 0.08 },
  { name: 'Liffey Broadband', jitter_ms: 7.2, rtt_ms: 58, loss_pct: 0.18 },
  { name: 'Pennine Cable', jitter_ms: 8.4, rtt_ms: 64, loss_pct: 0.25 },
] as const
