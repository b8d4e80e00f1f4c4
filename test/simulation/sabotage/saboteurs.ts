/** All breakages. */
import type { Saboteur } from './saboteur.js'

/** The breakages that the simulation must find, each within 10,000 seeds. */
export const SABOTEURS: readonly Saboteur[] = []
