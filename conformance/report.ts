/** What a run tells: as a table for people, as JSON for programs. */
import type { Tag } from './assertion.js'
import { isFailure, type Report, type Result } from './runner.js'

/** How many assertions there are of each outcome. */
export interface Count {
  readonly passed: number
  /** Those that fail the run. */
  readonly failed: number
  readonly skipped: number
  /** Guesses that do not hold, which do not fail the run. */
  readonly otherwise: number
}

const TAGS: readonly Tag[] = ['guide', 'model', 'thread', 'guess']

/** Counts results. */
export function countOf(results: readonly Result[]): Count {
  const count = (fits: (result: Result) => boolean): number => results.filter(fits).length
  return {
    passed: count(({ outcome }) => outcome === 'passed'),
    failed: count(isFailure),
    skipped: count(({ outcome }) => outcome === 'skipped'),
    otherwise: count((result) => result.outcome === 'failed' && !isFailure(result)),
  }
}

/** A run as text: a table by group, then what failed, what was skipped and why, what is left, and a summary line. */
export function textReport(report: Report): string {
  const { endpoint, results, left, complete } = report
  return [
    `Conformance of ${endpoint}`,
    '',
    ...table(results),
    ...section(
      'Failed',
      results.filter(isFailure).map((result) => failure(result)),
    ),
    ...section(
      'Guesses that do not hold (they do not fail the run)',
      results.filter((result) => result.outcome === 'failed' && !isFailure(result)).map(failure),
    ),
    ...section('Skipped', skipped(results)),
    ...section(
      'Left behind',
      left.map((sentence) => `  ${sentence}`),
    ),
    '',
    ...(complete ? [] : ['The run is incomplete: its time was over before every assertion had its turn.']),
    summaryLine(results),
    '',
  ].join('\n')
}

/** A run as JSON, with counts by group and every result. */
export function jsonReport(report: Report): string {
  const { results } = report
  const groups = groupsOf(results).map(([name, those]) => ({ name, ...countOf(those) }))
  return `${JSON.stringify({ ...report, total: countOf(results), groups }, null, 2)}\n`
}

/** The results of each group, in the order of the groups. */
export function groupsOf(results: readonly Result[]): [group: string, results: Result[]][] {
  const groups = new Map<string, Result[]>()
  for (const result of results) groups.set(result.group, [...(groups.get(result.group) ?? []), result])
  return [...groups]
}

/** How many assertions have each tag, as `12 guide, 3 guess`. */
export function tagsLine(assertions: readonly { readonly tag: Tag }[]): string {
  return TAGS.map((tag) => `${assertions.filter((it) => it.tag === tag).length} ${tag}`).join(', ')
}

function summaryLine(results: readonly Result[]): string {
  const { passed, failed, skipped, otherwise } = countOf(results)
  const of = `${results.length} assertions (${tagsLine(results)})`
  return `${of}: ${passed} passed, ${failed} failed, ${skipped} skipped; guesses that do not hold: ${otherwise}`
}

function table(results: readonly Result[]): string[] {
  const rows = groupsOf(results).map(([name, those]) => [name, ...cells(countOf(those))])
  const all = [['group', 'passed', 'failed', 'skipped', 'guesses that do not hold'], ...rows]
  const width = Math.max(...all.map(([name = '']) => name.length))
  return all.map(([name = '', ...numbers]) =>
    [name.padEnd(width), ...numbers.map((it) => it.padStart(7))].join('  '),
  )
}

function cells({ passed, failed, skipped, otherwise }: Count): string[] {
  return [passed, failed, skipped, otherwise].map(String)
}

function failure({ group, id, text, tag, source, expected = '', found = '' }: Result): string {
  const lines = [
    `  ${group}/${id}: ${text}`,
    `    expected  ${expected}`,
    `    found     ${found}`,
    `    ${tag.padEnd(9)} ${source}`,
  ]
  return lines.join('\n')
}

/** Skipped assertions by reason: a reason is the same for many. */
function skipped(results: readonly Result[]): string[] {
  const reasons = new Map<string, string[]>()
  for (const { reason, group, id } of results) {
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), `${group}/${id}`])
  }
  return [...reasons].map(([reason, ids]) => `  ${reason}\n    ${ids.join(', ')}`)
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines]
}
