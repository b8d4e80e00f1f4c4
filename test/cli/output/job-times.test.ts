import t from 'tap'
import { comeBackLines, jobTimesOf, waitingCommand } from '../../../lib/cli/output/job-times.js'
import { formatTime } from '../../../lib/cli/output/format.js'
import { noteTopic } from '../../../lib/cli/output/topic-note.js'

const creationDate = '2026-11-29T12:00:00.000Z'
const inProgress = {
  status: 'InProgress',
  tier: 'Standard',
  creationDate,
  completionDate: undefined,
} as const
const complete = { ...inProgress, status: 'Succeeded', completionDate: '2026-11-29T16:00:00.000Z' } as const

t.test('a job in progress is expected by its tier, and a complete one is kept for a day', (t) => {
  t.strictSame(jobTimesOf(inProgress), {
    expectedFrom: '2026-11-29T15:00:00.000Z',
    expectedTo: '2026-11-29T17:00:00.000Z',
    readyUntil: undefined,
  })
  t.equal(jobTimesOf({ ...inProgress, tier: 'Bulk' }).expectedTo, '2026-11-30T00:00:00.000Z')
  t.equal(jobTimesOf(complete).readyUntil, '2026-11-30T16:00:00.000Z')
  const none = { expectedFrom: undefined, expectedTo: undefined, readyUntil: undefined }
  t.strictSame(jobTimesOf({ ...complete, status: 'Failed' }), none)
  t.strictSame(jobTimesOf({ ...inProgress, tier: undefined }), none)
  t.strictSame(jobTimesOf({ ...inProgress, creationDate: 'soon' }), none, 'a time that is not one')
  t.end()
})

t.test('the lines about several jobs state the whole range, in local time', (t) => {
  t.strictSame(comeBackLines([inProgress, { ...inProgress, tier: 'Bulk' }, complete]), [
    `1 job complete: the output is kept until ${formatTime('2026-11-30T16:00:00.000Z')}.`,
    `2 jobs in progress: expected to be complete between ${formatTime('2026-11-29T15:00:00.000Z')} and ${formatTime('2026-11-30T00:00:00.000Z')}.`,
  ])
  t.strictSame(comeBackLines([]), [])
  t.end()
})

t.test('the command that retrieves is the same one without --no-wait', (t) => {
  const argv = ['get', '--no-wait', 'docs', '--', '-an id']
  t.equal(waitingCommand(argv, false), "glacier-pipe get docs -- '-an id'")
  t.equal(waitingCommand(argv, true), "glacier-pipe get -o FILE docs -- '-an id'", 'not to a terminal')
  t.end()
})

t.test('a job that notifies another topic is noted', (t) => {
  const notes: string[] = []
  const note = (line: string): void => void notes.push(line)
  noteTopic({ jobId: 'x', snsTopic: 'a' }, undefined, note)
  noteTopic({ jobId: 'x', snsTopic: 'a' }, 'a', note)
  t.strictSame(notes, [])
  noteTopic({ jobId: 'x', snsTopic: undefined }, 'a', note)
  t.match(notes, [/The job x was started without this SNS topic/])
  t.end()
})
