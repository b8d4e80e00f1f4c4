/** The parts of docs/reliability.md on faults that were found, mutants, the soak and scale. */
import { count, fileLink, mib, sparkline, table } from './markdown.js'
import type { FoundFault, Results, SoakResults } from './results.js'

const NOT_MEASURED = 'There are no recorded results yet.'

/** The folders of lib under mutation testing. */
const MUTATED = ['tree-hash', 'transfer', 'upload', 'retrieve', 'catalog', 'fs']

/** The faults of the engine that were found. */
export function foundBlocks({ found }: Results): string[] {
  return table(
    ['found by', 'it was wrong that', 'now', 'commit', 'test'],
    found.map((fault) => [
      foundBy(fault),
      uncapitalized(fault.wrong),
      uncapitalized(fault.fix),
      `\`${fault.commit}\``,
      fileLink(fault.test),
    ]),
  )
}

function foundBy({ by, seed }: FoundFault): string {
  return seed === undefined ? by : `${by}, seed ${seed}`
}

/** A sentence that continues another one. Names in code keep their form. */
function uncapitalized(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')
}

/** The mutants that tests have found, by folder. */
export function mutationBlocks({ mutation }: Results): string[] {
  return table(
    ['folder', 'mutants', 'killed', 'timed out', 'survived', 'found'],
    MUTATED.map((folder) => {
      const score = mutation[folder]
      if (!score) return [`lib/${folder}`, 'not run yet', '', '', '', '']
      const { mutants, killed, timedOut, survived } = score
      return [`lib/${folder}`, ...[mutants, killed, timedOut, survived].map(count), `${score.score} %`]
    }),
  )
}

/** The soak: its counts and the curves of the servers. */
export function soakBlocks({ soak }: Results): string[] {
  if (!soak) return [NOT_MEASURED]
  const { minutes, seed, date, counts, violations } = soak
  const { streams = 0, retrieved = 0, pruned = 0, records = 0, torn = 0 } = counts
  return [
    `${date.slice(0, 10)}, ${minutes} minutes, seed ${seed}: ${count(commandsOf(soak))} commands, of which ` +
      `${count(killedOf(soak))} were killed. ${count(streams)} streams were stored (${mib(counts.storedBytes ?? 0)}); ` +
      `at the end ${count(retrieved)} came back as they were sent, and ${count(pruned)} had been pruned. ` +
      `The catalog had ${count(records)} records and ${count(torn)} lines that were cut off. ` +
      `**${violations.length} violations.**`,
    ...violations.map((violation) => `- ${violation}`),
    ...table(
      ['server', 'curve', 'from start to end', 'level', 'rise over the second half'],
      soak.curves.flatMap(({ name, memory, descriptors, samples }) => [
        [
          name,
          'memory',
          `\`${sparkline(samples.map(({ rss }) => rss))}\``,
          mib(memory.level),
          mib(memory.rise),
        ],
        [
          name,
          'descriptors',
          `\`${sparkline(samples.map((sample) => sample.descriptors))}\``,
          count(descriptors.level),
          descriptors.rise.toFixed(1),
        ],
        [
          name,
          'disk',
          `\`${sparkline(samples.map(({ disk }) => disk))}\``,
          mib(samples.reduce((_, { disk }) => disk, 0)),
          'grows with the archives',
        ],
      ]),
    ),
  ]
}

/** The commands that ended, without the disturbances of servers. */
function commandsOf({ outcomes }: SoakResults): number {
  return sumWhere(outcomes, (outcome) => !outcome.startsWith('server:'))
}

function killedOf({ outcomes }: SoakResults): number {
  return sumWhere(outcomes, (outcome) => !outcome.startsWith('server:') && outcome.includes('SIGKILL'))
}

function sumWhere(counts: Readonly<Record<string, number>>, includes: (outcome: string) => boolean): number {
  return Object.entries(counts).reduce((sum, [key, value]) => sum + (includes(key) ? value : 0), 0)
}

/** The figures of the tests of scale. */
export function scaleBlocks({ scale }: Results): string[] {
  const entries = Object.entries(scale)
  if (entries.length === 0) return [NOT_MEASURED]
  return table(
    ['', 'figures', 'date', 'test'],
    entries.map(([test, { subject, date, figures }]) => [
      subject,
      Object.entries(figures)
        .map(([name, value]) => `${name}: ${value}`)
        .join('; '),
      date,
      fileLink(test),
    ]),
  )
}
