import type { RawResponse } from './local-vault.js'
import { MODELLED_ERRORS, type ModelMember, type ModelOperation, type ModelType } from './service-model.js'

// Whether an answer is one that the service's model and its guide have (docs/glacier-protocol.md#errors).

/** Errors of every operation: those that the model has on all of them, and those of the guide's table of common errors. */
const COMMON: ReadonlyMap<string, number> = new Map([
  ['AccessDeniedException', 403],
  ['BadRequest', 400],
  ['ExpiredTokenException', 403],
  ['InvalidParameterValueException', 400],
  ['InvalidSignatureException', 403],
  ['MissingAuthenticationTokenException', 400],
  ['MissingParameterValueException', 400],
  ['NoLongerSupportedException', 400],
  ['SerializationException', 400],
  ['ThrottlingException', 400],
  ['UnrecognizedClientException', 400],
])

/** Errors that the model has on some operations only. */
const OF: Readonly<Record<string, readonly string[]>> = {
  LimitExceededException: ['AddTagsToVault', 'CreateVault', 'PurchaseProvisionedCapacity'],
  PolicyEnforcedException: ['InitiateJob'],
  InsufficientCapacityException: ['InitiateJob'],
  RequestTimeoutException: ['UploadArchive', 'UploadMultipartPart'],
}

/** Members of answers that may be `null`; the others never are. */
const NULLABLE =
  /^(?:LastInventoryDate|NumberOfArchives|SizeInBytes|Marker|ArchiveDescription|ExpirationDate|BytesPerHour|JobDescription|ArchiveId|ArchiveSizeInBytes|InventorySizeInBytes|SNSTopic|CompletionDate|SHA256TreeHash|ArchiveSHA256TreeHash|RetrievalByteRange|Tier|InventoryRetrievalParameters|JobOutputPath|SelectParameters|OutputLocation|StartDate|EndDate|Limit)$/
/** Headers that an answer need not have. */
const OPTIONAL = new Set(['jobOutputPath', 'contentRange', 'archiveDescription', 'GetJobOutput.checksum'])
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  Action: ['ArchiveRetrieval', 'InventoryRetrieval', 'Select'],
  StatusCode: ['InProgress', 'Succeeded', 'Failed'],
  State: ['InProgress', 'Locked'],
}

/** The problem with a response; `undefined` if it is as the model describes it. */
export function faultsOf(operation: ModelOperation, answer: RawResponse, isReached: boolean): string[] {
  const { status, headers } = answer
  const faults = status >= 500 ? [`${status}`] : []
  if (!headers['x-amzn-requestid']) faults.push('no request ID')
  if (!headers.date) faults.push('no Date')
  return [...faults, ...(status < 300 ? successFaults : errorFaults)(operation, answer, isReached)]
}

function errorFaults({ name, input }: ModelOperation, answer: RawResponse, isReached: boolean): string[] {
  const { code, message, type, ...more } = answer.json
  const faults: string[] = []
  if (answer.headers['content-type'] !== 'application/json') faults.push('an error that is not JSON')
  if (typeof code !== 'string' || typeof message !== 'string' || type !== 'Client')
    faults.push('an error without code, message and type')
  if (Object.keys(more).length > 0) faults.push(`an error with ${Object.keys(more).join()}`)
  const isOfVault = input.some((member) => member.name === 'vaultName') && name !== 'CreateVault'
  const has =
    code === 'ResourceNotFoundException'
      ? isOfVault || name === 'ListVaults' || !isReached
      : (OF[String(code)]?.includes(name) ?? COMMON.has(String(code)))
  if (!has) faults.push(`the code ${String(code)}, which ${name} has not`)
  const wanted = COMMON.get(String(code)) ?? MODELLED_ERRORS.get(String(code))
  if (wanted !== answer.status) faults.push(`the status ${answer.status} with ${String(code)}`)
  return faults
}

function successFaults({ name, status, output }: ModelOperation, answer: RawResponse): string[] {
  const faults: string[] = []
  const isPart = name === 'GetJobOutput' && answer.status === 206
  if (answer.status !== status && !isPart) faults.push(`the status ${answer.status} instead of ${status}`)
  for (const { name: member, place, wireName } of output) {
    const isOptional = OPTIONAL.has(member) || OPTIONAL.has(`${name}.${member}`)
    if (place === 'header' && !answer.headers[wireName] && !isOptional) faults.push(`no header ${wireName}`)
  }
  if (isPart !== (answer.headers['content-range'] !== undefined)) faults.push('a misplaced Content-Range')
  const payload = output.find(({ place }) => place === 'payload')
  if (payload?.type.kind === 'blob') return faults
  const members = payload?.type.kind === 'structure' ? payload.type.members : output
  const fields = members.filter(({ place }) => place === 'body')
  if (fields.length === 0) return answer.body.length > 0 ? [...faults, 'a body'] : faults
  if (answer.headers['content-type'] !== 'application/json') faults.push('an answer that is not JSON')
  return [...faults, ...structureFaults(fields, answer.json, name)]
}

function structureFaults(members: readonly ModelMember[], value: unknown, where: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${where} is no object`]
  const unknown = Object.keys(value).filter((key) => !members.some(({ name }) => name === key))
  return [
    ...unknown.map((key) => `${where}.${key} is not of the model`),
    ...members.flatMap(({ name, type }) => {
      const found = (value as Readonly<Record<string, unknown>>)[name]
      if (found === null && NULLABLE.test(name)) return []
      const choices = ENUMS[name]
      if (choices && !choices.includes(String(found))) return [`${where}.${name} is ${String(found)}`]
      return valueFaults(type, found, `${where}.${name}`)
    }),
  ]
}

function valueFaults(type: ModelType, value: unknown, where: string): string[] {
  switch (type.kind) {
    case 'structure':
      return structureFaults(type.members, value, where)
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((it: unknown, i) => valueFaults(type.item, it, `${where}[${i}]`))
        : [`${where} is no array`]
    case 'map':
      return typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, it]) => valueFaults(type.item, it, `${where}.${key}`))
        : [`${where} is no object`]
    case 'number':
      return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 63
        ? []
        : [`${where} is ${String(value)}`]
    default:
      return typeof value === type.kind ? [] : [`${where} is ${value === null ? 'null' : typeof value}`]
  }
}
