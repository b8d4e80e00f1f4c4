/**
 * A small scenario for the tests of the simulation itself: two clients count together, each by requests that may be lost
 * or late. It has a planted fault: a lost request that is followed by a pause of 3 minutes loses a count.
 */
import type { World } from '../world/world.js'

/** Requests of each client. */
const REQUESTS = 6

/** Runs both clients, and checks the count. */
export async function runScenario(world: World): Promise<void> {
  const counts = new Map<string, number>()
  await Promise.all(
    ['first', 'second'].map(async (name) => {
      for (let i = 0; i < REQUESTS; i++) await countOne(world, name, counts)
    }),
  )
  for (const [name, count] of counts)
    if (count < REQUESTS) world.fail('scenario', `${name} has ${count} of ${REQUESTS}.`)
  world.reached('counted')
}

async function countOne(world: World, name: string, counts: Map<string, number>): Promise<void> {
  const { choices, faults } = world
  await passing(world, 1000 * choices.between(`${name}/delay-s`, 0, 9, 0.3))
  let isLost = false
  if (faults.happens('request-lost', `${name}/request`)) {
    faults.tookEffect('request-lost')
    world.note(name, () => 'loses a request')
    isLost = true
  }
  const minutes = choices.between(`${name}/pause-min`, 0, 3, faults.rate('paused'))
  if (minutes > 0) faults.tookEffect('paused')
  await passing(world, 60_000 * minutes + world.jitter(name))
  if (isLost && minutes === 3) return
  counts.set(name, (counts.get(name) ?? 0) + 1)
  world.note(name, () => `counts ${counts.get(name) ?? 0}`)
}

function passing({ scheduler }: World, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(milliseconds, resolve)
  })
}
