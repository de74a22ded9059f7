import { queues } from './queues.ts'
import { sites } from './sites.ts'

const names = `
Ana Sousa, Beatriz Lima, Carlos Prieto, Declan Byrne, Emma Hughes, Francisco Vidal,
Goncalo Reis, Helena Costa, Irene Campos, Jack Nolan, Karen Booth, Laura Ferrer,
Miguel Antunes, Nuno Barros, Oscar Molina, Padraig Walsh, Quentin Marsh, Raquel Soler,
Sara Teixeira, Tiago Pires, Ursula Rojas, Victor Dunne, Wendy Clarke, Ximena Gil,
Ines Carvalho, Andre Moreira, Blanca Ortiz, Ciara Doyle, Daniel Ashton, Elena Pastor,
Filipa Nunes, Gil Marques, Hugo Serrano, Isla Kearney, James Holt, Katia Navarro,
Luis Azevedo, Marta Pinto, Noelia Cano, Owen Farrell, Paul Whitaker, Rosa Ibanez,
Rui Fonseca, Sofia Matos, Teresa Leon, Una Brennan, Vera Collins, Xavier Mora,
Tomas Freitas, Alice Ramos, Bruno Lozano, Cormac Daly, Diana Frost, Esteban Roca,
Joana Simoes, Pedro Neves, Lucia Herrera, Maeve Quinn, Neil Barlow, Nerea Blasco`
  .trim()
  .split(/,\s+/)

const skills = [0.88, 1.02, 1.14, 0.95, 1.05, 0.91, 1.2, 0.98, 1.08, 0.85, 1.0] as const
const headsets = [
  'Jabra Evolve2 40',
  'Poly Blackwire 5220',
  'Logitech Zone Wired',
  'EPOS Impact 260',
  'Built-in microphone',
] as const
const clients = [
  { browser: 'Chrome', browser_version: '137.0.7151', os: 'Windows 11' },
  { browser: 'Edge', browser_version: '137.0.3296', os: 'Windows 11' },
  { browser: 'Chrome', browser_version: '136.0.7103', os: 'macOS 15.5' },
  { browser: 'Firefox', browser_version: '139.0.1', os: 'Windows 10' },
] as const

const usual = { hold_factor: 1, acw_factor: 1, transfer_factor: 1, cpu_pct: 42 } as const

/** Agents who stand out: two hold often, one wraps up for long, one transfers, one works on an overloaded laptop. */
const unusual: Readonly<Record<string, Partial<Record<keyof typeof usual, number>>>> = {
  'Karen Booth': { hold_factor: 3.4 },
  'Hugo Serrano': { hold_factor: 3.4 },
  'Laura Ferrer': { acw_factor: 5 },
  'Owen Farrell': { transfer_factor: 2.5 },
  'Emma Hughes': { cpu_pct: 94 },
}

const at = <T>(values: readonly T[], index: number): T => values[index % values.length] as T

const homes = queues.flatMap((queue) =>
  Array.from({ length: queue.agents }, (_, rank) => ({ queue: queue.name, rank })),
)

/**
 * The agents. Cities take turns, so each queue has agents in all of them; `rank` counts the agents of a queue from 0.
 * `skill` multiplies talk time, the factors multiply the usual chance or length, `cpu_pct` is the usual processor load.
 */
export const agents = homes.map(({ queue, rank }, index) => {
  const name = names[index] ?? `Agent ${index}`
  const { isps, ...place } = at(sites, index)
  return {
    name,
    username: name.toLowerCase().replace(' ', '.'),
    queue,
    rank,
    team: `${queue} ${rank % 2 === 0 ? 'A' : 'B'}`,
    routing_profile: `${queue} Voice and Chat`,
    ...place,
    isp: at(isps, Math.floor(index / sites.length)),
    network_type: Math.floor(index / sites.length) % 3 === 2 ? 'wifi' : 'ethernet',
    headset: at(headsets, index + 2),
    ...at(clients, index + Math.floor(index / sites.length)),
    skill: at(skills, index),
    ...usual,
    ...unusual[name],
  }
})
